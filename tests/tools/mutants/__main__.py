"""Whether the tests notice: plausible faults are put into the code one by one, and the tests that execute the line run on each.

    make mutants ARGS="pages --sample 20 --seed 7"
    make mutants ARGS="portal/pages/restrictions.py --sample 0"

The code is copied, so that nothing here changes; what a database is made from is taken to be the same for all faults. First the tests
of the area run once under coverage (kept in `.pytest_cache` for each test module, as long as it and all these modules are the same); each
fault then meets the tests that execute its statement, those first that noticed others, until one fails or the budget is spent.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.tools.mutants.equivalents import EQUIVALENTS
from tests.tools.mutants.faults import Fault, faults

BASE_DIR = Path(__file__).resolve().parents[3]
KEPT = BASE_DIR / ".pytest_cache" / "mutants"
CACHE = ("-o", f"cache_dir={KEPT}")
WARM_UP = "tests/tools/mutants/warm_up.py"

# Each area with the tests that state what it does.
AREAS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pages": (
        ("portal/pages",),
        ("tests/portal/pages", "tests/portal/test_marks.py"),
    ),
    "changes": (
        ("portal/changes.py",),
        ("tests/portal/test_changes.py", "tests/portal/test_changes_died.py", "tests/portal/test_commits.py"),
    ),
    "records": (("portal/records",), ("tests/portal/records",)),
    "search": (
        (*(f"search/{name}.py" for name in ("engine", "ranking", "spelling", "log")), "portal/http/limits.py"),
        (
            *(f"tests/search/test_{name}.py" for name in ("engine", "ranking", "spelling", "log")),
            *(f"tests/search/test_{name}.py" for name in ("view", "suggestions", "search", "right_words")),
            "tests/portal/http/test_limits.py",
        ),
    ),
    "rights": (
        ("translation/permissions.py", "translation/policies.py", "translation/guards.py"),
        (
            *(f"tests/translation/test_{name}.py" for name in ("permissions", "roles", "reading", "publishing")),
            *(f"tests/translation/upstream/test_{name}.py" for name in ("submitting", "addresses")),
        ),
    ),
    "trees": (
        ("translation/trees.py", "translation/cascades.py"),
        (
            *(f"tests/translation/test_{name}.py" for name in ("trees", "trees_left", "cascades", "cascades_places")),
            "tests/portal/pages/test_restrictions.py",
        ),
    ),
    "listing": (("portal/listing",), ("tests/portal/listing", "tests/news")),
    "news": (("news",), ("tests/news", "tests/portal/listing")),
}  # fmt: skip


def modules_of(areas: list[str], folder: Path = BASE_DIR) -> dict[str, tuple[str, ...]]:
    """Return the modules of areas, or those that are named themselves, each with its tests."""
    found = {}
    for name, (paths, tests) in AREAS.items():
        for path in paths:
            for file in sorted([folder / path] if path.endswith(".py") else (folder / path).rglob("*.py")):
                module = str(file.relative_to(folder))
                is_wanted = not areas or name in areas or module in areas
                if file.exists() and is_wanted and not {"migrations", "apps.py", "__init__.py"} & set(file.parts):
                    found[module] = tests
    return found


def copy_tree(folder: Path) -> None:
    """Copy what is under version control, and what will be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (source := BASE_DIR / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
    for name in (".venv", "var"):
        if (BASE_DIR / name).exists():
            (folder / name).symlink_to((BASE_DIR / name).resolve())


def ask(folder: Path, tests: list[str], orders: dict[str, object]) -> subprocess.Popen[bytes]:
    """Begin a session of pytest in a copy of the tree."""
    (folder / "orders.json").write_text(json.dumps(orders), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.tools.mutants.session", "-q", "-n", "0", "-W", "ignore"]
    own = os.environ | {
        # Of what the databases are made from, only this changes them often.
        "PORTAL_TEST_FINGERPRINT": fingerprint(folder.glob("*/migrations/*.py")),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MUTANTS_ORDERS": str(folder / "orders.json"),
    }
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            [*command, *CACHE, WARM_UP, *tests], cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )


def test_files(tests: tuple[str, ...]) -> list[str]:
    """Return the test modules among paths."""
    found: list[Path] = []
    for path in tests:
        found += [BASE_DIR / path] if path.endswith(".py") else sorted((BASE_DIR / path).rglob("test_*.py"))
    return [str(file.relative_to(BASE_DIR)) for file in found if file.exists()]


def fingerprint(files: Iterable[Path]) -> str:
    """Return a hash of files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:16]


def keep(path: Path, part: dict[str, object]) -> None:
    """Keep what a test module executes, whole or not at all: a run may be interrupted."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(part), encoding="utf-8")
    new.replace(path)


def mapped(folder: Path, files: list[str]) -> dict[str, dict]:
    """Return what the tests of modules execute, how long each took, and which fail without any fault."""
    KEPT.mkdir(parents=True, exist_ok=True)
    code = fingerprint(folder / module for module in modules_of([], folder))
    keys = {}
    for file in files:
        text = (folder / file).read_text(encoding="utf-8")
        keys[file] = KEPT / hashlib.sha256(f"CPU {code}{file}{text}".encode()).hexdigest()[:24]
    if missing := [file for file, key in keys.items() if not key.exists()]:
        print(f"{len(missing)} test modules run once to see what they execute …", file=sys.stderr, flush=True)
        answer = folder / "map.jsonl"
        process = ask(folder, missing, {"do": "map", "cache": CACHE, "modules": [*modules_of([], folder)], "answer": str(answer)})
        while (ended := process.poll()) is None or answer.exists():
            # Kept test module by test module, so that what was interrupted is not lost.
            lines = answer.read_text(encoding="utf-8").splitlines(keepends=True) if answer.exists() else []
            for part in (json.loads(line) for line in lines if line.endswith("\n")):
                keep(keys[part["file"]], part)
            if ended is not None:
                break
            time.sleep(2)
        for file in missing:
            if not keys[file].exists() and ended == 0:
                keep(keys[file], {"seconds": {}, "failed": [], "templates": [], "lines": {}})
        if not answer.exists():
            sys.exit((folder / "output").read_text(encoding="utf-8")[-3000:])
    whole: dict[str, dict] = {"seconds": {}, "failed": {}, "lines": {}, "templates": {}}
    for key in keys.values():
        part = json.loads(key.read_text(encoding="utf-8"))
        whole["seconds"] |= part["seconds"]
        for name in ("failed", "templates"):
            whole[name] |= dict.fromkeys(part[name])
        whole["lines"] |= part["lines"]
    return whole


def drawn(folder: Path, modules: list[str], sample: int, seed: int) -> list[Fault]:
    """Return faults of modules, of each at most so many (all when 0), drawn with the seed; without those known to be none."""
    found = []
    for module in modules:
        order = random.Random(f"{seed} {module}")  # noqa: S311
        possible = faults(folder, module, order)
        found += sorted(order.sample(possible, min(sample, len(possible))) if sample else possible, key=lambda fault: fault.line)
    return [fault for fault in found if (fault.module, fault.changed()) not in EQUIVALENTS]


def tried(folders: list[Path], work: list[Fault], files: list[str], known: dict[str, dict], budget: float) -> list[dict]:
    """Try faults out, a share in each folder; return for each what noticed it."""
    running = []
    for number, folder in enumerate(folders):
        share = work[number :: len(folders)]
        answer = folder / "answer.jsonl"
        answer.unlink(missing_ok=True)
        orders = {
            "do": "try", "cache": CACHE, "modules": sorted({fault.module for fault in share}), "answer": str(answer), "map": known,
            "budget": budget, "faults": [dataclasses.asdict(fault) for fault in share],
        }  # fmt: skip
        running.append((share, answer, ask(folder, files, orders)))
    results = []
    for folder, (share, answer, process) in zip(folders, running, strict=True):
        process.wait()
        lines = answer.read_text(encoding="utf-8").splitlines() if answer.exists() else []
        if len(lines) != len(share):
            sys.exit((folder / "output").read_text(encoding="utf-8")[-3000:])
        results += [json.loads(line) | {"fault": fault} for fault, line in zip(share, lines, strict=True)]
    return results


def main() -> None:
    """Make faults, run the tests, print which were not noticed and a table."""
    parser = argparse.ArgumentParser(description="Put faults into the code and see whether the tests notice.")
    parser.add_argument("areas", nargs="*", help=f"{', '.join(AREAS)}, or paths of modules in them; all when none is named")
    parser.add_argument("--sample", type=int, default=12, help="how many faults of each module, drawn with the seed; all when 0")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many run beside each other")
    parser.add_argument("--budget", type=float, default=120, help="seconds of CPU of tests that a fault meets at most")
    parser.add_argument("--line", type=int, help="only faults in this line")
    parser.add_argument("--tests", nargs="*", help="these tests instead of those of the area")
    given = parser.parse_args()
    modules = modules_of(given.areas)
    if not modules:
        parser.error(f"no such area or module: {' '.join(given.areas)}")
    by_tests: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module, tests in modules.items():
        by_tests[tuple(given.tests or tests)].append(module)
    counted: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        folders = [Path(temporary) / str(number) for number in range(given.jobs)]
        for folder in folders:
            copy_tree(folder)
        for tests, names in by_tests.items():
            files = test_files(tests)
            known = mapped(folders[0], files)
            for name in known["failed"]:
                print(f"{name} fails without any fault and is left out", flush=True)
            work = [fault for fault in drawn(folders[0], names, given.sample, given.seed) if given.line in (None, fault.line)]
            results = tried(folders, work, files, known, given.budget)
            for result in sorted(results, key=lambda each: (each["fault"].module, each["fault"].line)):
                fault = result["fault"]
                counted.setdefault(fault.module, []).append(bool(result["noticed"]))
                if not result["noticed"]:
                    said = f"by {result['tests']} tests, {result['how']}" if result["tests"] else "by any: no test runs it"
                    print(f"{fault.module}:{fault.line} was not noticed {said}\n{fault.difference()}\n", flush=True)
    counted["in all"] = [noticed for seen in counted.values() for noticed in seen]
    print(f"seed {given.seed}, {given.sample or 'all'} of each module, {given.budget:.0f} s of CPU of tests at most")
    for module, seen in counted.items():
        if seen:
            print(f"{sum(seen):4d} of {len(seen):4d} noticed ({sum(seen) / len(seen):4.0%})  {module}")


if __name__ == "__main__":
    main()
