"""All of this app's tables at once; databases that know the replaced migrations go through those."""

import django.db.models.deletion
import modelcluster.fields
import news.models
import news.provenance
import portal.blocks.fields
import portal.blocks.illustrations
import portal.language.dates
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("news", "0001_initial"),
        ("news", "0002_initial"),
        ("news", "0003_film"),
        ("news", "0004_kinds"),
        ("news", "0005_dates"),
    ]

    # By their former names: a squashed migration stands for them once all that it replaces is applied, or nothing.
    dependencies = [
        ("portal", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name='NewsIndexPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'news index',
                'verbose_name_plural': 'news indexes',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='NewsPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('original_title', models.CharField(blank=True, help_text='As IOM wrote it, in the language of the original.', max_length=250, verbose_name='title of the original')),
                ('original_url', models.URLField(blank=True, help_text='The page itself, not the home page of an office. Required for statements and press releases.', max_length=500, verbose_name='address of the original')),
                ('original_language', models.CharField(choices=news.provenance.OriginalLanguage.as_choices, default='de', help_text='So that programs which read aloud pronounce the title rightly.', max_length=2, verbose_name='language of the original')),
                ('original_date', models.DateField(blank=True, help_text='As printed there; left empty where nothing is printed.', null=True, verbose_name='date of the original')),
                ('original_date_precision', models.CharField(choices=portal.language.dates.DatePrecision.as_choices, default='day', help_text='No more is shown than is known.', max_length=5, verbose_name='what is known of this date')),
                ('is_own_translation', models.BooleanField(default=False, help_text='Quotations or the whole text were translated here, not by IOM. A sentence says so. Statements and press releases say it in every other language by themselves.', verbose_name="own translation of IOM's words")),
                ('kind', models.CharField(choices=news.provenance.Kind.as_choices, default='news', help_text='“Statement” and “press release” are for texts that IOM itself published, word for word. What the editors write about them is a news item, or a look back if it lies in the past. Visitors can filter by it.', max_length=20, verbose_name='kind')),
                ('scope', models.CharField(choices=news.models.Scope.as_choices, default='local', help_text='Whom it concerns.', max_length=10, verbose_name='scope')),
                ('place', models.CharField(blank=True, help_text='Where it was written, as in “Geneva – …”.', max_length=100, verbose_name='dateline place')),
                ('date', models.DateField(help_text='If only month or year are known, choose the first day and say so below.', verbose_name='date')),
                ('date_precision', models.CharField(choices=portal.language.dates.DatePrecision.as_choices, default='day', help_text='No more is shown than is known.', max_length=5, verbose_name='what is known of the date')),
                ('image_alt', models.CharField(blank=True, help_text='What the photograph shows, for people who do not see it. Left empty, it counts as decoration.', max_length=250, verbose_name='alternative text of the photograph')),
                ('image_caption', models.CharField(blank=True, help_text='Who, what, where, when.', max_length=300, verbose_name='caption')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='What the item says.', verbose_name='content')),
                ('contact', portal.blocks.fields.StreamField((), blank=True, help_text='Whom the press may ask.', verbose_name='contact')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
                ('regions', modelcluster.fields.ParentalManyToManyField(blank=True, help_text='Where in the world.', related_name='+', to='portal.region', verbose_name='regions')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, help_text="What the page is about; the first topic's drawing stands in for a missing picture.", related_name='+', to='portal.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'news item',
                'verbose_name_plural': 'news items',
                'indexes': [models.Index(fields=['-date'], name='news_newspa_date_a9f9cd_idx')],
            },
            bases=('wagtailcore.page', models.Model),
        ),
    ]
