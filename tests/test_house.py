"""The house is easy to see: its folders are those that `docs/architecture.md` names, its parts are short, its needs are declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
APPS = ("portal", "home", "news", "search", "translation", "about", "work", "research", "participate", "agenda")
TOP_LEVEL = {*APPS, "templates", "tests", "content", "locale", "docs", "deploy", "manage.py", "requirements.txt"}
ABOUT_THE_PROJECT = {".ci", ".gitignore", "Makefile", "README.md", "SECURITY.md", "pyproject.toml", "requirements-dev.txt", "LICENSE"}

LONG_MODULES: dict[str, str] = {
    "tests/portal/test_changes.py": "a scenario for each value that is kept, and what they all promise",
    "tests/portal/accounts/test_accounts.py": "every door, with the fixtures that all of them share",
    "tests/portal/serving/test_first_hour.py": "the first hour of a new installation, told in its order",
    "tests/portal/records/test_records.py": "every fault that a record can have, on one small set of records",
    "tests/portal/blocks/test_rendering.py": "one walk over all blocks",
    "tests/test_leaks.py": "one walk over all addresses",
    "tests/translation/upstream/test_addresses.py": "one walk over all addresses of the admin",
}
"""Modules of more than 400 lines, and why each is not two."""
LONG_FUNCTIONS: dict[str, str] = {}
"""Functions of more than 60 lines, and why each is not two."""


def tracked(*patterns: str) -> list[Path]:
    """Return the files that belong to the project and still lie there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for name in listed if (path := ROOT / name).is_file()]


def modules() -> Iterator[tuple[str, ast.Module, int]]:
    """Yield each module with its tree and its number of lines, without migrations."""
    for path in tracked("*.py"):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield str(path.relative_to(ROOT)), ast.parse(text), len(text.splitlines())


def test_the_top_level_is_the_menu_and_nothing_else() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert found - ABOUT_THE_PROJECT - TOP_LEVEL == set()


def test_modules_and_functions_are_short() -> None:
    long_modules, long_functions = set(), set()
    for name, tree, lines in modules():
        if lines > 400:
            long_modules.add(name)
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno + 1 > 60:
                    long_functions.add(f"{name}:{node.name}")
    assert long_modules == set(LONG_MODULES)
    assert long_functions == set(LONG_FUNCTIONS)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the packages that a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def normalised(name: str) -> str:
    """Return the name of a distribution as the packaging rules compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    """Return the names of requirements without their versions."""
    return {normalised(re.split(r"[\[<>=~! ]", requirement)[0]) for requirement in requirements}


SHELL_LINES = 600


def test_the_shell_is_short() -> None:
    """What stands between the network and the application can be read at once; blank lines and docstrings are not counted."""
    number = 0
    for name, tree, _lines in modules():
        if name.startswith("portal/shell/"):
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
            texts = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
            said = [part for body in texts for part in body if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)]
            left_out = {line for part in said for line in range(part.lineno, part.end_lineno + 1)}
            number += sum(bool(line.strip()) and at not in left_out for at, line in enumerate(lines, 1))
    assert 0 < number <= SHELL_LINES


def test_what_is_imported_is_declared() -> None:
    """A package that only comes along with another one can go with it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    served = declared(project["dependencies"])
    optional = served.union({"redis"}, *(declared(extras[name]) for name in ("elasticsearch", "opensearch", "s3", "sentry")))
    distributions = packages_distributions()
    missing = set()
    for name, tree, _lines in modules():
        known = optional if name.startswith(APPS) else optional | declared(extras["dev"]) | declared(extras["mutants"])
        for package in set(imported(tree)) - sys.stdlib_module_names - {*APPS, "tests"}:
            if not {normalised(found) for found in distributions.get(package, [package])} & known:
                missing.add((name, package))
    assert missing == set()


