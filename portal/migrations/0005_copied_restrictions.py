"""Restrictions that were copied from a page to its translations go: the page's own binds them.

A copy is one whose kind, password and groups equal one of the German page's, or that of the page which an alias shows. Every other
restriction stays as that version's own and is listed.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model


def _asks(restriction: Model) -> tuple[str, str, frozenset[int]]:
    groups = frozenset(restriction.groups.values_list("pk", flat=True))
    return restriction.restriction_type, restriction.password, groups


def delete_copies(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete the copies; name what stays."""
    page_model = apps.get_model("wagtailcore", "Page")
    restriction_model = apps.get_model("wagtailcore", "PageViewRestriction")
    by_page: dict[int, set[tuple[str, str, frozenset[int]]]] = {}
    rows = list(restriction_model.objects.select_related("page__locale").order_by("page__path", "pk"))
    for row in rows:
        by_page.setdefault(row.page_id, set()).add(_asks(row))
    copies, own = [], []
    for row in rows:
        sources = page_model.objects.filter(translation_key=row.page.translation_key, locale__language_code="de")
        ids = {*sources.values_list("pk", flat=True), row.page.alias_of_id} - {row.page_id, None}
        if not ids:
            continue
        is_copy = any(_asks(row) in by_page.get(pk, ()) for pk in ids)
        (copies if is_copy else own).append(row)
    for row in own:
        print(  # noqa: T201
            f"\n    {row.page_id} “{row.page.title}” ({row.page.locale.language_code}): its own restriction stays, "
            "unlike that of its German page.",
            end="",
        )
    restriction_model.objects.filter(pk__in=[row.pk for row in copies]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0004_document_language"),
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [migrations.RunPython(delete_copies, migrations.RunPython.noop)]
