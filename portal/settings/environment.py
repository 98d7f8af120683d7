"""What the portal is told from outside: each setting is read and checked here, before anything is done.

Only the standard library is imported: `make` asks this module before it installs anything (`python -m portal.settings.environment`).
An empty value is as good as none.
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from portal.files import only_one, write_whole
from portal.settings import media
from portal.settings.hosts import allowed_hosts, hosts, is_host, portal_url, trusted_proxies
from portal.settings.values import SettingError, choice, number, text, yes

BASE_DIR = Path(__file__).resolve().parents[2]
"""Hosts that stand for all addresses of the machine, and how it reaches itself there."""
DATABASES = ("postgres", "postgresql", "sqlite")
CACHES = ("filecache", "redis", "rediss", "rediscache")
MAIL = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("line", "json")
SEARCH_BACKENDS = {
    "search.backends.database": None,
    "search.backends.elasticsearch": "elasticsearch",
    "search.backends.opensearch": "opensearchpy",
}
"""Each backend of the search with the package that its client comes from."""
DAYS_MOST = 36_500
PUBLICATION_MOST = 60
"""What is due goes online within a minute."""
KEY_LENGTH = 32
PASSWORD_LENGTH = 12
"""Characters that a password has at least, the demo accounts' too."""
FIRST_START = 150 * 1024 * 1024
"""Bytes that the first start writes into the state folder, with what it needs on the way (measured: 45 MB stay)."""
LATER_START = 20 * 1024 * 1024

_OWN_FILES = {"secret_key", "secret_key.lock", "preparing.lock", "db.sqlite3", "dictionaries", "tools"}
"""By one of them a folder is known to be the portal's."""
_COMMON_FILES = {"media", "static", "cache", "backups", "lost+found"}
"""These are the portal's too, but other folders hold such as well: the root of the system, for one."""
_ANOTHER_FOLDER = "choose another one: make serve PORTAL_VAR=/path"


def state_folder() -> Path:
    """Return the folder of all state, `PORTAL_VAR`."""
    return Path(text("PORTAL_VAR", str(BASE_DIR / "var"))).resolve()