def test_layers_and_types_are_asked_of_every_app() -> None:
    """An app that no contract names could import what it likes, and would be read by no type checker."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    linter = tools["importlinter"]
    contracts = {contract["name"]: contract for contract in linter["contracts"]}
    named = {
        "linter": set(linter["root_packages"]),
        "layers": {part.strip() for line in contracts["Apps"]["layers"] for part in line.split("|")},
        "circles": set(contracts["No circles inside rooms and apps"]["ancestors"]),
        "types": set(tools["mypy"]["packages"]),
    }
    assert named == dict.fromkeys(named, {name for name in APPS if (ROOT / name / "__init__.py").exists()})


BENT = {"wagtail_localize": "translation/upstream/", "modelsearch": "search/upstream/", "treebeard": "portal/upstream/"}
"""Where a library may be bent: nowhere else anything of it is replaced, or used that it keeps to itself."""
ELSEWHERE = {
    "portal/records/segments.py": "the loader stores in bulk what wagtail-localize stores one by one; `portal` knows no app above it",
}
"""Modules that use what a library keeps to itself all the same, and why."""
PRIVATE_PATHS = {"_get_path", "_str2int", "_int2str", "_inc_path", "_get_basepath"}
"""What treebeard keeps to itself, of pages."""


def bends(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the libraries of `BENT` of which something is replaced or private, with what."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and (library := node.module.partition(".")[0]) in BENT:
            known |= {name.asname or name.name: library for name in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in PRIVATE_PATHS:
            yield "treebeard", node.attr
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        is_private = node.attr.startswith("_") and not node.attr.startswith("__") and node.attr != "_meta"
        if isinstance(root, ast.Name) and root.id in known and (isinstance(node.ctx, ast.Store) or is_private):
            yield known[root.id], f"{root.id}.{node.attr}"


def test_libraries_are_bent_in_one_folder_each() -> None:
    found = {
        (name, library, what)
        for name, tree, _lines in modules()
        if name.startswith(APPS)
        for library, what in bends(tree)
        if not name.startswith(BENT[library])
    }
    assert {name for name, _library, _what in found} == set(ELSEWHERE), found


def named_in_the_picture() -> set[str]:
    """Return the folders and modules that the tree in `docs/architecture.md` names, as paths."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    picture = text.split("## The house", 1)[1].split("```", 3)[3].split("```")[0]
    found, folder = set(), ""
    for line in picture.splitlines():
        if match := re.match(r"( {0,2})((?:[\w.]+/?)(?:, [\w.]+/?)*)  ", line + "  "):
            for name in match[2].split(", "):
                if not match[1]:
                    folder = name
                    found.add(name)
                else:
                    found.add(folder + name)
    return found


def test_the_picture_of_the_house_shows_its_rooms() -> None:
    """Each room of `portal`, and each app, stands in the tree of `docs/architecture.md`, and nothing that is not there."""
    rooms = {f"portal/{path.relative_to(ROOT / 'portal').parts[0]}" for path in tracked("portal")}
    left_out = {"__init__.py", "apps.py", "urls.py", "wsgi.py", "wagtail_hooks.py"}
    there = {room + ("/" if (ROOT / room).is_dir() else "") for room in rooms if Path(room).name not in left_out}
    there |= {f"{name}/" for name in [*APPS, "templates", "tests", "content", "locale", "docs", "deploy"] if (ROOT / name).is_dir()}
    assert named_in_the_picture() == there


def test_the_readme_says_what_each_folder_is() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Folders", 1)[1].split("\n## ", 1)[0]
    told = set(re.findall(r"^\| `([\w.]+)/?` \|", table, re.MULTILINE))
    assert told == {path.relative_to(ROOT).parts[0] for path in tracked()} - ABOUT_THE_PROJECT


NO_ROOMS = {"management", "migrations", "models", "settings", "static", "styles", "templates", "templatetags"}
"""Folders of an app whose name Django knows: their tests may lie with those of the app."""


def room_of(path: Path) -> str:
    """Return the room of an app that a module belongs to, or the app itself where it belongs to none."""
    return "/".join(path.parts[:2]) if len(path.parts) > 2 and path.parts[1] not in NO_ROOMS else path.parts[0]


def test_tests_mirror_the_packages() -> None:
    """Each folder of tests has the name of a package, each room of an app has one, and what is called like a part of it lies there."""
    files = [path.relative_to(ROOT) for path in tracked(*(f"{app}/*" for app in APPS))]
    packages = {str(folder) for path in files for folder in path.parents}
    rooms = {room_of(path) for path in files if path.suffix == ".py"}
    named: dict[tuple[str, str], set[str]] = {}
    for path in files:
        for name in (path.stem, Path(room_of(path)).name) if path.suffix == ".py" else ():
            named.setdefault((path.parts[0], name), set()).add(room_of(path))
    tests = {path.relative_to(ROOT / "tests") for path in tracked("tests/*") if path.name.startswith("test_")}
    folders = {path.parent for path in tests if path.parts[0] != "journeys"}
    assert {
        "folders without a package": {str(folder) for folder in folders} - packages,
        "rooms without tests": {room for room in rooms - set(APPS) if not any(folder.is_relative_to(room) for folder in folders)},
        # A name that two rooms know says of neither that the test is its own.
        "tests beside their room": {
            str(path)
            for path in tests
            if str(path.parent) in APPS
            for found in [named.get((path.parts[0], path.stem.removeprefix("test_")), set())]
            if len(found) == 1 and found != {path.parts[0]}
        },
    } == {"folders without a package": set(), "rooms without tests": set(), "tests beside their room": set()}
