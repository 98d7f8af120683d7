from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0035_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='SentVisits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('translation_key', models.UUIDField()),
                ('language', models.CharField(max_length=20)),
                ('number', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('translation_key', 'language', 'day'), name='portal_sent_visits_unique')],
            },
        ),
    ]
