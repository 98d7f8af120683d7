"""A process that works on one database: `python -m tests.tools.bench_search.child TASK ANSWER OPTIONS`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import django

TASKS = {
    "migrate": ("loading", "migrate"),
    "quality": ("quality", "measure"),
    "latency": ("latency", "measure"),
    "bulk": ("bulk", "measure"),
}


def main(task: str, answer: str, options: str) -> None:
    """Do a task and write down what it found."""
    django.setup()
    module, function = TASKS[task]
    found = getattr(import_module(f"{__package__}.{module}"), function)(**json.loads(options))
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
