"""The cache that several machines share, without which they answer all the same."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends import redis as backend
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import TimeoutError as SilentError

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds for which Redis is not asked again once it did not answer."""


class RedisCache(backend.RedisCache):
    """Django's cache in Redis; while that is away nothing is found, and what is stored is lost.

    It holds nothing that cannot be built again. Django's own raises an error then, and each page with it.
    """

    _away_until = 0.0

    def _ask(self, name: str, nothing: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < RedisCache._away_until:
            return nothing
        method: Callable[..., Any] = getattr(super(), name)
        try:
            return method(*args, **kwargs)
        except (AwayError, SilentError) as error:
            RedisCache._away_until = time.monotonic() + PAUSE
            logger.warning("The cache does not answer, all is built anew: %s", error)
            return nothing

    def add(self, *args: Any, **kwargs: Any) -> bool:  # noqa: D102 (as in Django)
        return bool(self._ask("add", False, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: D102
        return self._ask("get", default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:  # noqa: D102
        self._ask("set", None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:  # noqa: D102
        return bool(self._ask("touch", False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:  # noqa: D102
        return bool(self._ask("delete", False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:  # noqa: D102
        return dict(self._ask("get_many", {}, *args, **kwargs))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:  # noqa: D102
        return bool(self._ask("has_key", False, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:  # noqa: D102
        return int(self._ask("incr", delta, key, delta, version))

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:  # noqa: D102
        return list(self._ask("set_many", list(data), data, *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:  # noqa: D102
        self._ask("delete_many", None, *args, **kwargs)

    def clear(self) -> bool:  # noqa: D102
        return bool(self._ask("clear", False))
