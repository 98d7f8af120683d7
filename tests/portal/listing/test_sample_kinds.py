"""A new kind of content is one declaration: two sample kinds, in a process that knows their app."""

from __future__ import annotations

import os
import subprocess
import sys

from portal.settings.environment import BASE_DIR

SAMPLE = "tests/portal/listing/sample_kinds"


def test_two_kinds_are_found_in_everything_that_reads_a_declaration() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-W", "ignore", "--no-header", f"{SAMPLE}/walk.py"]
    # It is a run of its own.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PORTAL_VAR"))}
    env = {**own, "DJANGO_SETTINGS_MODULE": f"{SAMPLE.replace('/', '.')}.settings"}
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_are_as_short_as_the_guide_says() -> None:
    files = [path for path in (BASE_DIR / SAMPLE).glob("*.py") if path.name != "walk.py"]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 100
