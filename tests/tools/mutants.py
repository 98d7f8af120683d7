"""Whether the tests notice: plausible faults are put into the code one by one, and the tests of its area run on each.

    make mutants ARGS="pages --sample 40 --seed 7"
    make mutants ARGS="portal/pages/restrictions.py --jobs 1"

Cosmic Ray finds the places and makes the faults; beside its own there is the one that it lacks, a call left out. The code is copied,
so that nothing here changes; what a database is made from is taken to be the same for all faults. Of several faults at one place
one is drawn; the seed says which. Types and what only names things are left alone.
"""

from __future__ import annotations

import argparse
import difflib
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator

BASE_DIR = Path(__file__).resolve().parents[2]

# Each area with the tests that state what it does.
AREAS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pages": (("portal/pages",), ("tests/portal", "tests/translation/test_confidential.py")),
    "changes": (("portal/changes.py",), ("tests/portal",)),
    "listing": (("portal/listing",), ("tests/portal", "tests/news")),
    "records": (("portal/records",), ("tests/portal", "tests/translation/test_same_texts.py")),
    "rights": (("translation/permissions.py", "translation/policies.py", "translation/guards.py"), ("tests/translation", "tests/portal")),
    "trees": (("translation/trees.py", "translation/cascades.py"), ("tests/translation",)),
    "news": (("news",), ("tests/news", "tests/portal")),
    "search": (
        tuple(f"search/{name}.py" for name in ("engine", "ranking", "spelling", "limits", "log")),
        ("tests/search",),
    ),
}
# A fault in these is none: `X | None` in a type, the arithmetic of sets and numbers by the dozen.
LEFT_OUT = ("ReplaceBinaryOperator", "ReplaceUnaryOperator_Delete", "ExceptionReplacer", "VariableReplacer", "VariableInserter", "NoOp")
KEPT_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Add", "Div_Mul", "Mod_Mul", "FloorDiv_Mul")
TIMEOUT = 1800


class LeaveOutCall(Operator):
    """A statement that only calls something is left out."""

    def mutation_positions(self, node: object) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Find the call."""
        if node.type == "simple_stmt" and node.children[0].type in ("atom_expr", "power"):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: object, index: int) -> object:
        """Put `pass` in its place."""
        nothing = get_ast("pass").children[0]
        nothing.prefix = node.get_first_leaf().prefix
        node.children[0] = nothing
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Show it."""
        return (Example("forget()\n", "pass\n"),)


@dataclass(frozen=True)
class Mutant:
    """A fault in a module: the whole text of the faulty module."""

    module: str
    line: int
    text: str

    def difference(self) -> str:
        """Return the changed lines."""
        before = (BASE_DIR / self.module).read_text(encoding="utf-8").splitlines()
        lines = difflib.unified_diff(before, self.text.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def operators() -> list[Operator]:
    """Return what makes faults."""
    found = [LeaveOutCall()]
    for name in plugins.operator_names():
        is_arithmetic = name.endswith(KEPT_ARITHMETIC)
        kind = plugins.get_operator(name)
        if not kind.arguments() and (is_arithmetic or not any(part in name for part in LEFT_OUT)):
            found.append(kind())
    return found


def mutants(module: str, order: random.Random) -> list[Mutant]:
    """Return the faults of a module, one for each place, where it can still be read by Python."""
    source = (BASE_DIR / module).read_text(encoding="utf-8")
    places = defaultdict(list)
    for operator in operators():
        positions = [position for node in ast_nodes(get_ast(source)) for position in operator.mutation_positions(node)]
        for occurrence, position in enumerate(positions):
            places[position].append((operator, occurrence))
    found = []
    for (start, _end), possible in sorted(places.items()):
        operator, occurrence = order.choice(possible)
        text = mutate_code(source, operator, occurrence)
        try:
            compile(text, module, "exec")
        except (SyntaxError, TypeError):
            continue
        found.append(Mutant(module, start[0], text))
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


def is_noticed(folder: Path, tests: tuple[str, ...], arguments: list[str]) -> bool:
    """Run the tests in a copy until one fails; what never ends is noticed too."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-W", "ignore", "-m", "not browser and not nu", *tests, *arguments]
    own = os.environ | {"PORTAL_TEST_FINGERPRINT": "mutants", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=own, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def modules_of(areas: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the modules of areas, or those that are named themselves, each with its tests."""
    found = {}
    for name, (paths, tests) in AREAS.items():
        for path in paths:
            for file in sorted([BASE_DIR / path] if path.endswith(".py") else (BASE_DIR / path).rglob("*.py")):
                module = str(file.relative_to(BASE_DIR))
                is_wanted = not areas or name in areas or module in areas
                if file.exists() and is_wanted and not {"migrations", "apps.py", "__init__.py"} & set(file.parts):
                    found[module] = tuple(test for test in tests if (BASE_DIR / test).exists())
    return found


def main() -> None:
    """Make faults, run the tests, print which were not noticed and a table."""
    parser = argparse.ArgumentParser(description="Put faults into the code and see whether the tests notice.")
    parser.add_argument("areas", nargs="*", help=f"{', '.join(AREAS)}, or paths of modules in them; all when none is named")
    parser.add_argument("--sample", type=int, default=0, help="how many faults of each module, drawn with the seed; all when 0")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="how many run beside each other")
    parser.add_argument("--tests", nargs="*", help="these tests instead of those of the area")
    parser.add_argument("-k", dest="expression", default="", help="only tests that match")
    given = parser.parse_args()
    order = random.Random(given.seed)  # noqa: S311
    arguments = ["-k", given.expression] if given.expression else []
    modules = modules_of(given.areas)
    if not modules:
        parser.error(f"no such area or module: {' '.join(given.areas)}")
    work = []
    for module in modules:
        possible = mutants(module, order)
        drawn = order.sample(possible, min(given.sample, len(possible))) if given.sample else possible
        work += sorted(drawn, key=lambda mutant: mutant.line)
    noticed: dict[str, list[bool]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        folders: queue.Queue[Path] = queue.Queue()
        for number in range(given.jobs):
            copy_tree(folder := Path(temporary) / str(number))
            folders.put(folder)

        def try_out(mutant: Mutant) -> bool:
            folder = folders.get()
            path = folder / mutant.module
            try:
                path.write_text(mutant.text, encoding="utf-8")
                return is_noticed(folder, tuple(given.tests or modules[mutant.module]), arguments)
            finally:
                shutil.copyfile(BASE_DIR / mutant.module, path)
                folders.put(folder)

        for tests in {tuple(given.tests or tests) for tests in modules.values()}:
            if is_noticed(next(iter(folders.queue)), tests, arguments):
                parser.exit(1, f"The tests fail without any fault: {' '.join(tests)}\n")
        with ThreadPoolExecutor(given.jobs) as pool:
            for mutant, is_seen in zip(work, pool.map(try_out, work), strict=True):
                noticed[mutant.module].append(is_seen)
                if not is_seen:
                    print(f"{mutant.module}:{mutant.line} was not noticed\n{mutant.difference()}\n", flush=True)
    for module, results in noticed.items():
        print(f"{sum(results):4d} of {len(results):4d} noticed ({sum(results) / len(results):4.0%})  {module}")
    if total := [seen for results in noticed.values() for seen in results]:
        print(f"{sum(total):4d} of {len(total):4d} noticed ({sum(total) / len(total):4.0%})  in all")


if __name__ == "__main__":
    main()
