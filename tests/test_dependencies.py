"""The packages that an installation gets: each with a licence that an office may use, in a bill that says what they are."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.tools import sbom

PACKAGES = sbom.locked(sbom.LOCK.read_text(encoding="utf-8"))


def test_each_has_a_licence_that_is_on_the_list() -> None:
    assert list(sbom.refused(PACKAGES)) == []
    assert {"wagtail", "django", "granian", "psycopg-binary"} <= {package.name for package in PACKAGES}


@pytest.mark.parametrize(("expression", "is_allowed"), [
    ("MIT", True), ("GPL-3.0-only", False), ("", False), ("AGPL-3.0-only OR MIT", True), ("MIT AND GPL-2.0-only", False),
    ("MIT AND (BSD-2-Clause OR LGPL-2.1-or-later)", True), ("MIT AND (GPL-2.0-only OR SSPL-1.0)", False), ("Proprietary", False),
    ("GPL-2.0-only AND MIT OR Apache-2.0", True), ("GPL-2.0-only AND (MIT OR Apache-2.0)", False),
])  # fmt: skip
def test_an_expression_is_met_by_what_is_on_the_list(expression: str, is_allowed: bool) -> None:
    assert sbom.is_allowed(expression) is is_allowed


def test_a_licence_that_is_not_on_the_list_ends_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    monkeypatch.setattr(sbom, "ALLOWED", sbom.ALLOWED - {"LGPL-3.0-only"})
    assert sbom.main([str(tmp_path / "bill.json")]) == 1
    versions = {package.name: package.version for package in PACKAGES}
    assert capsys.readouterr().err.splitlines() == [
        f"{name} {versions[name]}: LGPL-3.0-only" for name in ("psycopg", "psycopg-binary")
    ]


def test_the_bill_names_each_with_its_hashes_and_what_needs_it(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    assert sbom.main([str(file)]) == 0
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    found = {component["purl"]: component for component in bill["components"]}
    assert list(found) == [package.reference for package in PACKAGES]
    for package in PACKAGES:
        stated = [entry["content"] for entry in found[package.reference]["externalReferences"][0]["hashes"]]
        assert stated == package.hashes != []
    needs = {entry["ref"].partition("@")[0]: {name.partition("@")[0] for name in entry["dependsOn"]} for entry in bill["dependencies"]}
    assert needs["pkg:pypi/wagtail-localize"] == {"pkg:pypi/django", "pkg:pypi/polib", "pkg:pypi/typing-extensions", "pkg:pypi/wagtail"}
    again = tmp_path / "again.json"
    sbom.main([str(again)])
    assert again.read_bytes() == file.read_bytes()


@contextmanager
def service(known: dict[str, list[str]], asked: list[dict[str, Any]]) -> Iterator[str]:
    """Answer as the service of advisories does, with what is `known` of packages."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            asked.extend(queries)
            of_each = [known.get(each["package"]["name"], []) for each in queries]
            results = [{"vulns": [{"id": name} for name in names]} if names else {} for names in of_each]
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_is_known_against_a_package_is_told(capsys: Any) -> None:
    asked: list[dict[str, Any]] = []
    with service({"wagtail": ["GHSA-3vrh-m9w7-v94f"]}, asked) as address:
        assert sbom.main(["--advisories", "--service", address]) == 1
    version = next(package.version for package in PACKAGES if package.name == "wagtail")
    told = f"wagtail {version}: GHSA-3vrh-m9w7-v94f (https://osv.dev/vulnerability/GHSA-3vrh-m9w7-v94f)\n"
    assert capsys.readouterr().out == told
    # Name and version, and nothing else, leave the house.
    assert asked == [{"package": {"ecosystem": "PyPI", "name": each.name}, "version": each.version} for each in PACKAGES]
    with service({}, asked) as address:
        assert sbom.main(["--advisories", "--service", address]) == 0
    assert capsys.readouterr().out == f"Nothing is known against the {len(PACKAGES)} packages.\n"


def test_where_nobody_answers_it_is_said_in_a_line(capsys: Any) -> None:
    assert sbom.main(["--advisories", "--service", "http://127.0.0.1:9"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
