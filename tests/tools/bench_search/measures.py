"""Numbers: how good a ranking is, how sure a difference is, what something costs; and tables of them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

RESAMPLES = 10_000
SEED = 20_260_101


# --- rankings with one right answer: the place at which it stands, from 1; 0 for nowhere among the first ten ---------------


def ndcg(places: Sequence[int]) -> np.ndarray:
    """Return nDCG@10 for each query."""
    return np.array([1 / math.log2(1 + place) if place else 0.0 for place in places])


def summary(places: Sequence[int]) -> list[float]:
    """Return nDCG@10, MRR@10, recall@10 and success@1."""
    array = np.array(places)
    reciprocal = np.where(array > 0, 1 / np.maximum(array, 1), 0.0)
    return [float(ndcg(places).mean()), float(reciprocal.mean()), float((array > 0).mean()), float((array == 1).mean())]


def difference(own: Sequence[int], peer: Sequence[int]) -> tuple[float, float, float]:
    """Return by how much nDCG@10 is better than a peer's, with the 95 % interval of a paired bootstrap over the queries."""
    by_query = ndcg(own) - ndcg(peer)
    chosen = np.random.default_rng(SEED).integers(0, len(by_query), (RESAMPLES, len(by_query)))
    low, high = np.percentile(by_query[chosen].mean(axis=1), [2.5, 97.5])
    return float(by_query.mean()), float(low), float(high)


# --- time -----------------------------------------------------------------------------------------------------------------


class Clock:
    """Measures what something takes: wall time, and the CPU time of this process and of its PostgreSQL backend together."""

    def __init__(self) -> None:
        from django.db import connection

        self._backend: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
            self._backend = path if path.exists() else None
            self.counts_all = self._backend is not None
        else:
            self.counts_all = True
        self.start()

    def _cpu(self) -> tuple[float, float]:
        backend = int(self._backend.read_text().split()[0]) / 1e9 if self._backend else 0.0
        return time.process_time(), backend

    def start(self) -> None:
        """Begin anew."""
        self._began_cpu, self._began = self._cpu(), time.perf_counter()

    def stop(self) -> tuple[float, float]:
        """Return wall and CPU seconds since the start."""
        python, backend = self.parts()
        return time.perf_counter() - self._began, python + backend

    def parts(self) -> tuple[float, float]:
        """Return the CPU seconds since the start of this process and of the backend."""
        python, backend = self._cpu()
        return python - self._began_cpu[0], backend - self._began_cpu[1]


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Return p50 and p95 in milliseconds."""
    middle, high = np.percentile(np.array(seconds) * 1000, [50, 95])
    return float(middle), float(high)


# --- tables ---------------------------------------------------------------------------------------------------------------


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown with its columns aligned: text to the left, numbers to the right."""
    texts = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    is_text = [all(not row[column][:1].isdigit() for row in texts[1:]) or column == 0 for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        shown = [cell.ljust(width) if left else cell.rjust(width) for cell, width, left in zip(cells, widths, is_text, strict=True)]
        return f"| {' | '.join(shown)} |"

    rule = "| " + " | ".join("-" * width if left else "-" * (width - 1) + ":" for width, left in zip(widths, is_text, strict=True)) + " |"
    return "\n".join(["", f"## {title}", "", line(texts[0]), rule, *map(line, texts[1:])])
