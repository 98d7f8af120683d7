"""Notes of topics and messages that go to a group that they do."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def note(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Note it of all that are there."""
    for name in ("ContactTopic", "Message"):
        apps.get_model("participate", name).objects.exclude(group=None).update(is_for_group=True)


class Migration(migrations.Migration):
    """Data alone."""

    dependencies = [("participate", "0003_groups_that_are_gone")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
