"""Speaking to a bucket by S3: where it is, how its answers are understood, and whether it can hold the portal's files.

The client, `boto3`, is an extra: it is imported where a bucket is asked, and nowhere else.
"""

from __future__ import annotations

import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from typing import Any

_CONNECT, _READ = 3, 20
"""Seconds for a connection and for each answer: whoever waits for a file holds a thread."""


class Away(OSError):
    """A bucket does not answer, or not as it should: what lies in it is there again later."""


@dataclass(frozen=True)
class Bucket:
    """A bucket that holds the files of one portal and nothing else.

    Args:
        endpoint: scheme, host and port of the server.
        name: what it is called there.
    """

    endpoint: str
    name: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@cache
def client(bucket: Bucket) -> Any:
    """Return the client of this process; all its threads share it."""
    import boto3
    from botocore.config import Config

    config = Config(
        signature_version="s3v4",
        # Servers of one's own have no name for each bucket.
        s3={"addressing_style": "path"},
        connect_timeout=_CONNECT,
        read_timeout=_READ,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=32,
        # Not every server knows the sums that Amazon added; a body is signed, or goes through TLS.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A session of its own: making a client from the common one is not safe in threads.
    return boto3.session.Session().client(
        "s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=config,
        aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key,
    )  # fmt: skip


if hasattr(os, "register_at_fork"):
    # Two processes on one connection would read each other's answers.
    os.register_at_fork(after_in_child=client.cache_clear)


@contextmanager
def asking() -> Iterator[None]:
    """Let what a bucket answers be understood as what a disk does.

    Raises:
        FileNotFoundError: there is no such file.
        FileExistsError: what was to be new is there.
        Away: anything else went wrong.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"].get("Code", "")
        if status == 404 and code != "NoSuchBucket":
            raise FileNotFoundError(str(error)) from error
        # Two that write one name at once: one of them is told so (409), or that it is there.
        if status == 412 or code == "ConditionalRequestConflict":
            raise FileExistsError(str(error)) from error
        raise Away(f"{status} {code}") from error
    except BotoCoreError as error:
        raise Away(str(error)) from error


def check(bucket: Bucket) -> None:
    """Find out whether files can be written, listed and deleted, and read by nobody without the keys.

    Raises:
        Away: they cannot.
        PublicError: everybody can read them.
    """
    server, place = client(bucket), {"Bucket": bucket.name, "Key": f".writable-{secrets.token_hex(8)}"}
    with asking():
        server.put_object(**place, Body=b"probe")
        try:
            server.list_objects_v2(Bucket=bucket.name, MaxKeys=1)
            _check_private(bucket, place["Key"])
        finally:
            server.delete_object(**place)


def _check_private(bucket: Bucket, name: str) -> None:
    for path in (f"/{bucket.name}/{name}", f"/{bucket.name}?list-type=2&max-keys=1"):
        # Refused is what it should be; whatever else went wrong, nobody read anything.
        with suppress(OSError, HTTPException), urllib.request.urlopen(bucket.endpoint + path, timeout=_READ):  # noqa: S310
            raise PublicError(f"everybody can read what lies in the bucket {bucket.name}; make it private")


class PublicError(Exception):
    """A bucket is open to everybody: private documents would have an address there."""