def check_state_folder(folder: Path) -> None:
    """Make the state folder if it is missing, for its owner alone, and see whether it can be written to and has room.

    Raises:
        SettingError: it cannot, or has none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in folder.iterdir() if not path.name.startswith(".writable-")}
        if (others := there - _COMMON_FILES) and not there & _OWN_FILES:
            # To make it private would shut everybody else out of it.
            raise SettingError(f"The state folder {folder} is not the portal's alone (it holds {min(others)}); {_ANOTHER_FOLDER}")
        if folder.stat().st_uid == os.getuid():
            # Sessions, drafts and hashes of passwords lie there.
            folder.chmod(0o700)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingError(f"The state folder {folder} cannot be written to ({error.strerror}); {_ANOTHER_FOLDER}") from error
    needed = LATER_START if (folder / "static").exists() else FIRST_START
    if (free := shutil.disk_usage(folder).free) < needed:
        raise SettingError(
            f"The state folder {folder} has {free // 2**20} MB left, and {needed // 2**20} MB are needed; make room, or {_ANOTHER_FOLDER}"
        )


def secret_key(folder: Path) -> str:
    """Return the key of sessions and signatures, `SECRET_KEY` or the one kept in the state folder, made at the first start.

    Raises:
        SettingError: it cannot be kept, or is easily found.
    """
    if 0 < len(text("SECRET_KEY")) < KEY_LENGTH:
        raise SettingError(f"SECRET_KEY has less than {KEY_LENGTH} characters, and could be found out; without it the portal makes one.")
    path = folder / "secret_key"

    def kept() -> str:
        return text("SECRET_KEY") or (path.read_text(encoding="utf-8").strip() if path.exists() else "")

    if key := kept():
        return key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with only_one(folder / "secret_key.lock", lambda: None):
            if not kept():
                write_whole(path, secrets.token_urlsafe(50))
    except OSError as error:
        raise SettingError(f"The state folder {folder} cannot be written to ({error.strerror}); {_ANOTHER_FOLDER}") from error
    return kept()


def database_url(folder: Path) -> str:
    """Return the address of the database, `DATABASE_URL` or a file in the state folder.

    Raises:
        SettingError: it names a database that the portal cannot use, or none.
    """
    given = text("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")
    possible = "possible: postgres://user:password@host:port/name and sqlite:////path/to/file"
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"DATABASE_URL is no address; {possible}.") from error
    if parts.scheme not in DATABASES:
        # Whatever stands behind the scheme may be a password.
        raise SettingError(f"DATABASE_URL begins with {parts.scheme or 'no scheme'}; {possible}.")
    path = parts.path.removeprefix("/")
    if not path or path == ":memory:":
        raise SettingError(f"DATABASE_URL names no database; {possible}.")
    if parts.scheme == "sqlite" and not (parent := Path(path).parent).is_dir() and parent != folder:
        raise SettingError(f"DATABASE_URL names a file in {parent}, and there is no such folder.")
    return given


def cache_url(folder: Path) -> str:
    """Return the address of the cache, `CACHE_URL` or files in the state folder.

    Raises:
        SettingError: processes cannot share it, or its client is missing.
    """
    given = text("CACHE_URL", f"filecache://{folder / 'cache'}")
    try:
        scheme, host, path = (parts := urlsplit(given)).scheme, parts.hostname, parts.path
        _ = parts.port
    except ValueError as error:
        raise SettingError("CACHE_URL is no address; possible: filecache:///path and redis://host:port/0.") from error
    if scheme not in CACHES:
        raise SettingError(
            f"CACHE_URL begins with {scheme or 'no scheme'}; all processes must share the cache: filecache:///path or redis://host:port/0."
        )
    if scheme == "filecache" and (host or not path or not _may_be_folder(Path(path))):
        raise SettingError(f"CACHE_URL names no folder that can be written to ({host or ''}{path}); possible: filecache:///path.")
    if scheme != "filecache" and (not host or not re.fullmatch("/?[0-9]*", path)):
        raise SettingError("CACHE_URL names no host, or a database that is no number; possible: redis://host:port/0.")
    if scheme != "filecache" and importlib.util.find_spec("redis") is None and _is_installed():
        raise SettingError("CACHE_URL names Redis, and the package redis is not installed: .venv/bin/pip install 'redis>=5'.")
    return given


def machines(folder: Path) -> int:
    """Return how many machines serve the database, `PORTAL_MACHINES`.

    Raises:
        SettingError: there are several, and what they must share is a file of this one.
    """
    count = number("PORTAL_MACHINES", 1, 1, 64)
    if count > 1 and database_url(folder).startswith("sqlite"):
        raise SettingError(f"PORTAL_MACHINES={count}, and the database is a file of this machine; several share one: DATABASE_URL=postgres://…")
    if count > 1 and cache_url(folder).startswith("filecache"):
        raise SettingError(f"PORTAL_MACHINES={count}, and the cache lies in files of this machine; several share one: CACHE_URL=redis://…")
    return count


def _check_answer(cache: str) -> None:
    """Find out whether somebody answers at the address of a cache: without it no page can be built.

    Raises:
        SettingError: nobody does.
    """
    host, port = (parts := urlsplit(cache)).hostname, parts.port or 6379
    try:
        if parts.scheme != "filecache":
            socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        raise SettingError(f"CACHE_URL: nothing answers at {host}:{port} ({error.strerror or error}).") from error


def _may_be_folder(path: Path) -> bool:
    """Return whether a folder is there, or can be made, and can be written to."""
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK) and Path("/proc") not in (there, *there.parents)


def email_url() -> str:
    """Return how mail is sent, `EMAIL_URL` or printed.

    Raises:
        SettingError: the way is unknown, or names no server.
    """
    given = text("EMAIL_URL", "consolemail://")
    example = "for example smtp+tls://user:password@host:587."
    try:
        scheme, host = (parts := urlsplit(given)).scheme, parts.hostname
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"EMAIL_URL is no address; {example}") from error
    if scheme not in MAIL:
        raise SettingError(f"EMAIL_URL begins with {scheme or 'no scheme'}; {example}")
    if scheme != "consolemail" and not is_host(host or ""):
        raise SettingError(f"EMAIL_URL names no server; {example}")
    return given


def dictionaries(folder: Path) -> Path:
    """Return where dictionaries are kept, `PORTAL_DICTIONARIES` or in the state folder.

    Raises:
        SettingError: it can be no folder.
    """
    path = Path(text("PORTAL_DICTIONARIES", str(folder / "dictionaries"))).resolve()
    if path.parent != folder and not path.is_dir() and not _may_be_folder(path):
        raise SettingError(f"PORTAL_DICTIONARIES={path} is no folder that can be written to.")
    return path


def named_folder(name: str, default: Path | None = None) -> Path | None:
    """Return the folder that a setting names, `default` where it names none.

    Raises:
        SettingError: it can be no folder.
    """
    if not (given := text(name, "")):
        return default
    if not _may_be_folder(path := Path(given).resolve()):
        raise SettingError(f"{name}={path} is no folder that can be written to.")
    return path


def status_address() -> tuple[str, int]:
    """Return where the portal says how it is, `STATUS_HOST` and `STATUS_PORT`; the port is 0 where it does not.

    Raises:
        SettingError: one of them is none, or the port is that of the portal itself.
    """
    if not is_host(host := text("STATUS_HOST", "127.0.0.1").strip("[]")):
        raise SettingError(f"STATUS_HOST={host} is no host; a name or an address of this machine is possible.")
    port = number("STATUS_PORT", 0, 0, 65_535)
    if port and port == hosts()[1]:
        raise SettingError(f"STATUS_PORT={port} is the port of the portal itself; what stands there is not for everybody.")
    return host, port


def sentry_dsn() -> str:
    """Return where errors are reported, `SENTRY_DSN`; empty for nowhere.

    Raises:
        SettingError: it is no such address, or the client is not installed.
    """
    given = text("SENTRY_DSN")
    parts = urlsplit(given)
    if given and not (parts.scheme in {"http", "https"} and parts.username and parts.hostname and parts.path.strip("/")):
        raise SettingError("SENTRY_DSN is no address of a project; possible: https://key@host/number.")
    if given and importlib.util.find_spec("sentry_sdk") is None and _is_installed():
        raise SettingError("SENTRY_DSN is set, and the package sentry-sdk is not installed: .venv/bin/pip install 'sentry-sdk>=2.50,<3'.")
    return given


def report_address() -> str:
    """Return where browsers report what a policy forbade, `CSP_REPORT_URI`; empty for nowhere.

    Raises:
        SettingError: it is no address, or would break out of the header.
    """
    given = text("CSP_REPORT_URI")
    parts = urlsplit(given)
    is_address = (parts.scheme in {"http", "https"} and parts.hostname) or (given.startswith("/") and not parts.netloc)
    if given and (not is_address or not re.fullmatch(r"[!#-+\--:=?-~]+", given)):
        raise SettingError(f"CSP_REPORT_URI={given} is no address; possible: https://host/path, or a path of this host.")
    return given


def frontend_caches() -> dict[str, dict[str, str]]:
    """Return the caches in front of the portal, as `wagtail.contrib.frontend_cache` takes them: `VARNISH_URL` (several with blanks), and
    a zone of Cloudflare (`CLOUDFLARE_ZONE`, `CLOUDFLARE_TOKEN`); mostly none.

    Raises:
        SettingError: one has no address, or the zone no token.
    """
    found = {}
    for number_of, given in enumerate(text("VARNISH_URL").split(), 1):
        if not re.fullmatch(r"http://[^/\s?#@]+/?", given):
            raise SettingError(f"VARNISH_URL holds {given}; possible: http://host:port, several with a blank in between.")
        found[f"varnish-{number_of}"] = {"BACKEND": "portal.http.purging.VarnishBackend", "LOCATION": given}
    zone, token = text("CLOUDFLARE_ZONE"), text("CLOUDFLARE_TOKEN")
    if bool(zone) != bool(token):
        raise SettingError("CLOUDFLARE_ZONE and CLOUDFLARE_TOKEN belong together: one of them is missing.")
    if zone:
        backend = "wagtail.contrib.frontend_cache.backends.CloudflareBackend"
        found["cloudflare"] = {"BACKEND": backend, "ZONEID": zone, "BEARER_TOKEN": token}
    return found


def search_backend() -> str:
    """Return the module that finds pages, `SEARCH_BACKEND`.

    Raises:
        SettingError: it is unknown, or its client is not installed.
    """
    backend = choice("SEARCH_BACKEND", "search.backends.database", tuple(SEARCH_BACKENDS))
    package = SEARCH_BACKENDS[backend]
    if package and importlib.util.find_spec(package) is None and _is_installed():
        raise SettingError(f"SEARCH_BACKEND={backend} needs a package that is not installed; docs/search.md says how to install it.")
    return backend


def default_from(host: str) -> str:
    """Return the sender of mails, `DEFAULT_FROM_EMAIL` or `portal@` and the host.

    Raises:
        SettingError: it is no address.
    """
    given = text("DEFAULT_FROM_EMAIL", f"portal@{host}")
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+|[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>", given):
        raise SettingError("DEFAULT_FROM_EMAIL is no mail address; possible: portal@example.org and Portal <portal@example.org>.")
    return given


def demo_password() -> str:
    """Return the password that demo accounts get, `PORTAL_DEMO_PASSWORD`; empty for a random one.

    Raises:
        SettingError: it is too short.
    """
    given = os.environ.get("PORTAL_DEMO_PASSWORD", "")
    if given and len(given) < PASSWORD_LENGTH:
        raise SettingError(f"PORTAL_DEMO_PASSWORD has {len(given)} characters; passwords have at least {PASSWORD_LENGTH}.")
    return given


def _is_installed() -> bool:
    """Return whether the portal's packages are there; before the first installation none is missing yet."""
    return importlib.util.find_spec("django") is not None


