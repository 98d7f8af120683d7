"""How a body leaves: compressed as the client takes it, with a strong tag for each coding, or not at all where it has it already."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import lru_cache

import brotli
from django.utils.http import parse_etags

from portal.shell.bridge import Answer, Headers

SMALLEST = 500
"""Bytes below which compression gains nothing."""
_TEXT = re.compile(r"text/|application/(?:json|xml|javascript|manifest\+json|[\w.-]+\+(?:xml|json))\b|image/svg\+xml")
_OF_304 = {"cache-control", "content-location", "etag", "expires", "vary", "x-robots-tag"}


@lru_cache(maxsize=32)
def accepted(header: str) -> str:
    """Return the coding for an `Accept-Encoding`: `br`, `gzip`, or nothing."""
    weights = {}
    for part in header.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        try:
            weights[name.strip()] = float(parameters.partition("=")[2]) if parameters else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    return next((coding for coding in ("br", "gzip") if weights.get(coding, 0) > 0), "")


def is_text(answer: Answer) -> bool:
    """Return whether an answer leaves compressed where the client takes that."""
    return bool(_TEXT.match(answer.header("content-type"))) and not answer.file and not answer.header("content-encoding")


def compress(body: bytes, coding: str, *, is_kept: bool = False) -> bytes:
    """Return a body in a coding; what is kept to be sent again is worth a tenth of its bytes: 15 ms of CPU for a home page, not one."""
    if coding == "br":
        return brotli.compress(body, quality=10 if is_kept else 5)
    return gzip.compress(body, 6, mtime=0) if coding == "gzip" else body


def decompressed(body: bytes) -> bytes:
    """Return a body that is kept in brotli."""
    return brotli.decompress(body)


def tag_of(body: bytes) -> str:
    """Return what the strong tags of a body begin with."""
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def headers_of(headers: Headers, coding: str, tag: str, size: int) -> Headers:
    """Return the headers of an answer for a body in a coding; without a `tag` it has none."""
    known = {name.lower(): value for name, value in headers}
    vary = known.get("vary", "")
    if "accept-encoding" not in vary.lower() and vary != "*":
        vary = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    left_out = {"content-length", "vary", *(["etag"] if tag else [])}
    result = [(name, value) for name, value in headers if name.lower() not in left_out]
    result += [("Vary", vary), ("Content-Length", str(size))]
    if coding:
        result.append(("Content-Encoding", coding))
    if tag:
        result.append(("ETag", f'"{tag}-{coding}"' if coding else f'"{tag}"'))
    return result


def is_known(answer: Answer, if_none_match: str) -> bool:
    """Return whether a client has this very answer, as it says (RFC 9110, 13.1.2)."""
    tags = parse_etags(if_none_match) if if_none_match else []
    return bool(tags) and (tags == ["*"] or answer.header("etag") in [tag.removeprefix("W/") for tag in tags])


def unchanged(answer: Answer) -> Answer:
    """Return what a client gets that has an answer already."""
    return Answer(304, [(name, value) for name, value in answer.headers if name.lower() in _OF_304])


def encoded(answer: Answer, accept_encoding: str, if_none_match: str = "", *, is_read: bool = True) -> Answer:
    """Return an answer as it leaves; what is no text, or a file, stays as it is. `is_read` says that it was asked for by GET or HEAD."""
    if answer.status == 304 and not answer.file:
        # The application's own tag is that of no coding.
        return Answer(304, [(name, value) for name, value in answer.headers if name.lower() != "etag"])
    if not is_text(answer):
        return answer
    coding = accepted(accept_encoding) if len(answer.body) >= SMALLEST else ""
    may_be_known = is_read and answer.status == 200 and "no-store" not in answer.header("cache-control") and not answer.header("set-cookie")
    body = compress(answer.body, coding)
    tag = tag_of(answer.body) if may_be_known else ""
    result = Answer(answer.status, headers_of(answer.headers, coding, tag, len(body)), body)
    return unchanged(result) if tag and is_known(result, if_none_match) else result
