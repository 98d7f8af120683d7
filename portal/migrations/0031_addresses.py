"""Indexes of the addresses of pages: one is looked up at each request, and at each one that leads nowhere."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the indexes. An address may be longer than what a tree of PostgreSQL holds: there they are of hashes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX IF NOT EXISTS portal_page_address ON wagtailcore_page USING hash (url_path)")
        # Whoever mistook the letter case is led on; SQLite would not use it for that.
        schema_editor.execute("CREATE INDEX IF NOT EXISTS portal_page_any_case ON wagtailcore_page USING hash (UPPER(url_path))")
    else:
        schema_editor.execute("CREATE INDEX IF NOT EXISTS portal_page_address ON wagtailcore_page (url_path, locale_id)")


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them."""
    for name in ("portal_page_address", "portal_page_any_case"):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0030_fallback_visits"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(add, remove)]
