"""The caches of the portal, without which it answers all the same: what they hold can be built again.

Django's own raise an error where Redis is away or a disk is full, and each page with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends import filebased, redis

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds for which a cache is not asked again once it failed."""


def redis_failures() -> tuple[type[Exception], ...]:
    """Return what is raised where Redis is away or silent. Only who has one asks: its package takes 5 MB, and may not be there."""
    from redis.exceptions import ConnectionError as AwayError
    from redis.exceptions import TimeoutError as SilentError

    return AwayError, SilentError


class _Forgiving:
    """While it fails nothing is found, and what is stored is lost."""

    failures: tuple[type[Exception], ...]
    _away_until = 0.0

    def _ask(self, name: str, nothing: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(self)
        if time.monotonic() < kind._away_until:
            return nothing
        method: Callable[..., Any] = getattr(super(), name)
        try:
            return method(*args, **kwargs)
        except self.failures as error:
            kind._away_until = time.monotonic() + PAUSE
            logger.warning("The cache fails, all is built anew: %s", error)
            return nothing

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("add", False, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask("set", None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("touch", False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("delete", False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(self._ask("get_many", {}, *args, **kwargs))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("has_key", False, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", delta, key, delta, version))

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._ask("set_many", list(data), data, *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask("delete_many", None, *args, **kwargs)

    def clear(self) -> bool:
        return bool(self._ask("clear", False))


class RedisCache(_Forgiving, redis.RedisCache):
    """Django's cache in Redis, which may be away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.failures = redis_failures()


class FileCache(_Forgiving, filebased.FileBasedCache):
    """Django's cache of files, whose disk may be full or not to be written to.

    A key that is not there is an answer too: `incr` raises ValueError then, as Django has it.
    """

    failures = (OSError,)
