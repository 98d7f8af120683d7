"""The stock index of the database, and how it is rebuilt."""

from __future__ import annotations

from contextlib import suppress

from django.db import DatabaseError


class IndexMixin:
    """Before a stock index."""

    def _refresh_title_norms(self, full: bool = False) -> None:
        """Do nothing, for a number that only the stock order uses.

        Without an issue of modelsearch 1.3: its index reads all entries of a model at each save of one object. This can go when it keeps
        the number by the objects that changed.
        """


class RebuilderMixin:
    """Before a stock rebuilder that works in a transaction."""

    def __del__(self) -> None:
        """Take back a rebuild that was interrupted.

        Without an issue of modelsearch 1.3: its method ends such a rebuild as if it were whole, half of the index missing, and asks a
        database that may be closed. This can go when it rolls back.
        """
        if self.transaction_opened:  # type: ignore[has-type]
            self.transaction_opened = False
            # A connection that was closed has taken it back itself.
            with suppress(DatabaseError):
                self.transaction.__exit__(KeyboardInterrupt, None, None)
