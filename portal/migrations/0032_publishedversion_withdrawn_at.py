from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0031_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='publishedversion',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
