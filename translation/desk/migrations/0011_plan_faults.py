from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("translation_desk", "0010_held_notices")]

    operations = [
        migrations.AddField("plannedpublication", "fault", models.TextField(blank=True, db_default="", default="")),
    ]
