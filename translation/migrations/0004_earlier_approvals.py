"""Translations that were approved in a workflow before reviews were stored: they were reviewed then.

Of the others nothing is known, and nothing is claimed: readers are told that no check is on record.
"""

from django.db import migrations
from django.db.models import F


def store(apps, schema_editor):
    task_states = apps.get_model("wagtailcore", "TaskState").objects.using(schema_editor.connection.alias)
    versions = apps.get_model("portal", "PublishedVersion").objects.using(schema_editor.connection.alias)
    approved = task_states.filter(
        status="approved",
        workflow_state__status="approved",
        finished_by__isnull=False,
        finished_at__isnull=False,
        revision__base_content_type__app_label="wagtailcore",
        revision__base_content_type__model="page",
    ).exclude(finished_by=F("workflow_state__requested_by"))
    latest = dict(approved.order_by("finished_at").values_list("revision__object_id", "finished_at"))
    for page_id, moment in latest.items():
        versions.filter(page=int(page_id), reviewed_at=None).exclude(page__locale__language_code="de").update(reviewed_at=moment)


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0035_reviews"),
        ("translation", "0003_reviews"),
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [migrations.RunPython(store, migrations.RunPython.noop)]
