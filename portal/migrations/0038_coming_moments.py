"""What begins or ends next is read from indexes: it is asked after each change, whatever the number of pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0037_document_facts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(condition=models.Q(("is_live", True)), fields=["start", "is_live"], name="portal_list_starting"),
        ),
        migrations.AddIndex(
            model_name="listrow",
            index=models.Index(condition=models.Q(("is_live", True)), fields=["end", "is_live"], name="portal_list_ending"),
        ),
    ]
