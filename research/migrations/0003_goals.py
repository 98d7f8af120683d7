
import portal.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('research', '0002_publications'),
    ]

    operations = [
        migrations.AddField(
            model_name='datapage',
            name='goals',
            field=portal.models.fields.ChoicesField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='Those that it serves by what it is about. It is listed on their pages.', verbose_name='goals of the 2030 Agenda'),
        ),
        migrations.AddField(
            model_name='publicationpage',
            name='goals',
            field=portal.models.fields.ChoicesField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='Those that it serves by what it is about. It is listed on their pages.', verbose_name='goals of the 2030 Agenda'),
        ),
    ]
