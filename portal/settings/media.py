"""Where uploaded files lie: in the state folder, or in a bucket that speaks S3 (`S3_URL`)."""

from __future__ import annotations

import importlib.util
import re
from urllib.parse import urlsplit

from portal import buckets
from portal.buckets import Bucket
from portal.settings.values import SettingError, text

_EXAMPLE = "possible: https://host:port/bucket."
_OTHERS = ("S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_REGION")


def bucket() -> Bucket | None:
    """Return the bucket of `S3_URL`; nothing where files lie in the state folder.

    Raises:
        SettingError: it is no address of a bucket, a key is missing, or the client is not installed.
    """
    given = text("S3_URL")
    if not given:
        if left := next(filter(text, _OTHERS), ""):
            raise SettingError(f"{left} is set, and S3_URL is not; {_EXAMPLE}")
        return None
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"S3_URL is no address; {_EXAMPLE}") from error
    if parts.username is not None or parts.password is not None:
        raise SettingError("S3_URL holds an account; the keys are S3_ACCESS_KEY and S3_SECRET_KEY.")
    name = parts.path.strip("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingError(f"S3_URL is no address; {_EXAMPLE}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise SettingError(f"S3_URL names no bucket ({name}); {_EXAMPLE}")
    for needed in ("S3_ACCESS_KEY", "S3_SECRET_KEY"):
        if not text(needed):
            raise SettingError(f"S3_URL is set, and {needed} is not.")
    if importlib.util.find_spec("boto3") is None and importlib.util.find_spec("django") is not None:
        raise SettingError("S3_URL is set, and the package boto3 is not installed: .venv/bin/pip install 'boto3>=1.44,<2'.")
    region = text("S3_REGION", "us-east-1")
    return Bucket(f"{parts.scheme}://{parts.netloc}", name, region, text("S3_ACCESS_KEY"), text("S3_SECRET_KEY"))


def check_answer() -> None:
    """Find out whether the bucket answers, takes files, and shows them to nobody else.

    Raises:
        SettingError: it does not; the line says what is wrong.
    """
    found = bucket()
    # Before the first installation there is no client to ask with.
    if found is None or importlib.util.find_spec("boto3") is None:
        return
    try:
        buckets.check(found)
    except (OSError, buckets.PublicError) as error:
        raise SettingError(f"S3_URL: {_reason(found, error)}.") from error


def _reason(found: Bucket, error: Exception) -> str:
    said = str(error)
    if "NoSuchBucket" in said:
        return f"there is no bucket {found.name} at {found.endpoint}"
    if said.startswith("403"):
        return f"S3_ACCESS_KEY and S3_SECRET_KEY may not read, write and list the bucket {found.name} ({said})"
    if isinstance(error, buckets.PublicError):
        return said
    return f"the bucket {found.name} at {found.endpoint} does not answer ({said.rstrip('.')})"
