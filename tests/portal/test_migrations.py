"""Migrations: what they know of the models, and that every way through them ends at the same database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Cast
from wagtail import fields
from wagtail.blocks import CharBlock

from home.models import ContentPage
from news.models import NewsPage
from news.provenance import Kind
from portal.blocks.illustrations import Illustration
from portal.checks import check_migrated_fields
from portal.language.choices import TextChoices
from tests.builders import add, make_home

BODY = [
    {"type": "heading", "value": {"text": "Rückkehr", "short": ""}, "id": "00000000-0000-4000-9000-000000000001"},
    {"type": "gone", "value": {"text": "حماية"}, "id": "00000000-0000-4000-9000-000000000002"},
]


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
