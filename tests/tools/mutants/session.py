"""The pytest session in which faults are tried out (a plugin of pytest, in a copy of the tree).

Pytest has collected, the databases are made and the portal is loaded once; then the process splits for each fault. The copy changes
the code of the faulty functions in memory and runs the tests that execute the line, until one fails. What runs as the modules are
imported (the bodies of modules and classes, what registers) is written to the file and asked in a process of its own.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FunctionType

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.tools.mutants.faults import Fault

ROOT = Path(__file__).resolve().parents[3]
# What the command hands over: `map` or `try`, the modules, the file of the answer, and for `try` the faults, the map, the budget.
ORDERS = json.loads(Path(os.environ["MUTANTS_ORDERS"]).read_text(encoding="utf-8"))
WARM_UP = "tests/tools/mutants/warm_up.py"
# Nothing that a test does on purpose needs more, in bytes and, above what its tests took, in seconds of CPU: those are the same on a
# busy machine. What waits for ever uses none; it has ended after so many seconds of the clock in which it did nothing.
MEMORY, PATIENCE, IDLE = 6 << 30, 20, 60
# What starts Python anew for a small app of its own meets a fault in the file, once nothing else has noticed it and where the budget
# has room for it.
ANEW = {"portal/listing/": "tests/portal/listing/test_sample_kinds.py::test_two_kinds_are_found_in_everything_that_reads_a_declaration"}
ANEW_SECONDS = 40
# These talk to other processes, which know nothing of a fault in the memory of this one.
SERVED = {"live_portal", "browser", "open_page"}

measured = coverage.Coverage(data_file=None, include=[str(ROOT / module) for module in ORDERS["modules"]], config_file=False)
if ORDERS["do"] == "map":
    # Begins before Django, so that what runs as modules are imported is told from what tests run.
    measured.start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of other processes."""
    items[:] = [item for item in items if not SERVED & set(item.fixturenames) and not item.get_closest_marker("nu")]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests once and note what they execute, or try out the faults."""
    if session.testsfailed:
        raise session.Interrupted("a test module cannot be imported")
    warm_up = [item for item in session.items if item.nodeid.startswith(WARM_UP)]
    items = {item.nodeid: item for item in session.items if item not in warm_up}
    if not any("content_database" in item.fixturenames for item in items.values()):
        warm_up = [item for item in warm_up if "content_database" not in item.fixturenames]
    (_map if ORDERS["do"] == "map" else _try)(session, warm_up, items)
    return True


def _spent() -> float:
    """Return the seconds of CPU of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _limit(tests: list[pytest.Item]) -> int:
    """Return the seconds of CPU after which tests are taken to never end."""
    seconds = ORDERS["map"]["seconds"]
    return int(PATIENCE + 5 * sum(seconds.get(item.nodeid, ANEW_SECONDS) for item in tests))


def _ticks(leader: int) -> int:
    """Return how much CPU all processes of a session have used by now, in the ticks of Linux."""
    used = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            used += sum(map(int, fields[11:15])) if int(fields[3]) == leader else 0
    return used


def _ended(leader: int) -> int | None:
    """Wait for a process that leads a session; return how it ended, None where it had to be ended: it did nothing any more."""
    used, idle_since = -1, time.monotonic()
    looked_at = idle_since
    while (done := os.waitpid(leader, os.WNOHANG))[0] == 0:
        time.sleep(0.02)
        if time.monotonic() > looked_at + 2:
            looked_at = time.monotonic()
            if (now := _ticks(leader)) != used:
                used, idle_since = now, looked_at
            elif looked_at > idle_since + IDLE:
                os.killpg(leader, signal.SIGKILL)
                os.waitpid(leader, 0)
                return None
    return os.waitstatus_to_exitcode(done[1])


