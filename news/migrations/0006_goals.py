
import portal.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('news', '0001_squashed_0005_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='newspage',
            name='goals',
            field=portal.models.fields.ChoicesField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='Those that it serves by what it is about. It is listed on their pages.', verbose_name='goals of the 2030 Agenda'),
        ),
    ]
