"""Removes the page and the site that Wagtail's own migrations make: the portal's home page comes with the content."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def remove_welcome_page(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete the page that is of no type of its own, and with it the site that it is the root of."""
    page = apps.get_model("wagtailcore", "Page")
    page.objects.filter(slug="home", depth=2, content_type__app_label="wagtailcore", content_type__model="page").delete()
    page.objects.filter(depth=1).update(numchild=page.objects.filter(depth=2).count())


class Migration(migrations.Migration):
    """After the page types exist."""

    dependencies = [("home", "0002_initial"), ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field")]

    operations = [migrations.RunPython(remove_welcome_page, migrations.RunPython.noop)]
