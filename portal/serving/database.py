"""Whether the database can be the portal's: asked before anything is written to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.core.management import CommandError
from django.db import DatabaseError, NotSupportedError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# Any number will do that no other application on the server uses for a lock of its own.
_LOCK = 0x706F7274616C


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _own_labels() -> set[str]:
    """Return the labels of the apps that are the portal's own."""
    # By their package: apps lie inside of others, and the packages of the environment may lie below the same folder.
    roots = {config.label: config.name.partition(".")[0] for config in apps.get_app_configs()}
    return {label for label, root in roots.items() if (settings.BASE_DIR / root / "__init__.py").exists()}


def check() -> int:
    """Return how many migrations the database has not seen yet.

    Raises:
        CommandError: it does not answer, belongs to another application or to a newer version of the portal, or may not be changed;
            the message is one line.
    """
    try:
        plan = [] if is_current() else _plan()
        _keep_private()
    except (DatabaseError, NotSupportedError) as error:
        raise CommandError(f"The database does not answer ({_reason(error)}); see DATABASE_URL.") from error
    return len(plan)


def is_current() -> bool:
    """Return whether the database has seen all migrations that there are, by their names, and none of the portal's that there are not.

    To read two hundred modules for that takes as long as all other questions of a start together.
    """
    applied = set(MigrationRecorder(connection).applied_migrations())
    there = {(config.label, name) for config in apps.get_app_configs() for name in _names(config.label)}
    own = _own_labels()
    return there <= applied and {key for key in applied if key[0] in own} <= there


def is_complete() -> bool:
    """Return whether the last `migrate` came to its end, at which apps make what stands in no migration: permissions, indexes."""
    known = set(Permission.objects.values_list("content_type__app_label", "codename"))
    models = [model._meta for model in apps.get_models()]
    return all((meta.app_label, get_permission_codename(action, meta)) in known for meta in models for action in meta.default_permissions)


def _names(label: str) -> Iterator[str]:
    """Yield the names of the migrations of an app, as Django's loader finds them."""
    module, _is_explicit = MigrationLoader.migrations_module(label)
    spec = find_spec(module) if module else None
    for _finder, name, is_package in iter_modules(spec.submodule_search_locations if spec else []):
        if not is_package and name[0] not in "_~":
            yield name


def _plan() -> Sequence[object]:
    """Return the migrations that are to come, once the database can be the portal's."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _check_owner(executor)
    if plan:
        _check_rights()
    return plan


def _keep_private() -> None:
    """Let nobody but its owner read a database that is a file: drafts, sessions and hashes of passwords lie there."""
    if connection.vendor != "sqlite":
        return
    for ending in ("", "-wal", "-shm"):
        path = Path(f"{connection.settings_dict['NAME']}{ending}")
        # What belongs to another account is for that one to protect.
        with suppress(PermissionError, FileNotFoundError):
            path.chmod(0o600)


def _check_owner(executor: MigrationExecutor) -> None:
    """Raise CommandError where the tables are somebody else's, or of a newer version of the portal."""
    applied = set(executor.loader.applied_migrations)
    tables = set(connection.introspection.table_names()) - {MigrationRecorder.Migration._meta.db_table}
    labels = {label for label, _ in applied}
    # A first start that was interrupted may have come as far as the tables of Django and Wagtail.
    is_begun = bool(labels) and labels <= {config.label for config in apps.get_app_configs()}
    if tables and not labels & _own_labels() and not is_begun:
        names = ", ".join(sorted(tables)[:3])
        raise CommandError(
            f"The database holds tables of another application ({names} …); give the portal a database of its own: DATABASE_URL."
        )
    newer = sorted(
        f"{label}.{name}" for label, name in applied if label in _own_labels() and (label, name) not in executor.loader.disk_migrations
    )
    if newer:
        raise CommandError(
            f"The database was last used by a newer version of the portal ({newer[-1]}); start that version, or restore an older backup."
        )


def _check_rights() -> None:
    """Raise CommandError where tables are to be made and the role may not."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema(), has_schema_privilege(current_schema(), 'CREATE')")
        role, schema, may = cursor.fetchone()
    if not may:
        name = connection.settings_dict["NAME"]
        raise CommandError(
            f"The role {role} may not make tables in the database {name}; its owner allows it: "
            f"GRANT CREATE ON SCHEMA {schema or 'public'} TO {role};"
        )


@contextmanager
def only_one(wait: Callable[[], None]) -> Iterator[None]:
    """Let one machine at a time prepare a database that several share; whoever must wait calls `wait` once before.

    SQLite is used by one machine alone, whose processes queue at a lock in the state folder.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            wait()
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        # The server lets go of it when the connection ends, however it ends.
        connection.close()
