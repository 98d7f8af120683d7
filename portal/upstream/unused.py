"""What Wagtail loads and the portal does not use stays on the disk.

Wagtail 8.0 builds its third API in each process, whether or not `wagtail.api.v3` is installed: five of its apps add their routes to it
(`ready`), and with it come ninja, pydantic and a schema for each page type, 25 MB and half a second of CPU at each start. Nothing of
it has an address here. Once Wagtail asks first whether it is installed, as it does for its tokens, this can go.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Sequence
from types import ModuleType

from django.conf import settings

_API = re.compile(r"wagtail\.(?:\w+\.)*api\.v3(?:\.|$)")


class _Nothing:
    """Stands for whatever is taken from the API: registrations with it come to nothing."""

    def __call__(self, *args: object, **values: object) -> _Nothing:
        return self

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class _Module(ModuleType):
    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an empty module in the place of each one of the API."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if _API.match(name) else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty."""


def apply() -> None:
    """Let the API be empty, unless it is installed: before Wagtail's apps are ready."""
    if "wagtail.api.v3" not in settings.INSTALLED_APPS and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
