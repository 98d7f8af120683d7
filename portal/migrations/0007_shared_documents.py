from django.db import migrations


def share_documents(apps, schema_editor):
    """Every document was available by link until now: it stays so, until somebody has looked at it."""
    apps.get_model("portal", "PortalDocument").objects.update(is_shared=True, awaits_review=True)


class Migration(migrations.Migration):

    dependencies = [("portal", "0006_file_rights")]

    operations = [migrations.RunPython(share_documents, migrations.RunPython.noop)]
