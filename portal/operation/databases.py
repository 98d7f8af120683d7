"""A database as a file and back: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore, each as it was at one moment."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.core.management import CommandError
from django.db import connection, transaction

Ask = Callable[[str], list[tuple]]
"""Puts a query to one state of a database."""


FILE_NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""What the file of a database is called in a backup, by the database."""


def vendor() -> str:
    """Return `sqlite` or `postgresql`."""
    return connection.vendor


def version() -> str:
    """Return the version of the database server."""
    return ".".join(map(str, connection.get_database_version()))


def file_name() -> str:
    """Return what the file of the portal's database is called in a backup."""
    return FILE_NAMES[vendor()]


def sqlite_path() -> Path:
    """Return the file that the portal works on."""
    return Path(connection.settings_dict["NAME"])


@contextlib.contextmanager
def snapshot(target: Path) -> Iterator[Ask]:
    """Write the database to a file and give what answers questions about the very state that was written.

    Raises:
        CommandError: it could not be written.
    """
    with _sqlite_snapshot(target) if vendor() == "sqlite" else _postgresql_snapshot(target) as ask:
        yield ask


@contextlib.contextmanager
def _sqlite_snapshot(target: Path) -> Iterator[Ask]:
    try:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            with contextlib.closing(sqlite3.connect(sqlite_path(), timeout=20)) as source:
                # All pages in one step: nobody writes in between, and with the write-ahead log nobody waits.
                source.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            yield lambda query: copy.execute(query).fetchall()
    except sqlite3.Error as error:
        raise CommandError(f"The database could not be saved: {error}.") from error


@contextlib.contextmanager
def _postgresql_snapshot(target: Path) -> Iterator[Ask]:
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        # What pg_dump writes and what is asked here is the same state: https://www.postgresql.org/docs/current/app-pgdump.html
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        name = cursor.fetchone()[0]
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={target}"])

        def ask(query: str) -> list[tuple]:
            cursor.execute(query)
            return cursor.fetchall()

        yield ask


def columns(ask: Ask) -> dict[str, set[str]]:
    """Return the columns of each table."""
    if vendor() == "sqlite":
        tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: {row[1] for row in ask(f'PRAGMA table_info("{table}")')} for table in tables}
    found: dict[str, set[str]] = {}
    query = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema())"
    )
    for table, column in ask(query):
        found.setdefault(table, set()).add(column)
    return found


def rows(ask: Ask, tables: Mapping[str, object]) -> dict[str, int]:
    """Return how many rows each table has."""
    return {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)}  # noqa: S608


def is_empty() -> bool:
    """Return whether the portal's database holds no table."""
    if vendor() == "sqlite" and not sqlite_path().exists():
        return True
    return not connection.introspection.table_names()


def check_unused() -> None:
    """Find out whether anybody else works on the database.

    Raises:
        CommandError: somebody does.
    """
    if vendor() == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if number := cursor.fetchone()[0]:
            raise CommandError(f"{number} others are connected with the database; stop what uses it first. Nothing was changed.")


def faults(path: Path) -> list[str]:
    """Return what is wrong with the file of a database."""
    if vendor() == "sqlite":
        try:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
                found = [line for (line,) in database.execute("PRAGMA quick_check")]
        except sqlite3.Error as error:
            found = [str(error)]
        return [] if found == ["ok"] else [f"the database is damaged ({found[0]})"]
    try:
        _run(["pg_restore", "--list", str(path)])
    except CommandError as error:
        return [str(error)]
    return []


def load_postgresql(path: Path, expected: Mapping[str, int]) -> None:
    """Replace all tables by those of a file, in one transaction that is rolled back if the rows are not as many as expected.

    Raises:
        CommandError: it failed, and nothing was changed.
    """
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
    connection.close()
    clear = (
        "DO $$ DECLARE item record; BEGIN "
        "FOR item IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP "
        "EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', item.tablename); END LOOP; "
        "FOR item IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() LOOP "
        "EXECUTE format('DROP SEQUENCE IF EXISTS %I CASCADE', item.sequencename); END LOOP; END $$"
    )
    counted = " ".join(
        f"IF (SELECT count(*) FROM \"{schema}\".\"{table}\") <> {number} THEN RAISE EXCEPTION 'rows of {table}'; END IF;"  # noqa: S608
        for table, number in expected.items()
    )
    reads = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    writes = [_tool("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(reads, stdout=subprocess.PIPE, stderr=said) as reading:  # noqa: S603
        with subprocess.Popen(writes, stdin=subprocess.PIPE, stderr=said, env=_place()) as writing, contextlib.suppress(BrokenPipeError):  # noqa: S603
            writing.stdin.write(f"{clear};\n".encode())
            shutil.copyfileobj(reading.stdout, writing.stdin)
            # What breaks off is no end: the transaction must not be committed.
            last = counted if reading.wait() == 0 else "RAISE EXCEPTION 'pg_restore failed';"
            writing.stdin.write(f"DO $$ BEGIN {last} END $$;\n".encode())
            writing.stdin.close()
            writing.wait()
        said.seek(0)
        if writing.returncode:
            raise CommandError(f"The database could not be restored, and is as it was: {_reason(said.read())}")


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """Make an empty database beside the portal's on the server and yield its name; it is dropped when the block ends.

    Raises:
        CommandError: the role may not make databases.
    """
    name = f"{connection.settings_dict['NAME']}_proof"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user")
        may, role = cursor.fetchone()
        if not may:
            raise CommandError(f"The role {role} may not make databases; an administrator allows it: ALTER ROLE {role} CREATEDB;")
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def _tool(name: str) -> str:
    """Return where a program of PostgreSQL lies.

    Raises:
        CommandError: it is not installed.
    """
    if (path := shutil.which(name)) is None:
        raise CommandError(f"{name} is not installed. On Debian: apt-get install postgresql-client")
    return path


def _place() -> dict[str, str]:
    """Return the environment of a program that connects with the portal's database: arguments can be read by every account."""
    given = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {**os.environ, **{name: str(given[key]) for name, key in names.items() if given[key]}}


def _reason(said: str) -> str:
    lines = said.strip().splitlines() or ["no reason given"]
    return next((line for line in lines if "error" in line.lower()), lines[-1])


def _run(command: list[str]) -> None:
    """Run a program of PostgreSQL on the portal's database.

    Raises:
        CommandError: it failed; the message is what it said.
    """
    done = subprocess.run(  # noqa: S603
        [_tool(command[0]), *command[1:]],
        env=_place(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(f"{command[0]} failed: {_reason(done.stderr)}")
