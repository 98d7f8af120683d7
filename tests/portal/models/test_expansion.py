"""Migrations only expand: the version before goes on serving while they run, and after them until it is replaced.

What a version needs no more is taken away by a release after the one that stopped to use it (expand and contract): its migration is
listed then, with the reason why no running version misses it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests import support

BEFORE = {
    "about": "0002_press_page", "home": "0007_quick_exits", "news": "0005_dates", "participate": "0004_note_groups",
    "portal": "0027_second_factor", "search": "0008_what_has_changed", "translation": "0002_table_paths", "work": "0003_projects",
}  # fmt: skip
"""The last migrations from before this rule; those after them are held to it."""
ALLOWED: dict[tuple[str, str], str] = {}
"""Why the version before does not miss what a migration takes away or forbids, by app and name."""

HARMLESS = (
    migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex, migrations.RenameIndex, migrations.RemoveConstraint,
    migrations.AlterModelOptions, migrations.AlterModelManagers, migrations.AlterOrderWithRespectTo,
    # Rows are changed as the release sees fit, in the way that its own test of the upgrade shows.
    migrations.RunPython,
)  # fmt: skip
_OF_PYTHON = {"verbose_name", "help_text", "choices", "default", "validators", "blank", "editable", "related_name", "on_delete"}


def fault(operation: Operation, state: ProjectState, app: str) -> str:
    """Return why the version before would fail after an operation; empty where it would not."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return "; ".join(filter(None, (fault(inner, state, app) for inner in operation.database_operations)))
    name = type(operation).__name__
    if isinstance(operation, migrations.AddField):
        field = operation.field
        fills_itself = field.null or field.many_to_many or field.has_db_default() or isinstance(field, models.GeneratedField)
        where = f"{name} {operation.model_name}.{operation.name}"
        return "" if fills_itself else f"{where} without null or db_default: it writes rows without it"
    if isinstance(operation, migrations.AlterField):
        narrower = _narrower(state.models[app, operation.model_name_lower].fields[operation.name], operation.field)
        return f"{name} {operation.model_name}.{operation.name}: {narrower}" if narrower else ""
    return "" if isinstance(operation, HARMLESS) else f"{name} {operation.describe()}"


def _narrower(old: models.Field, new: models.Field) -> str:
    """Return what a column does not take any more."""
    before, after = ({key: value for key, value in field.deconstruct()[3].items() if key not in _OF_PYTHON} for field in (old, new))
    if old.null and not new.null:
        return "no row without a value"
    if (new.max_length or 0) < (old.max_length or 0):
        return "nothing as long as before"
    if after.get("db_constraint") is False:
        # Rows that were forbidden are taken now.
        before["db_constraint"] = False
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} - {"null", "max_length", "db_default"}
    return f"another {', '.join(sorted(changed))}" if changed or old.get_internal_type() != new.get_internal_type() else ""


def new_migrations(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    """Return the migrations that came after the rule, in their order."""
    old = set()
    for app, name in BEFORE.items():
        node = next((key for key in [(app, name)] if key in loader.graph.nodes), None)
        # A squashed one stands for it.
        node = node or next(key for key, found in loader.graph.nodes.items() if (app, name) in (found.replaces or []))
        old |= set(loader.graph.forwards_plan(node))
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key[0] in support.APPS and key not in old:
                old.add(key)
                yield key


@pytest.mark.once
@pytest.mark.django_db
def test_the_version_before_goes_on_after_every_new_migration() -> None:
    loader, found = MigrationLoader(None), {}
    for key in new_migrations(loader):
        state = loader.project_state(key, at_end=False)
        for operation in loader.graph.nodes[key].operations:
            if reason := fault(operation, state, key[0]):
                found.setdefault(key, []).append(reason)
            operation.state_forwards(key[0], state)
    assert {key: reasons for key, reasons in found.items() if key not in ALLOWED} == {}
    assert set(ALLOWED) <= set(found), "These forbid nothing any more."


COLUMN = models.CharField(max_length=20, null=True)


@pytest.mark.parametrize(
    ("operation", "is_harmless"),
    [
        (migrations.RemoveField("thing", "name"), False), (migrations.RenameField("thing", "name", "title"), False),
        (migrations.DeleteModel("Thing"), False), (migrations.RenameModel("Thing", "Item"), False),
        (migrations.AlterModelTable("thing", "other"), False), (migrations.RunSQL("DROP TABLE x"), False),
        (migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="one")), False),
        (migrations.AddField("thing", "size", models.IntegerField(default=0)), False),
        (migrations.AddField("thing", "size", models.IntegerField(default=0), preserve_default=False), False),
        (migrations.AddField("thing", "size", models.IntegerField(db_default=0)), True),
        (migrations.AddField("thing", "size", models.IntegerField(null=True)), True),
        (migrations.AlterField("thing", "name", models.CharField(max_length=20)), False),
        (migrations.AlterField("thing", "name", models.CharField(max_length=10, null=True)), False),
        (migrations.AlterField("thing", "name", models.CharField(max_length=20, null=True, unique=True)), False),
        (migrations.AlterField("thing", "name", models.TextField(null=True)), False),
        (migrations.AlterField("thing", "name", models.CharField(max_length=30, null=True, help_text="new")), True),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "name")]), False),
        (migrations.SeparateDatabaseAndState([], [migrations.RemoveField("thing", "name")]), True),
        (migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]), True),
        (migrations.AddIndex("thing", models.Index(fields=["name"], name="quick")), True),
    ],
)  # fmt: skip
def test_what_the_version_before_would_miss_is_named(operation: Operation, is_harmless: bool) -> None:
    state = ProjectState()
    state.add_model(ModelState("app", "Thing", [("id", models.BigAutoField(primary_key=True)), ("name", COLUMN)]))
    assert (fault(operation, state, "app") == "") == is_harmless
