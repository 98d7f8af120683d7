"""Texts of tables are known by what they say."""

from django.db import migrations

from ._table_paths import rename_contexts


class Migration(migrations.Migration):
    dependencies = [("translation", "0001_plain_texts")]
    operations = [migrations.RunPython(rename_contexts, migrations.RunPython.noop, elidable=True)]
