"""A server that speaks as much S3 as the portal needs, for the tests: every request must be signed, and the signature is computed anew.

Written from the description of Signature Version 4 and of the API, with nothing of the client that the portal uses.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

from tests import support

BUCKET, REGION = "portal-media", "eu-test-1"
ACCESS_KEY, SECRET_KEY = "AKIDOFTHETESTS", "the/secret+of the tests"
LIST_MOST = 3
"""Names in one answer of a list: fewer than the real 1,000, so that there is a second one."""
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})"
)


class Refusal(Exception):
    """What is answered instead."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Server:
    """A bucket: its files by name, each with when it was written; `asked` is every request, by method and name."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.asked: list[tuple[str, str]] = []
        self.is_public = False
        self.port = support.free_port()
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Return what a portal is told of it."""
        url = f"http://127.0.0.1:{self.port}/{BUCKET}"
        return {"S3_URL": url, "S3_ACCESS_KEY": ACCESS_KEY, "S3_SECRET_KEY": SECRET_KEY, "S3_REGION": REGION}

    def put(self, name: str, data: bytes) -> None:
        """Hold a file."""
        self.files[name] = data, datetime.now(UTC)

    def start(self) -> None:
        """Answer."""
        handler = type("Bound", (Handler,), {"bucket": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Be away: connections that are open get no answer either."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    @property
    def is_away(self) -> bool:
        """Return whether nothing is answered."""
        return self._server is None

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Be away until the block ends."""
        self.stop()
        try:
            yield
        finally:
            self.start()


def signature(method: str, target: str, headers: dict[str, str], signed: list[str], day: str, region: str) -> str:
    """Return what a request must be signed with (“Signature Version 4”, steps 1 to 3)."""
    path, _mark, query = target.partition("?")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        method,
        quote(unquote(path), safe="/-_.~"),
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed),
        "",
        ";".join(signed),
        headers["x-amz-content-sha256"],
    ])  # fmt: skip
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, region, "s3", "aws4_request", text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    bucket: Server

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.bucket.is_away:
            self.close_connection = True
            return
        try:
            path, _mark, query = self.path.partition("?")
            _root, bucket, *rest = unquote(path).split("/", 2)
            name = rest[0] if rest else ""
            self.bucket.asked.append((self.command, name))
            if not (self.bucket.is_public and self.command == "GET" and "Authorization" not in self.headers):
                self._check(body)
            if bucket != BUCKET:
                raise Refusal(404, "NoSuchBucket")
            status, headers, found = getattr(self, f"_{self.command.lower()}")(name, dict(parse_qsl(query)), body)
        except Refusal as refusal:
            xml = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{refusal.code}</Code><Message>{refusal.code}</Message></Error>'
            status, headers, found = refusal.status, {"Content-Type": "application/xml"}, xml.encode()
        self.send_response(status)
        headers.setdefault("Content-Length", str(len(found)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found)

    do_GET = do_HEAD = do_PUT = do_DELETE = _answer

    def _check(self, body: bytes) -> None:
        """Refuse what is not signed, or otherwise, or not now, or whose body is another one."""
        found = _AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        if found is None:
            raise Refusal(403, "AccessDenied")
        account, day, region, names, given = found.groups()
        headers = {name.lower(): value for name, value in self.headers.items()}
        if account != ACCESS_KEY:
            raise Refusal(403, "InvalidAccessKeyId")
        if abs(time.time() - datetime.strptime(headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z").timestamp()) > 900:
            raise Refusal(403, "RequestTimeTooSkewed")
        if region != REGION or not headers["x-amz-date"].startswith(day):
            raise Refusal(400, "AuthorizationHeaderMalformed")
        signed = names.split(";")
        if not {"host", *(name for name in headers if name.startswith("x-amz-"))} <= set(signed):
            raise Refusal(403, "AccessDenied")
        if not hmac.compare_digest(signature(self.command, self.path, headers, signed, day, region), given):
            raise Refusal(403, "SignatureDoesNotMatch")
        if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            raise Refusal(400, "XAmzContentSHA256Mismatch")

    def _found(self, name: str) -> tuple[bytes, dict[str, str]]:
        if name not in self.bucket.files:
            raise Refusal(404, "NoSuchKey")
        data, written = self.bucket.files[name]
        headers = {"ETag": _tag(data), "Last-Modified": f"{written:%a, %d %b %Y %H:%M:%S} GMT", "Accept-Ranges": "bytes"}
        if self.headers.get("If-Match", headers["ETag"]) != headers["ETag"]:
            raise Refusal(412, "PreconditionFailed")
        return data, headers

    def _head(self, name: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if not name:
            return 200, {}, b""
        data, headers = self._found(name)
        return 200, headers | {"Content-Length": str(len(data))}, b""

    def _get(self, name: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if not name:
            return self._list(query)
        data, headers = self._found(name)
        if (part := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))) is None:
            return 200, headers, data
        first, last = int(part[1]), min(int(part[2]), len(data) - 1)
        if first > last:
            raise Refusal(416, "InvalidRange")
        return 206, headers | {"Content-Range": f"bytes {first}-{last}/{len(data)}"}, data[first : last + 1]

    def _list(self, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        most = min(int(query.get("max-keys", LIST_MOST)), LIST_MOST)
        names = sorted(name for name in self.bucket.files if name > query.get("continuation-token", ""))
        more = f"<NextContinuationToken>{escape(names[most - 1])}</NextContinuationToken>" if len(names) > most else ""
        rows = "".join(
            f"<Contents><Key>{escape(name if query.get('encoding-type') != 'url' else quote(name))}</Key><Size>{len(data)}</Size>"
            f"<LastModified>{written:%Y-%m-%dT%H:%M:%S}.{written.microsecond // 1000:03}Z</LastModified></Contents>"
            for name in names[:most]
            for data, written in [self.bucket.files[name]]
        )
        kind = "<EncodingType>url</EncodingType>" if query.get("encoding-type") == "url" else ""
        said = f"{kind}<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{rows}"
        xml = f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{said}</ListBucketResult>'
        return 200, {"Content-Type": "application/xml"}, xml.encode()

    def _put(self, name: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        with self.bucket._lock:
            if self.headers.get("If-None-Match") == "*" and name in self.bucket.files:
                raise Refusal(412, "PreconditionFailed")
            self.bucket.put(name, body)
        return 200, {"ETag": _tag(body)}, b""

    def _delete(self, name: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.bucket.files.pop(name, None)
        return 204, {}, b""


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Serve an empty bucket until the block ends."""
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
