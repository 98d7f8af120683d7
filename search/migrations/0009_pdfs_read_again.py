from django.db import migrations


def read_again(apps, schema_editor):
    """Let the runner read PDFs once more: what they say of pages and tags was not kept. Their texts are found meanwhile."""
    apps.get_model("search", "FileText").objects.filter(document__file__iendswith=".pdf").update(file_hash="")


class Migration(migrations.Migration):

    dependencies = [
        ("search", "0008_what_has_changed"),
        ("portal", "0037_document_facts"),
    ]

    operations = [migrations.RunPython(read_again, migrations.RunPython.noop)]
