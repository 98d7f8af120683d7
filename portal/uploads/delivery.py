"""Files over HTTP: conditions, parts, and the methods that a file knows (RFC 9110).

Each file answers with validators; `Range` is for GET alone, and `If-Range` is asked before it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from django.views.decorators.csrf import csrf_exempt

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CHUNK = 64 * 1024

READING_METHODS = ("GET", "HEAD", "OPTIONS")


def reading_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer GET and HEAD; OPTIONS with the methods and no body, all others with 405.

    A method that changes nothing needs no token against forgery: without this, the answer would be 403 before the view is asked.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(READING_METHODS)})
        return HttpResponseNotAllowed(READING_METHODS)

    return csrf_exempt(answer)


def in_parts(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return what a request for a file gets: the whole of it, nothing new (304), or the part that it asks for.

    `response` is the answer with the whole file, its `file_to_stream` open; it brings its own `ETag` and `Last-Modified`. Of several
    parts the whole is sent, as RFC 9110 (14.2) allows: some browsers play no film from a whole file, none asks for two parts.
    """
    file: BinaryIO | None = getattr(response, "file_to_stream", None)
    if response.status_code != 200 or file is None:
        return response
    response.headers["Accept-Ranges"] = "bytes"
    modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
    conditional = get_conditional_response(request, response.headers.get("ETag"), modified, response)
    if conditional is not response:
        # Not `response.close()`: that would tell Django that the request had ended.
        file.close()
        return conditional or response
    asked_for = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or asked_for is None or not any(asked_for.groups()) or not _is_same(request, response):
        return response
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    first, last = asked_for.groups()
    # Without a first byte it is the last so many.
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    if start > end:
        file.close()
        kept = {name: value for name, value in headers.items() if name in {"Cache-Control", "Accept-Ranges", "ETag"}}
        return HttpResponse(status=416, headers=kept | {"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Length": str(end - start + 1), "Content-Range": f"bytes {start}-{end}/{size}"}
    part = Part(file, start, end + 1)
    answer = StreamingHttpResponse(part, status=206, headers=headers)
    # As `FileResponse` has them: a server that sends files by itself takes it from here.
    answer.file_to_stream, answer.block_size = part, _CHUNK
    return answer


def _is_same(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether `If-Range` names the file as it is now: by its strong tag, or by the very date that was given."""
    validator = request.headers.get("If-Range")
    if validator is None:
        return True
    if validator.startswith(('"', "W/")):
        return validator == response.headers.get("ETag") and not validator.startswith("W/")
    return parse_http_date_safe(validator) is not None and validator == response.headers.get("Last-Modified")


class Part:
    """A part of a file, from `start` to before `end`, read as a file is; `name` is that of the file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self.file, self.start, self.end, self.name = file, start, end, file.name
        self._left = end - start
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes more of the part."""
        block = self.file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(_CHUNK):
            yield block

    def close(self) -> None:
        """Close the file."""
        self.file.close()
