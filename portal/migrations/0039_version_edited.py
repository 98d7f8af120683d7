"""When the pages of a language were edited last is read from an index: it is asked after each change, whatever the number of pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0038_coming_moments"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="publishedversion",
            index=models.Index(fields=["edited_at"], name="portal_version_edited"),
        ),
    ]
