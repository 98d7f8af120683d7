from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0033_figures'),
    ]

    operations = [
        migrations.AddField(
            model_name='publishedversion',
            name='title_language',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
    ]
