"""The style sheet of the portal: many files, by layer and component, served as one.

`portal/styles/site.css` imports the parts in the order of the cascade, as a browser would read them. A finder of static files joins
them, so that `collectstatic` names and compresses one file, and `make dev` serves the newest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

from portal.files import write_whole

SOURCE = Path(__file__).resolve().parents[1] / "styles"
SHEET = "portal/css/site.css"

_IMPORT = re.compile(r"^@import '([^']+)';\n", re.MULTILINE)
_UNSENT = re.compile(r"/\*.*?\*/\s*|(?<=\n)\s+", re.DOTALL)


def parts() -> list[Path]:
    """Return the parts of the sheet in the order of the cascade."""
    return [SOURCE / name for name in _IMPORT.findall((SOURCE / "site.css").read_text(encoding="utf-8"))]


def as_sent(style: str) -> str:
    """Return a style without comments and indentation, which are a tenth of the sheet: they stay in the parts."""
    return _UNSENT.sub("", style)


def joined() -> str:
    """Return the sheet as one, as it is sent.

    Raises:
        OSError: a part is not there.
    """
    sheet = (SOURCE / "site.css").read_text(encoding="utf-8")
    sheet = _IMPORT.sub(lambda found: (SOURCE / found[1]).read_text(encoding="utf-8"), sheet)
    return as_sent(sheet)


class StyleSheetFinder(BaseFinder):
    """Finds the one sheet, made anew in the state folder when a part has changed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "styles")

    def check(self, **kwargs: object) -> list[CheckMessage]:
        """Report imports of parts that are not there, and parts that nothing imports."""
        named, there = set(parts()), set(SOURCE.rglob("*.css")) - {SOURCE / "site.css"}
        return [
            Error(f"portal/styles: {path.relative_to(SOURCE)} is {fault}.", id="portal.E007")
            for paths, fault in ((named - there, "imported and not there"), (there - named, "not imported by site.css"))
            for path in sorted(paths)
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | list[str]:
        """Return where the sheet lies; nothing for any other path."""
        found = self._made() if path == SHEET else ""
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Sequence[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the sheet with the storage that holds it."""
        self._made()
        yield SHEET, self.storage

    def _made(self) -> str:
        """Return the path of the sheet; it is written where what is there is another one."""
        path, sheet = Path(self.storage.path(SHEET)), joined()
        if not path.exists() or path.read_text(encoding="utf-8") != sheet:
            write_whole(path, sheet)
        return str(path)