def check() -> None:
    """Look at every setting.

    Raises:
        SettingError: one cannot work.
    """
    host, port = hosts()
    trusted_proxies(portal_url(host, port).scheme == "https")
    try:
        socket.getaddrinfo(host, port)
    except OSError as error:
        raise SettingError(f"HOST={host} is no address that this machine knows.") from error
    folder = state_folder()
    check_state_folder(folder)
    database_url(folder)
    _check_answer(cache_url(folder))
    media.check_answer()
    machines(folder)
    email_url()
    default_from("localhost")
    search_backend()
    report_address()
    frontend_caches()
    demo_password()
    dictionaries(folder)
    named_folder("PORTAL_BACKUPS")
    named_folder("PORTAL_MIRROR")
    number("BACKUPS_KEPT", 14, 0, 10_000)
    allowed_hosts(host, "")
    for name in ("PORTAL_DEMO_ACCOUNTS", "SECOND_FACTOR", "HSTS_PRELOAD", "PAGE_CACHE"):
        yes(name, True)
    choice("LOG_LEVEL", "WARNING", LOG_LEVELS)
    choice("LOG_FORMAT", "line", LOG_FORMATS)
    status_address()
    sentry_dsn()
    for name in ("SEARCH_RATE", "SEARCH_SUGGESTION_RATE", "HSTS_SECONDS"):
        number(name, 1, 1)
    number("SEARCH_LOG_DAYS", 1, 1, DAYS_MOST)
    number("PUBLICATION_SECONDS", 1, 1, PUBLICATION_MOST)
    for name in ("WEB_WORKERS", "WEB_THREADS"):
        number(name, 1, 1, 64)
    number("WEB_WORKER_MB", 500, 100, 100_000)


def main() -> int:
    """Say what cannot work, in one line, and return the exit code."""
    try:
        check()
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
