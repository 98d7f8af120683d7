"""A search server in a thread: speaks as much of the protocol of Elasticsearch and OpenSearch as the clients use, and keeps all requests.

It finds what a server finds whose analyzers take text apart at blanks, and refuses every request and every kind of query that it does
not know.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

GAP = [None] * 100
"""What lies between two values of one field: phrases do not reach across."""


@dataclass
class Recorded:
    """A request as it was sent."""

    method: str
    path: str
    parameters: dict[str, str]
    body: object
    headers: dict[str, str]


@dataclass
class Index:
    """An index: its settings, the fields of its documents, the documents by id."""

    settings: dict = field(default_factory=dict)
    properties: dict = field(default_factory=dict)
    documents: dict[str, dict] = field(default_factory=dict)


class Refused(Exception):
    """A request that a server answers with an error."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class RecordedServer:
    """The server. `product` is the header by which Elasticsearch's client knows its own server."""

    product: str
    url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    indices: dict[str, Index] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def sent(self, method: str, path: str) -> list[Recorded]:
        """Return the requests of a method whose path matches a pattern."""
        return [one for one in self.requests if one.method == method and fnmatch.fnmatch(one.path, path)]

    def searches(self) -> list[dict]:
        """Return the bodies of all searches."""
        return [one.body for one in self.sent("POST", "/*/_search")]

    def index(self, name: str) -> Index:
        """Return an index by its name or its alias."""
        name = self.aliases.get(name, name)
        if name not in self.indices:
            raise Refused(404, f"no such index [{name}]")
        return self.indices[name]

    def answer(self, one: Recorded) -> dict:
        """Return the answer to a request."""
        match one.method, one.path.strip("/").split("/"):
            case "PUT", [name]:
                assert name not in self.indices
                self.indices[name] = Index(one.body["settings"])
            case "PUT", [name, "_mapping"]:
                self.index(name).properties |= one.body["properties"]
            case "HEAD" | "GET", ["_alias", name]:
                if name not in self.aliases:
                    raise Refused(404, "no such alias")
                return {self.aliases[name]: {"aliases": {name: {}}}}
            case "PUT", [name, "_alias" | "_aliases", alias]:
                self.aliases[alias] = name
            case "DELETE", [name]:
                if name not in self.indices:
                    raise Refused(404, f"no such index [{name}]")
                del self.indices[name]
            case "POST", [_, "_refresh"]:
                pass
            case "PUT" | "POST", [name, "_bulk"]:
                actions = iter(one.body)
                for action in actions:
                    self.add(name, action["index"]["_id"], next(actions))
                return {"errors": False, "items": [{"index": {"_id": "1", "status": 201}}] * (len(one.body) // 2)}
            case "PUT", [name, "_doc", pk]:
                self.add(name, pk, one.body)
                return {"_id": pk, "result": "created"}
            case "DELETE", [name, "_doc", pk]:
                if not self.index(name).documents.pop(pk, None):
                    raise Refused(404, "not found")
            case "POST", [name, "_search"]:
                return {"hits": {"hits": self.found(self.index(name), {**one.parameters, **one.body})}}
            case _:
                raise Refused(400, f"unknown request {one.method} {one.path}")
        return {"acknowledged": True}

    def add(self, name: str, pk: str, document: dict) -> None:
        """Keep a document; an index that is missing is made, as servers do by default."""
        name = self.aliases.get(name, name)
        self.indices.setdefault(name, Index()).documents[pk] = document

    def found(self, index: Index, body: dict) -> list[dict]:
        """Return the hits of a search: the newest id first, or in the order of one field."""
        hits = [pk for pk in index.documents if matches(index, index.documents[pk], body["query"])]
        hits.sort(key=int, reverse=True)
        for order in body.get("sort", []):
            (name, _how), = order.items()
            hits.sort(key=lambda pk: str(index.documents[pk].get(name) or ""), reverse=True)
        start = int(body.get("from", 0))
        return [{"_id": pk, "_score": 1.0, "fields": {"pk": [pk]}} for pk in hits[start : start + int(body["size"])]]


def tokens(index: Index, document: dict, name: str) -> list[str | None]:
    """Return the tokens of a text field, in their order, as the index settings say: at blanks, or as beginnings of words."""
    assert index.settings["analysis"]["analyzer"]["default"] == {"type": "custom", "tokenizer": "whitespace"}
    sources = [name] if name in document else []
    sources += [other for other, how in index.properties.items() if name in how.get("copy_to", [])]
    found: list[str | None] = []
    for source in sources:
        values = document.get(source)
        for value in values if isinstance(values, list) else [values]:
            found += [*(value or "").split(), *GAP]
    if index.properties[name].get("analyzer") == "edgengram_analyzer":
        return [word[:end] for word in found if word for end in range(1, len(word) + 1)]
    return found


def matches(index: Index, document: dict, query: dict) -> bool:
    """Return whether a document matches a query."""
    (kind, asked), = query.items()

    def each(clauses: object) -> Iterator[bool]:
        return (matches(index, document, one) for one in (clauses if isinstance(clauses, list) else [clauses]))

    def holds(name: str, text: str, operator: str = "or") -> bool:
        own = set(tokens(index, document, name))
        return (all if operator == "and" else any)(word in own for word in text.split())

    def in_order(name: str, text: str) -> bool:
        own, words = tokens(index, document, name), text.split()
        return any(own[start : start + len(words)] == words for start in range(len(own)))

    def equals(name: str, values: list) -> bool:
        own = document.get(name)
        return any(value in own if isinstance(own, list) else value == own for value in values)

    match kind:
        case "match_all":
            return True
        case "bool":
            assert set(asked) <= {"must", "filter", "should", "must_not"}
            is_optional = "must" in asked or "filter" in asked
            return (
                all(each(asked.get("must", [])))
                and all(each(asked.get("filter", [])))
                and not any(each(asked.get("must_not", [])))
                and ("should" not in asked or is_optional or any(each(asked["should"])))
            )
        case "dis_max":
            return any(each(asked["queries"]))
        case "constant_score":
            return all(each(asked["filter"]))
        case "match":
            (name, how), = asked.items()
            if name.startswith("_django"):
                return equals(name, [how])
            return holds(name, how["query"], how.get("operator", "or"))
        case "multi_match":
            names = [name.partition("^")[0] for name in asked["fields"]]
            if asked.get("type") == "phrase":
                return any(in_order(name, asked["query"]) for name in names)
            return any(holds(name, asked["query"], asked.get("operator", "or")) for name in names)
        case "match_phrase":
            (name, how), = asked.items()
            return in_order(name, how["query"] if isinstance(how, dict) else how)
        case "term":
            (name, value), = asked.items()
            return equals(name, [value])
        case "terms":
            (name, values), = asked.items()
            if index.properties[name]["type"] == "text":
                return any(holds(name, value) for value in values)
            return equals(name, values)
        case _:
            raise Refused(400, f"unknown query [{kind}]")


@contextlib.contextmanager
def recorded_server(product: str) -> Iterator[RecordedServer]:
    """Run a server on a free port until the block ends."""
    server = RecordedServer(product)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body of an answer leave together

        def handle_one(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            address = urlsplit(self.path)
            path = unquote(address.path)
            body: object = None
            if path.endswith("_bulk"):
                body = [json.loads(line) for line in content.splitlines() if line]
            elif content:
                body = json.loads(content)
            headers = {name.lower(): value for name, value in self.headers.items()}
            one = Recorded(self.command, path, dict(parse_qsl(address.query)), body, headers)
            server.requests.append(one)
            try:
                status, answer = 200, server.answer(one)
            except Refused as refused:
                status, answer = refused.status, {"error": {"reason": str(refused)}, "status": refused.status}
            except Exception as error:
                # The test shall see what went wrong, not a connection that breaks off.
                status, answer = 500, {"error": {"reason": repr(error)}, "status": 500}
            content = json.dumps(answer)
            self.send_response(status)
            if product == "elasticsearch":
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
            else:
                self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content.encode())

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
