"""What earlier releases stored is brought into today's form.

Databases with pages of earlier releases know neither of the replaced migrations: this one does all that they did.
"""

from django.db import migrations

from ._plain_texts import make_contents_plain, make_rows_plain, make_segments_plain
from ._table_paths import rename_contexts


class Migration(migrations.Migration):
    replaces = [("translation", "0001_plain_texts"), ("translation", "0002_table_paths")]

    # By their former names: a squashed migration stands for them once all that it replaces is applied, or nothing.
    dependencies = [
        ("home", "0005_dates"),
        ("news", "0005_dates"),
        ("portal", "0013_followed_dates"),
        ("search", "0006_file_problems"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunPython(step, migrations.RunPython.noop, elidable=True)
        for step in (make_rows_plain, make_contents_plain, make_segments_plain, rename_contexts)
    ]
