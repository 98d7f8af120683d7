from django.db import migrations

RECORDS = ("schutz", "menschenhandel", "schutz.de-simple")
"""The pages of the initial content for people in danger; records loaded since then say it themselves."""


def tick(apps, schema_editor):
    """Pages on protection and trafficking get the button in every language, and keep it when a revision is published."""
    LoadedRecord = apps.get_model("portal", "LoadedRecord")
    ContentPage = apps.get_model("home", "ContentPage")
    Revision = apps.get_model("wagtailcore", "Revision")
    ids = LoadedRecord.objects.filter(
        record_id__in=RECORDS, content_type__app_label="home", content_type__model="contentpage"
    ).values_list("object_id", flat=True)
    keys = ContentPage.objects.filter(pk__in=list(ids)).values_list("translation_key", flat=True)
    pages = list(ContentPage.objects.filter(translation_key__in=list(keys)).values_list("pk", flat=True))
    ContentPage.objects.filter(pk__in=pages).update(quick_exit=True)
    revisions = Revision.objects.filter(base_content_type__app_label="wagtailcore", object_id__in=[str(pk) for pk in pages])
    for revision in revisions.iterator():
        revision.content["quick_exit"] = True
        revision.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0006_quick_exit"),
        ("portal", "0016_one_time_zone"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(tick, migrations.RunPython.noop, elidable=True)]
