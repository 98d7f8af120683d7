"""A lookup for the beginning of a value that the index of either database answers."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler


@CharField.register_lookup
class BeginsWith(Lookup):
    """`field__beginswith="abc"`, for values of letters, digits and blanks, upper and lower case told apart.

    Django's own `startswith` escapes the value, and SQLite then reads the whole table.
    """

    lookup_name = "beginswith"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL: LIKE on an index for patterns (PostgreSQL), GLOB (SQLite)."""
        left, parameters = self.process_lhs(compiler, connection)
        value = "".join(letter for letter in str(self.rhs) if letter.isalnum() or letter == " ")
        operator, wildcard = ("LIKE", "%") if connection.vendor == "postgresql" else ("GLOB", "*")
        return f"{left} {operator} %s", (*parameters, value + wildcard)
