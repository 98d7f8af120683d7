from django.db import migrations

# Beginnings of words are sought (`search.lookups`). PostgreSQL answers that from an index for patterns only, unless its
# locale is C; SQLite from any.
INDEXES = [
    ("search_term_begins", "search_term", "term"),
    ("search_term_ends", "search_term", "backwards"),
    ("search_titlestart_begins", "search_titlestart", "start"),
    ("search_askedquery_begins", "search_askedquery", "query"),
]


def create(apps, schema_editor):
    patterns = " varchar_pattern_ops" if schema_editor.connection.vendor == "postgresql" else ""
    for name, table, column in INDEXES:
        schema_editor.execute(f"CREATE INDEX {name} ON {table} (language, {column}{patterns})")


def drop(apps, schema_editor):
    for name, _table, _column in INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
