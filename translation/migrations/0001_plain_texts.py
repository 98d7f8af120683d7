"""Stored texts get the form in which texts are stored from now on."""

from django.db import migrations

from ._plain_texts import make_contents_plain, make_rows_plain, make_segments_plain


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0013_followed_dates"),
        ("home", "0005_dates"),
        ("news", "0005_dates"),
        ("search", "0006_file_problems"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]
    operations = [
        migrations.RunPython(step, migrations.RunPython.noop, elidable=True)
        for step in (make_rows_plain, make_contents_plain, make_segments_plain)
    ]
