from django.db import migrations

# The numbers of terms change with each page. With room beside it a changed row stays where it is, and PostgreSQL leaves the four
# indexes of the table alone.


def set_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE search_term SET (fillfactor = 70)")


def reset_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE search_term RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("search", "0004_report_names")]
    operations = [migrations.RunPython(set_fillfactor, reset_fillfactor)]
