from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0007_what_is_shown'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='change',
            field=models.CharField(default='', max_length=100),
        ),
    ]
