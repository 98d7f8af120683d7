"""Static files, handed out without the application: only their names and the common headers come from it."""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

from portal import changes, tags
from portal.models import Release
from portal.shell.bridge import Answer, Headers

_READ = ("if-none-match", "if-modified-since", "range", "accept-encoding")


class StaticFiles:
    """The files that whitenoise knows, and the headers that all of them have."""

    def __init__(self) -> None:
        self._files = WhiteNoiseMiddleware(None).files
        self._slots = tags.slots(tags.setting(Release._meta.label_lower))
        self._common: Headers = []
        self._numbers: tuple[int, ...] = ()

    @property
    def any_path(self) -> str:
        """Return the address of some file; empty where there is none."""
        return next(iter(self._files), "")

    def knows(self, path: str) -> bool:
        """Return whether a file lies at a path."""
        return path in self._files

    def numbers(self) -> tuple[int, ...]:
        """Return under which numbers the common headers hold: while it is a preview, the portal keeps search engines away."""
        return changes.counters().peek(self._slots)

    @property
    def is_current(self) -> bool:
        """Return whether the common headers are those of now."""
        return self._numbers == self.numbers()

    def learn(self, answer: Answer, numbers: tuple[int, ...]) -> None:
        """Take over what an application's answer with a file has beyond the file's own headers."""
        path_headers = {name.lower() for name, _value in self._files[self.any_path].get_response("HEAD", {}).headers}
        self._common = [(name, value) for name, value in answer.headers if name.lower() not in {*path_headers, "content-length"}]
        self._numbers = numbers

    def answer(self, path: str, method: str, headers: Any) -> Answer:
        """Return the answer with a file that is there."""
        values = {f"HTTP_{name.upper().replace('-', '_')}": value for name in _READ if (value := headers.get(name))}
        found = self._files[path].get_response(method, values)
        answer = Answer(int(found.status), [*found.headers, *self._common])
        if found.file is not None:
            with found.file as file:
                source = getattr(file, "fileobj", file)
                answer.file, answer.start = source.name, source.tell()
                answer.end = answer.start + int(answer.header("content-length"))
        return answer
