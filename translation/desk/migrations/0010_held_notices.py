from django.db import migrations


def tell_of_held(apps, schema_editor):
    """Who chose what they are told of is told of what is new, as all others are."""
    choices = apps.get_model("translation_desk", "NoticeChoice")
    for choice in choices.objects.all():
        if choice.kinds and "held" not in choice.kinds:
            choice.kinds = [*choice.kinds, "held"]
            choice.save(update_fields=["kinds"])


class Migration(migrations.Migration):
    dependencies = [("translation_desk", "0009_snippets")]

    operations = [migrations.RunPython(tell_of_held, migrations.RunPython.noop, elidable=True)]
