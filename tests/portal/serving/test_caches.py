"""The cache may be shared: a start deletes no key that is not the portal's."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from django.core.cache import BaseCache

from portal import caches
from tests import support

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.mark.content
def test_a_start_leaves_other_applications_keys_alone(portal_state: support.State, tmp_path: Path) -> None:
    redis = pytest.importorskip("redis")
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.exceptions.ConnectionError:
        pytest.skip("needs a Redis server: REDIS_URL")
    folder = shutil.copytree(portal_state.folder, tmp_path / "var")
    database = f"{support.run_name()}_caches" if portal_state.database else ""
    if database:
        support.create_database(database, portal_state.database)
    portal = support.Portal("", folder, support.environment(folder, database, CACHE_URL=REDIS))
    names = ("other-application:session", ":1:portal:menu:de")
    try:
        for name in names:
            client.set(name, "kept", ex=600)
        portal.manage("serve", "--prepare")
        assert [client.get(name) for name in names] == [b"kept", b"kept"]
        own = "from django.core.cache import cache; cache.set('x', 1, 60); print(cache.make_key('x'))"
        assert "\nportal:" in portal.manage("shell", "-c", own)
    finally:
        portal.close()
        with contextlib.suppress(Exception):
            client.delete(*names)


ANSWERS = (None, 5, {}, False, None, False, False, False, ["a"], None, 1, 3, False)
"""What a cache says that can neither find nor keep anything."""


def asked(cache: BaseCache) -> tuple[object, ...]:
    return (
        cache.get("a"), cache.get("a", 5), cache.get_many(["a"]), cache.add("a", 1), cache.set("a", 1), cache.touch("a"), cache.delete("a"),
        "a" in cache, cache.set_many({"a": 1}), cache.delete_many(["a"]), cache.incr("a"), cache.get_or_set("a", lambda: 3), cache.clear(),
    )  # fmt: skip


def test_without_redis_nothing_is_found_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "PAUSE", 0)
    assert asked(caches.RedisCache(f"redis://127.0.0.1:{support.free_port()}/0", {})) == ANSWERS


def test_without_room_nothing_is_kept_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where files can neither be written nor read: their folder is a file by now."""
    monkeypatch.setattr(caches, "PAUSE", 60)
    monkeypatch.setattr(caches.FileCache, "_away_until", 0.0)
    cache = caches.FileCache(str(tmp_path / "cache"), {})
    (tmp_path / "cache").rmdir()
    (tmp_path / "cache").touch()
    assert asked(cache) == ANSWERS
    # As soon as there is room again.
    (tmp_path / "cache").unlink()
    monkeypatch.setattr(caches.FileCache, "_away_until", 0.0)
    cache.set("a", 1)
    assert cache.get("a") == 1
