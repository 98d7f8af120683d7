"""Pages that a person published keep the day of it; those that were only loaded have none."""

from django.db import migrations


def remember_people(apps, schema_editor):
    """Take over when a page went live last, where somebody's revision is live."""
    version = apps.get_model("portal", "PublishedVersion")
    rows = list(version.objects.filter(page__live_revision__user__isnull=False).select_related("page"))
    for row in rows:
        row.edited_at = row.page.last_published_at
    version.objects.bulk_update(rows, ["edited_at"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0011_dates"),
    ]

    operations = [
        migrations.RunPython(remember_people, migrations.RunPython.noop),
    ]
