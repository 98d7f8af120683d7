"""Old addresses are stored as they are looked up: in small letters, decoded, their query in order."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations

from portal.pages.redirects import normalise


def normalise_redirects(apps: Apps, schema_editor: object) -> None:
    """Normalise each old address; where that address is taken, the row stays as it is."""
    model = apps.get_model("wagtailredirects", "Redirect")
    taken = set(model.objects.values_list("old_path", "site_id"))
    changed = []
    for redirect in model.objects.order_by("pk"):
        try:
            path = normalise(redirect.old_path)
        except ValueError:
            continue
        if path != redirect.old_path and (path, redirect.site_id) not in taken:
            redirect.old_path = path
            taken.add((path, redirect.site_id))
            changed.append(redirect)
    model.objects.bulk_update(changed, ["old_path"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0008_photographs"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(normalise_redirects, migrations.RunPython.noop)]
