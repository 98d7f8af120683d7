"""What the portal is made of: a bill of materials of the locked packages (CycloneDX 1.6, JSON), and what is known against them.

    python -m tests.tools.sbom [FILE]
    python -m tests.tools.sbom --advisories [--service URL]

Names, versions and hashes come from `requirements.txt`, licences and what needs what from the installed packages. A licence that is
not on the list, or none, is an error. Advisories are asked for at https://osv.dev, with name and version of each package and nothing
else: 0 where nothing is known, 1 where something is, 2 where nobody answers.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
LOCK = BASE_DIR / "requirements.txt"
SERVICE = "https://api.osv.dev"
PATIENCE = 30

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT", "MIT-CMU", "MPL-1.1",
    "MPL-2.0", "PSF-2.0", "Unlicense",
})  # fmt: skip
"""What an office may use, change and hand on without opening what it wrote itself: https://spdx.org/licenses/"""
_SPDX = {
    "mit": "MIT", "mit license": "MIT", "bsd": "BSD-3-Clause", "bsd license": "BSD-3-Clause", "bsd-3-clause": "BSD-3-Clause",
    "apache-2.0": "Apache-2.0", "apache software license": "Apache-2.0", "isc license (iscl)": "ISC", "mpl-2.0": "MPL-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "mozilla public license 1.1 (mpl 1.1)": "MPL-1.1",
    "python software foundation license": "PSF-2.0", "psfl": "PSF-2.0", "the unlicense (unlicense)": "Unlicense",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
}  # fmt: skip
"""What packages write in words, as SPDX has it."""
_OWN = {"pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1", "pystemmer": "MIT AND BSD-3-Clause", "resvg-py": "MIT"}
"""Packages whose licence only their text says, or that offer or join several."""


@dataclass
class Package:
    """A line of the lock."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """Return the address of a package: https://github.com/package-url/purl-spec"""
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(text: str) -> list[Package]:
    """Return the packages of a lock."""
    found: list[Package] = []
    for line in text.splitlines():
        if line_of := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", line):
            found.append(Package(line_of[1].lower(), line_of[2]))
        elif digest := re.search(r"--hash=sha256:([0-9a-f]{64})", line):
            found[-1].hashes.append(digest[1])
    return found


def licence(package: Distribution, name: str) -> str:
    """Return the licence of an installed package as an expression of SPDX; empty where it does not say."""
    if name in _OWN:
        return _OWN[name]
    data = package.metadata
    if expression := data.get("License-Expression"):
        return expression
    said = [entry.rpartition("::")[2].strip() for entry in data.get_all("Classifier") or [] if entry.startswith("License ::")]
    said += [data.get("License") or ""]
    return next((_SPDX[words.lower()] for words in said if words.lower() in _SPDX), "")


def is_allowed(expression: str) -> bool:
    """Return whether an expression can be met by licences of the list: one of those joined by OR, each of those joined by AND."""
    plain = re.sub(r"[A-Za-z0-9.+-]+", lambda word: word[0] if word[0] in {"AND", "OR"} else str(word[0] in ALLOWED), expression)
    parts = re.findall(r"True|False|AND|OR|\(|\)", plain)
    return bool(parts) and _any(parts)


def _any(parts: list[str]) -> bool:
    value = _all(parts)
    while parts and parts[0] == "OR":
        parts.pop(0)
        value = _all(parts) or value
    return value


def _all(parts: list[str]) -> bool:
    value = _one(parts)
    while parts and parts[0] == "AND":
        parts.pop(0)
        value = _one(parts) and value
    return value


def _one(parts: list[str]) -> bool:
    word = parts.pop(0)
    if word != "(":
        return word == "True"
    value = _any(parts)
    parts.pop(0)
    return value


def refused(packages: list[Package]) -> Iterator[str]:
    """Yield a line for each package whose licence is not on the list."""
    for package in packages:
        expression = licence(distribution(package.name), package.name)
        if not is_allowed(expression):
            yield f"{package.name} {package.version}: {expression or 'no licence that is known'}"


def bill(packages: list[Package]) -> dict[str, Any]:
    """Return the bill of materials: https://cyclonedx.org/docs/1.6/json/ It says the same each time of the same lock."""
    references = {package.name: package.reference for package in packages}
    components, needs = [], []
    for package in packages:
        installed = distribution(package.name)
        components.append({
            "type": "library", "bom-ref": package.reference, "name": package.name, "version": package.version,
            "purl": package.reference, "licenses": [{"expression": licence(installed, package.name)}],
            "externalReferences": [{
                "type": "distribution", "url": package.reference,
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
            }],
        })  # fmt: skip
        names = {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower().replace("_", "-") for line in installed.requires or ()}
        needs.append({"ref": package.reference, "dependsOn": sorted(references[name] for name in names if name in references)})
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "portal", "name": "portal"}},
        "components": components,
        "dependencies": [{"ref": "portal", "dependsOn": sorted(references.values())}, *needs],
    }  # fmt: skip


def advisories(packages: list[Package], service: str = SERVICE) -> list[str]:
    """Return a line for each advisory that is known of a package: https://google.github.io/osv.dev/post-v1-querybatch/

    Raises:
        OSError: the service does not answer.
        ValueError: it answers something else.
    """
    questions = [{"package": {"ecosystem": "PyPI", "name": package.name}, "version": package.version} for package in packages]
    request = urllib.request.Request(  # noqa: S310 (an address that is given)
        f"{service}/v1/querybatch", json.dumps({"queries": questions}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        results = json.load(answer)["results"]
    return [
        f"{package.name} {package.version}: {found['id']} (https://osv.dev/vulnerability/{found['id']})"
        for package, result in zip(packages, results, strict=True)
        for found in result.get("vulns", ())
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the bill, or ask for advisories."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=BASE_DIR / "var" / "sbom.json", help="where the bill is written")
    parser.add_argument("--advisories", action="store_true", help="ask what is known against the packages")
    parser.add_argument("--service", default=SERVICE, help="who is asked")
    options = parser.parse_args(arguments)
    packages = locked(LOCK.read_text(encoding="utf-8"))
    if options.advisories:
        try:
            lines = advisories(packages, options.service)
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{options.service} gave no answer that can be read ({error}); ask again where there is a network.", file=sys.stderr)  # noqa: T201
            return 2
        print("\n".join(lines or [f"Nothing is known against the {len(packages)} packages."]))  # noqa: T201
        return int(bool(lines))
    options.file.parent.mkdir(parents=True, exist_ok=True)
    options.file.write_text(json.dumps(bill(packages), indent=1) + "\n", encoding="utf-8")
    print(f"{options.file}: {len(packages)} packages")  # noqa: T201
    for line in (lines := list(refused(packages))):
        print(line, file=sys.stderr)  # noqa: T201
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
