"""What a first start costs, part by part, and a second one: seconds of CPU, which other work on the machine changes less than the clock.

    python -m tests.tools.bench_start [path of records]

A start from nothing, in a folder of its own that is removed afterwards; without pip. Parts that run inside another one (dictionaries,
while content is loaded) are counted by themselves. The second start is `manage.py serve` as it comes, with all its processes, until the
portal answers.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

MOST = {"content and its index": 35.0, "first start": 80.0, "second start": 3.0}
"""Seconds of CPU that were promised, on two cores of 2.5 GHz."""
_CONTENT = ("load_content", "dictionaries", "search index")


def cpu(who: int = resource.RUSAGE_SELF) -> float:
    """Return the seconds of CPU that this process, or its children that ended, has taken."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


class Parts:
    """Seconds of CPU by part, each without the parts inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    def _pass(self) -> None:
        """Give what has passed to the innermost part that is open."""
        now = cpu()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what happens in the block to a part."""
        self._pass()
        self._open.append(name)
        try:
            yield
        finally:
            self._pass()
            self._open.pop()

    def counted(self, name: Callable[..., str], function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that is counted to the part that `name` makes from its arguments."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self.part(name(*args, **kwargs)):
                return function(*args, **kwargs)

        return call


def start(folder: Path, content: str | None) -> Parts:
    """Prepare a portal in an empty folder and return what its parts took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    os.environ["PORTAL_VAR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    parts = Parts()
    # As in `manage.py`.
    gc.set_threshold(10_000, 10, 10)
    with parts.part("Python and Django"):
        import django

        django.setup()
        from portal.language import typography
        from portal.serving import preparation
        from search import wagtail_hooks
        from search.analysis import dictionaries

    def call(command: str, *args: Any, **kwargs: Any) -> Any:
        if command == "load_content" and content:
            args = (content, *args)
        with parts.part(command):
            return commands(command, *args, **kwargs)

    commands, preparation.call_command = preparation.call_command, call
    dictionaries.mapped_trie = parts.counted(lambda *args: "dictionaries", dictionaries.mapped_trie)
    typography.mapped_trie = parts.counted(lambda *args: "dictionaries", typography.mapped_trie)
    wagtail_hooks.call_command = parts.counted(lambda *args, **kwargs: "search index", wagtail_hooks.call_command)
    with parts.part("everything else"):
        preparation.prepare(lambda line: None)
    parts.seconds["static files"] = cpu(resource.RUSAGE_CHILDREN)
    return parts


def of_all_processes(pid: int) -> float:
    """Return the seconds of CPU of a process, of all below it, and of those below it that have ended."""
    below: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            values = path.read_text().rpartition(")")[2].split()
            below.setdefault(int(values[1]), []).append(int(path.parent.name))
            seconds[int(path.parent.name)] = sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")
    found, todo = 0.0, [pid]
    while todo:
        found += seconds.get(one := todo.pop(), 0.0)
        todo += below.get(one, [])
    return found


def second_start(folder: Path) -> float:
    """Serve a prepared portal until it answers, and return the seconds of CPU that this took."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "manage.py", "serve"]
    own = {**os.environ, "PORTAL_VAR": str(folder), "PORT": str(port)}
    with subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if "Ctrl-C ends it" in line:
                break
        else:
            raise SystemExit("The second start did not come to serve.")
        seconds = of_all_processes(process.pid)
        process.terminate()
        # What it still says is taken, or it could not say it.
        process.communicate()
    return seconds


def main() -> int:
    """Print the table; return 1 where a promise is not kept."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        seconds = start(Path(folder), sys.argv[1] if len(sys.argv) > 1 else None).seconds
        second = second_start(Path(folder))
    totals = {
        "content and its index": sum(seconds.get(name, 0.0) for name in _CONTENT),
        "first start": sum(seconds.values()),
        "second start": second,
    }
    print("| part | CPU s | at most |\n|---|---|---|")
    for name, value in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"| {name} | {value:.1f} | |")
    for name, value in totals.items():
        print(f"| **{name}** | {value:.1f} | {MOST[name]:.0f} |")
    print(f"\n{time.monotonic() - began:.0f} s by the clock.")
    return int(any(value > MOST[name] for name, value in totals.items()))


if __name__ == "__main__":
    sys.exit(main())