def _run(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run a test; return whether it passed."""
    item.session._setupstate.teardown_exact(item)
    return not any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


# --- which tests execute what --------------------------------------------------------------------------------------------


def _map(session: pytest.Session, warm_up: list[pytest.Item], items: dict[str, pytest.Item]) -> None:
    from django.urls import get_resolver

    for item in warm_up:
        _run(item, item)
    _loaded = get_resolver().url_patterns
    by_file: dict[str, list[pytest.Item]] = {}
    for name, item in items.items():
        if name not in ANEW.values():
            by_file.setdefault(name.split("::")[0], []).append(item)
    seconds, failed = {}, []
    with Path(ORDERS["answer"]).open("a", encoding="utf-8") as answer:
        for file, tests in by_file.items():
            for item in tests:
                begun = _spent()
                measured.switch_context(item.nodeid)
                if not _run(item, item):
                    failed.append(item.nodeid)
                measured.switch_context("-")
                seconds[item.nodeid] = round(_spent() - begun, 2)
            answer.write(json.dumps({"file": file, **_executed({item.nodeid for item in tests}, seconds, failed)}) + "\n")
            answer.flush()
    measured.stop()


def _executed(names: set[str], seconds: dict[str, float], failed: list[str]) -> dict[str, object]:
    """Return what tests, and the import of the modules (no name), have executed, and how long the tests took."""
    lines: dict[str, dict[str, list[int]]] = {}
    data = measured.get_data()
    for path in data.measured_files():
        for line, contexts in data.contexts_by_lineno(path).items():
            for name in contexts:
                if name in names or not name:
                    lines.setdefault(name, {}).setdefault(str(Path(path).relative_to(ROOT)), []).append(line)
    own_seconds = {name: seconds[name] for name in names}
    return {"seconds": own_seconds, "failed": sorted(names & set(failed)), "templates": _templates(), "lines": lines}


def _templates() -> list[str]:
    """Return the names of the templates that are loaded."""
    from django.template import engines

    loaders = engines["django"].engine.template_loaders
    return sorted({template.name for loader in loaders for template in loader.get_template_cache.values() if hasattr(template, "name")})


# --- trying out ----------------------------------------------------------------------------------------------------------


def _try(session: pytest.Session, warm_up: list[pytest.Item], items: dict[str, pytest.Item]) -> None:
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template
    from django.urls import get_resolver

    for item in warm_up:
        if not _run(item, item):
            raise session.Interrupted("the databases cannot be made")
    _loaded = get_resolver().url_patterns
    for name in ORDERS["map"]["templates"]:
        with contextlib.suppress(TemplateDoesNotExist):
            get_template(name)
    found: Counter[str] = Counter()
    with Path(ORDERS["answer"]).open("a", encoding="utf-8") as answer:
        for number, given in enumerate(ORDERS["faults"]):
            fault = Fault(**given)
            begun = time.monotonic()
            how, tests = _chosen(fault, items, found)
            noticed = ""
            if tests:
                noticed = (_in_memory if how == "in memory" else _in_file)(fault, [items[name] for name in tests])
            anew = [items[name] for folder, name in ANEW.items() if fault.module.startswith(folder) and name in items]
            if not noticed and anew and ORDERS["budget"] >= ANEW_SECONDS:
                how, tests, noticed = "in the file", [*tests, *(item.nodeid for item in anew)], _in_file(fault, anew)
            if noticed in items:
                found[noticed] += 1
            result = {"number": number, "how": how, "tests": len(tests), "noticed": noticed, "seconds": time.monotonic() - begun}
            answer.write(json.dumps(result) + "\n")
            answer.flush()


def _chosen(fault: Fault, items: dict[str, pytest.Item], found: Counter[str]) -> tuple[str, list[str]]:
    """Return how a fault is tried out, and the names of the tests that can notice it, in their order, within the budget."""
    known, lines = ORDERS["map"], fault.lines()
    at_import = any(lines & set(modules.get(fault.module, ())) for name, modules in known["lines"].items() if not name)
    codes = fault.codes()
    in_memory = bool(codes) and not at_import and fault.module.removesuffix(".py").replace("/", ".") in sys.modules
    in_function = codes is not None
    able = {
        name for name, modules in known["lines"].items()
        if name in items and name not in known["failed"]
        # What stands there once the module is imported, a test may meet without executing a line of it.
        and (at_import or fault.module in modules and (not in_function or lines & set(modules[fault.module])))
    }  # fmt: skip
    stem, own = Path(fault.module).stem, f"tests/{Path(fault.module).parent}/"
    seconds = known["seconds"]
    # Tests mirror the packages: what states the behaviour comes before what happens to run it.
    quick = sorted(able, key=lambda name: (-found[name], f"test_{stem}.py" not in name, not name.startswith(own), seconds[name]))[:8]
    # As many as the budget has room for, and those of a module after each other.
    chosen, spent = [], 0.0
    others = sorted(able - set(quick), key=lambda name: (f"test_{stem}.py" not in name, not name.startswith(own), seconds[name]))
    for name in [*quick, *others]:
        if (spent := spent + seconds[name]) > ORDERS["budget"] and chosen:
            break
        chosen.append(name)
    files = list(dict.fromkeys(name.split("::")[0] for name in chosen[len(quick) :]))
    files.sort(key=lambda file: not file.endswith(f"/test_{stem}.py"))
    chosen[len(quick) :] = sorted(chosen[len(quick) :], key=lambda name: files.index(name.split("::")[0]))
    return "in memory" if in_memory else "in the file", chosen


def _in_memory(fault: Fault, tests: list[pytest.Item]) -> str:
    """Split, change the code, run tests until one fails; return its name, or why it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(fault, tests, writing)
    os.close(writing)
    code = _ended(child)
    with os.fdopen(reading) as said:
        name = said.read()
    if code in (None, -signal.SIGXCPU, -signal.SIGKILL):
        return "never ended"
    if code > 0:
        raise RuntimeError(f"The trial itself failed on {fault.module}:{fault.line}\n{name}")
    return name or ("broke off" if code else "")


def _child(fault: Fault, tests: list[pytest.Item], writing: int) -> None:
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        _exchange(fault)
        for item, following in zip(tests, [*tests[1:], None], strict=True):
            # From where it stands now: the first test that never ends is waited for, not as long as all of them might take.
            seconds = int(time.process_time()) + _limit([item])
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
            if not _run(item, following or item):
                os.write(writing, item.nodeid.encode())
                break
        code = 0
    except BaseException:
        os.write(writing, traceback.format_exc().encode()[-4000:])
    finally:
        os._exit(code)


def _exchange(fault: Fault) -> None:
    """Give all functions that exist of the module the code that they have with the fault."""
    codes = dict(fault.codes() or ())
    file = str(ROOT / fault.module)
    # `isinstance` would wake what is lazy.
    for function in [each for each in gc.get_objects() if type(each) is FunctionType]:
        code = function.__code__
        if code.co_filename == file and (changed := codes.get((code.co_qualname, code.co_firstlineno))):
            function.__code__ = changed.replace(co_filename=file)


def _in_file(fault: Fault, tests: list[pytest.Item]) -> str:
    """Write the faulty module, run tests in a process of its own; return whether one failed."""
    path = ROOT / fault.module
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-W", "ignore", *ORDERS["cache"]]
    # The start of a process counts too.
    limit = f"ulimit -t {PATIENCE + _limit(tests)}; exec \"$@\""
    try:
        path.write_text(fault.text, encoding="utf-8")
        process = subprocess.Popen(
            ["sh", "-c", limit, "sh", *command, *(item.nodeid for item in tests)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        code = _ended(process.pid)
    finally:
        path.write_text(fault.before, encoding="utf-8")
    return "never ended" if code in (None, -signal.SIGXCPU, -signal.SIGKILL) else "a test" if code else ""
