
import django.db.models.deletion
import portal.blocks.fields
import portal.models.goals
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoalPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('number', models.CharField(choices=portal.models.goals.Goal.as_options, help_text='Each goal has one page in a language.', max_length=2, verbose_name='number')),
                ('targets', portal.blocks.fields.StreamField((), blank=True, help_text='Those targets of the goal that concern migration, word for word.', verbose_name='targets')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='What else is to be said of the goal; may be left empty.', verbose_name='content')),
            ],
            options={
                'verbose_name': 'goal of the 2030 Agenda',
                'verbose_name_plural': 'goals of the 2030 Agenda',
            },
            bases=('wagtailcore.page', models.Model),
        ),
    ]
