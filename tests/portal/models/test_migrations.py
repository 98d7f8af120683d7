"""Migrations: what they know of the models, and that every way through them ends at the same database."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Cast
from wagtail import fields
from wagtail.blocks import CharBlock

from home.models import ContentPage
from news.models import NewsPage
from news.provenance import Kind
from portal.blocks.illustrations import Illustration
from portal.checks import check_migrated_fields
from portal.language.choices import TextChoices
from tests import support
from tests.builders import add, make_home

BODY = [
    {"type": "heading", "value": {"text": "Rückkehr", "short": ""}, "id": "00000000-0000-4000-9000-000000000001"},
    {"type": "gone", "value": {"text": "حماية"}, "id": "00000000-0000-4000-9000-000000000002"},
]

MIDDLE = [
    ("portal", "0006_file_rights"),
    ("home", "0004_film"),
    ("news", "0003_film"),
    ("search", "0005_term_fillfactor"),
    ("translation", None),
]
"""Where an earlier release stood: in the midst of what each squashed migration replaces."""


def own_tables() -> list[str]:
    found = [model for app in support.APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return sorted(model._meta.db_table for model in found)


def rows(query: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def parts(sql: str) -> list[str]:
    """Return columns and constraints of a statement that creates a table; their order is of no meaning."""
    inside = sql[sql.index("(") + 1 : sql.rindex(")")]
    found, depth = [""], 0
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return sorted(part.strip() for part in found)


def schema() -> dict[str, object]:
    """Return all that the database itself says about the portal's tables, in its own words."""
    found: dict[str, object] = {}
    for table in own_tables():
        if connection.vendor == "sqlite":
            [(sql,)] = rows("SELECT sql FROM sqlite_master WHERE name = %s", table)
            indexes = rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s ORDER BY 1", table)
            found[table] = (parts(sql), indexes)
            continue
        found[table] = (
            rows(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attcollation, pg_get_expr(adbin, adrelid) "
                "FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1",
                table,
            ),
            rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass ORDER BY 1", table),
            rows("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1", table),
            rows("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", table),
        )
    return found


def add_choice(choices: type[TextChoices], value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a member to an enumeration, as if its module named it."""
    member = str.__new__(choices, value)
    member._name_, member._value_, member._label_ = value.upper(), value, value
    monkeypatch.setitem(choices._member_map_, member._name_, member)
    monkeypatch.setattr(choices, "_member_names_", [*choices._member_names_, member._name_])


def test_blocks_drawings_and_kinds_need_no_migration(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    for field in (ContentPage._meta.get_field("body"), NewsPage._meta.get_field("body")):
        monkeypatch.setattr(field, "block_types_arg", (*field.block_types_arg, ("lighthouse", CharBlock())))
        monkeypatch.delitem(field.__dict__, "stream_block", raising=False)
        assert "lighthouse" in field.stream_block.child_blocks
    add_choice(Illustration, "lighthouse", monkeypatch)
    add_choice(Kind, "sermon", monkeypatch)
    assert ("lighthouse", "lighthouse") in ContentPage._meta.get_field("illustration").get_choices()
    assert ("sermon", "sermon") in NewsPage._meta.get_field("kind").get_choices()
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_check_of_fields_that_would_stand_in_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_migrated_fields(None) == []
    stream, choice = fields.StreamField([("text", CharBlock())]), models.CharField(choices=[("a", "A")])
    for name, field in (("stream", stream), ("choice", choice)):
        field.set_attributes_from_name(name)
        field.model = ContentPage
    monkeypatch.setattr(ContentPage._meta, "local_fields", [*ContentPage._meta.local_fields, stream, choice])
    assert [error.id for error in check_migrated_fields(None)] == ["portal.E007", "portal.E008"]


def test_data_migrations_lose_no_block(db: None) -> None:
    """A migration's page is saved with all its blocks, also with those that no code knows any more."""
    page = add(make_home(), ContentPage(title="Rückkehr"))
    past = MigrationLoader(connection).project_state().apps.get_model("home", "ContentPage")
    row = past.objects.get(pk=page.pk)
    row.body = BODY
    row.save()
    row = past.objects.get(pk=page.pk)
    assert list(row.body.raw_data) == BODY
    row.lead = "Neu"
    row.save()
    stored = ContentPage.objects.annotate(stored=Cast("body", models.JSONField())).values_list("stored", flat=True)
    assert stored.get(pk=page.pk) == BODY
    assert [block.block_type for block in ContentPage.objects.get(pk=page.pk).body] == ["heading"]
    with pytest.raises(TypeError, match="reference index"):
        list(past._meta.get_field("body").extract_references(row.body))


def test_squashed_migrations_say_what_they_replace() -> None:
    """What follows them is found by `makemigrations` from either."""
    loader, former = MigrationLoader(None), MigrationLoader(None, replace_migrations=False)
    changes = MigrationAutodetector(former.project_state(), loader.project_state())._detect_changes()
    assert {app: changes[app] for app in changes if app in support.APPS} == {}


def test_a_database_from_the_middle_ends_like_a_new_one(own_db: None) -> None:
    new = schema()
    assert {"portal_portaldocument", "home_contentpage_topics", "news_newspage", "search_term"} < set(new)
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in own_tables():
            cursor.execute(f"DROP TABLE {table}{' CASCADE' if connection.vendor == 'postgresql' else ''}")
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app__in=support.APPS).delete()
    # With a part of what they replace applied the squashed migrations step back, as in a database of that time.
    first = [squashed.replaces[0] for name, squashed in MigrationLoader(connection).replacements.items() if name[0] in support.APPS]
    for each in first:
        recorder.record_applied(*each)
    executor = MigrationExecutor(connection)
    for each in first:
        recorder.record_unapplied(*each)
        del executor.loader.applied_migrations[each]
    executor.migrate(MIDDLE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert schema() == new
