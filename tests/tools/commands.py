"""Management commands without their start: the portal is loaded once, and each command runs in a child of its own.

Reads a list of arguments a line, as JSON, and answers with `{"code": …, "output": …, "errors": …}`. A child sees nothing of the one
before it, exactly as if `manage.py` had been started; only the five seconds in which Django is imported are gone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import IO, NoReturn

import django
from django.core.management import execute_from_command_line
from django.db import connections
from django.urls import get_resolver

from portal import changes


def _run(arguments: list[str], output: IO[bytes], errors: IO[bytes]) -> NoReturn:
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    code = 1
    try:
        execute_from_command_line(["manage.py", *arguments])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # What Python does at the end of a process is left out here.
        changes.settle()
        os._exit(code)


def main() -> None:
    """Run commands until there are no more."""
    django.setup()
    _loaded = get_resolver().url_patterns
    connections.close_all()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            child = os.fork()
            if child == 0:
                _run(json.loads(line), output, errors)
            _pid, status = os.waitpid(child, 0)
            for file in (output, errors):
                file.seek(0)
            answer = {
                "code": os.waitstatus_to_exitcode(status), "output": output.read().decode(), "errors": errors.read().decode(),
            }  # fmt: skip
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
