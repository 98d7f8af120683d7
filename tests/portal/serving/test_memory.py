"""A process that grows is renewed, and nobody notices."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from tests import support

READERS = 4


def test_a_process_that_grows_is_renewed_without_a_failed_request() -> None:
    port = support.free_port()
    command = [sys.executable, "-m", "tests.portal.serving.growing", str(port)]
    environment = {**os.environ, "WEB_WORKERS": "2", "WEB_WORKER_MB": "150"}
    answers: Counter[str] = Counter()
    failed: list[str] = []
    is_done = threading.Event()

    def ask(path: str = "/") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read().decode()
        finally:
            connection.close()

    def read(path: str) -> None:
        while not is_done.is_set():
            try:
                answers[ask(path)] += 1
            except Exception as error:
                failed.append(repr(error))

    def listens() -> bool:
        try:
            return bool(ask())
        except OSError:
            return False

    with subprocess.Popen(command, cwd=support.BASE_DIR, env=environment) as server:
        try:
            support.wait_for(listens, "The server")
            readers = [threading.Thread(target=read, args=(path,)) for path in ["/"] * READERS + ["/slow"]]
            for reader in readers:
                reader.start()
            grown = ask("/grow")
            assert Path(f"/proc/{grown}").exists()
            support.wait_for(lambda: not Path(f"/proc/{grown}").exists(), "The end of the process that grew")
            before = Counter(answers)
            support.wait_for(lambda: sum(answers.values()) > sum(before.values()) + 50, "Answers after it")
            is_done.set()
            for reader in readers:
                reader.join()
            assert failed == []
            assert answers[grown] == before[grown]
        finally:
            is_done.set()
            server.terminate()
