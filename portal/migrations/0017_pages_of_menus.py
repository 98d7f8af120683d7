"""An index of the pages that menus show, and of no others: what a menu costs does not grow with the rest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_squashed_0016_one_time_zone"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS portal_menu_pages ON wagtailcore_page (locale_id, depth, path) WHERE show_in_menus",
            "DROP INDEX IF EXISTS portal_menu_pages",
        )
    ]
