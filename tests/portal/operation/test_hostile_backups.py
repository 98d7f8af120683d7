"""Backups that no portal made: what would write elsewhere, run as SQL, or end in a traceback is refused before anything is done."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal.operation import backups
from portal.operation.media import is_inside

DIGEST = hashlib.sha256(b"Inhalt").hexdigest()
WHOLE: dict[str, Any] = {
    "format": backups.FORMAT,
    "made_at": "2026-11-29T02:40:00+00:00",
    "database": {
        "vendor": "sqlite", "version": "3.40", "file": "database.sqlite3", "size": 1, "checksum": DIGEST,
        "migrations": ["portal.0001_initial"], "rows": {"auth_user": 1},
    },
    "settings": {"PORTAL_URL": "", "SEARCH_BACKEND": "", "LANGUAGES": "", "MACHINES": "1", "SECRET_KEY": ""},
    "secret_key": "",
    "missing": [],
    "media": {"documents/liste.txt": [DIGEST, 6, 0]},
}  # fmt: skip


def written(folder: Path, manifest: object) -> Path:
    """Write a backup whose sum is right: whoever can change one can count it anew."""
    folder.mkdir()
    text = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(text)
    (folder / "manifest.sha256").write_text(hashlib.sha256(text).hexdigest())
    return folder


def _media(name: str, entry: object = (DIGEST, 6, 0)) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["media"].update({name: entry})


def _database(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["database"].update(values)


@pytest.mark.parametrize("change", [
    *[_media(name) for name in (
        "../../.ssh/authorized_keys", "/etc/cron.d/portal", "documents/../../secret_key", "", "documents//x", "./x", "a\\..\\b", "a\0b",
        ".restored/x",
    )],
    *[_media("x.txt", entry) for entry in (
        ["../../secret_key", 6, 0], [DIGEST.upper(), 6, 0], [DIGEST, "6", 0], [DIGEST, 6, None], [DIGEST, 6], [], None, 7,
    )],
    *[_database(file=name) for name in ("../../db.sqlite3", "/etc/passwd", "secret_key", None)],
    _database(vendor="oracle"),
    *[_database(rows=rows) for rows in (
        {'auth_user"; DROP TABLE auth_user; --': 1}, {"auth_user": "1; DROP TABLE auth_user"}, {"auth_user": True}, {"x'||y": 1}, None, [],
    )],
    _database(migrations=[1]),
    lambda manifest: manifest.update(made_at="gestern"),
    lambda manifest: manifest.update(secret_key=7),
    lambda manifest: manifest.update(settings={}),
    *[lambda manifest, name=name: manifest.pop(name) for name in ("made_at", "database", "settings", "secret_key", "media")],
])  # fmt: skip
def test_what_no_portal_writes_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = copy.deepcopy(WHOLE)
    assert backups.read(written(tmp_path / "whole", manifest)).manifest == WHOLE
    change(manifest)
    with pytest.raises(CommandError, match=r"^The backup changed was not made by a portal: "):
        backups.read(written(tmp_path / "changed", manifest))


@pytest.mark.parametrize("manifest", [[], None, "x", {}, {"media": {}}])
def test_what_is_no_manifest_is_said_in_a_line(tmp_path: Path, manifest: object) -> None:
    with pytest.raises(CommandError, match=r"holds no whole backup\.$"):
        backups.read(written(tmp_path / "none", manifest))


@pytest.mark.parametrize("key", ["", "kurz"])
def test_a_key_that_could_be_found_out_is_not_brought_back(tmp_path: Path, key: str, settings: object) -> None:
    manifest = copy.deepcopy(WHOLE) | {"secret_key": hashlib.sha256(key.encode()).hexdigest(), "media": {}}
    manifest["database"]["checksum"] = hashlib.sha256(b"x").hexdigest()
    folder = written(tmp_path / "weak", manifest)
    (folder / "secret_key").write_text(key)
    assert backups.faults(backups.read(folder))[-1] == "the secret key is so short that it could be found out"


def test_names_of_uploaded_files_are_inside() -> None:
    assert all(is_inside(name) for name in ("documents/liste.txt", "images/Grüße_1.max-165x165.jpg", "a", "a/b.c/d..e"))
