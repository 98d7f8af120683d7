"""Static files as they are collected, and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressorOfContents(Compressor):
    """Whitenoise's compressor, which compresses a content once: nearly every file lies there under two names."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        # Only while files are collected, and no more than they hold.
        self.compress_brotli: Callable[[bytes], bytes] = cache(Compressor.compress_brotli)
        self.compress_gzip: Callable[[bytes], bytes] = cache(Compressor.compress_gzip)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, which finds the address of each file once: the manifest stays as it is while a process lives."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def create_compressor(self, **kwargs: object) -> Compressor:
        """Return what compresses the collected files."""
        return CompressorOfContents(**kwargs)

    def url(self, name: str, force: bool = False) -> str:
        """Return the address of a file."""
        if force:
            return super().url(name, force)
        if name not in self._urls:
            self._urls[name] = super().url(name)
        return self._urls[name]
