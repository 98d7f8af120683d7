"""All of this app's tables at once; databases that know the replaced migrations go through those."""

import django.db.models.deletion
import modelcluster.fields
import portal.blocks.fields
import portal.blocks.illustrations
from django.conf import settings
from django.db import migrations, models


def remove_welcome_page(apps, schema_editor):
    """Delete the page and the site that Wagtail's own migrations make: the portal's home page comes with the content."""
    page = apps.get_model("wagtailcore", "Page")
    page.objects.filter(slug="home", depth=2, content_type__app_label="wagtailcore", content_type__model="page").delete()
    page.objects.filter(depth=1).update(numchild=page.objects.filter(depth=2).count())


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("home", "0001_initial"),
        ("home", "0002_initial"),
        ("home", "0003_remove_welcome_page"),
        ("home", "0004_film"),
        ("home", "0005_dates"),
        ("home", "0006_quick_exit"),
        ("home", "0007_quick_exits"),
    ]

    # By their former names: a squashed migration stands for them once all that it replaces is applied, or nothing.
    dependencies = [
        ("portal", "0016_one_time_zone"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('hero_title', models.CharField(help_text='Large, on the night-blue ground with the map.', max_length=120, verbose_name='first sentence')),
                ('hero_text', models.TextField(help_text='What visitors find here, in one or two sentences.', max_length=400, verbose_name='text below it')),
                ('hero_links', portal.blocks.fields.StreamField((), blank=True, help_text='A few pages that many visitors look for, shown below the search field.', verbose_name='often searched for')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
            ],
            options={
                'verbose_name': 'home page',
                'verbose_name_plural': 'home pages',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='Agenda2030Page',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('menu_title', models.CharField(blank=True, help_text="Left empty, the page's title is used.", max_length=60, verbose_name='title in the menu')),
                ('menu_intro', models.TextField(blank=True, help_text='Shown beside the links when the menu is open.', verbose_name='introduction in the menu')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('hero_text', models.TextField(blank=True, help_text='Below the lead at the top of the page; may be left empty.', max_length=600, verbose_name='second paragraph')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'section “2030 Agenda”',
                'verbose_name_plural': 'sections “2030 Agenda”',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='ContentPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='What the page says.', verbose_name='content')),
                ('reviewed_on', models.DateField(blank=True, help_text='The day on which somebody of the office last checked that everything in the German text is true. Shown to visitors; left empty, nothing is said.', null=True, verbose_name='reviewed by IOM on')),
                ('reviewed_by', models.CharField(blank=True, help_text='The unit of the office, as visitors may read it.', max_length=120, verbose_name='reviewed by whom')),
                ('quick_exit', models.BooleanField(default=False, help_text='For pages that put somebody in danger who is seen reading them: a button that stays in sight leads to a weather page at once.', verbose_name='“Leave this page quickly”')),
                ('related_pages', portal.blocks.fields.StreamField((), blank=True, help_text='Pages for further reading, shown as cards at the end.', verbose_name='related pages')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
                ('regions', modelcluster.fields.ParentalManyToManyField(blank=True, help_text='Where in the world.', related_name='+', to='portal.region', verbose_name='regions')),
                ('topics', modelcluster.fields.ParentalManyToManyField(blank=True, help_text="What the page is about; the first topic's drawing stands in for a missing picture.", related_name='+', to='portal.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'content page',
                'verbose_name_plural': 'content pages',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='DataAndResearchPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('menu_title', models.CharField(blank=True, help_text="Left empty, the page's title is used.", max_length=60, verbose_name='title in the menu')),
                ('menu_intro', models.TextField(blank=True, help_text='Shown beside the links when the menu is open.', verbose_name='introduction in the menu')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('hero_text', models.TextField(blank=True, help_text='Below the lead at the top of the page; may be left empty.', max_length=600, verbose_name='second paragraph')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'section “Data and research”',
                'verbose_name_plural': 'sections “Data and research”',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='OurWorkPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('menu_title', models.CharField(blank=True, help_text="Left empty, the page's title is used.", max_length=60, verbose_name='title in the menu')),
                ('menu_intro', models.TextField(blank=True, help_text='Shown beside the links when the menu is open.', verbose_name='introduction in the menu')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('hero_text', models.TextField(blank=True, help_text='Below the lead at the top of the page; may be left empty.', max_length=600, verbose_name='second paragraph')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'section “Our work”',
                'verbose_name_plural': 'sections “Our work”',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='TakePartPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('menu_title', models.CharField(blank=True, help_text="Left empty, the page's title is used.", max_length=60, verbose_name='title in the menu')),
                ('menu_intro', models.TextField(blank=True, help_text='Shown beside the links when the menu is open.', verbose_name='introduction in the menu')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('hero_text', models.TextField(blank=True, help_text='Below the lead at the top of the page; may be left empty.', max_length=600, verbose_name='second paragraph')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'section “Take part”',
                'verbose_name_plural': 'sections “Take part”',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='WhoWeArePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('lead', models.TextField(blank=True, help_text='One to three sentences below the title. Also shown on cards and in search results.', max_length=500, verbose_name='lead')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text="Shown where there is no photograph. Left empty, the first topic's drawing is used.", max_length=40, verbose_name='drawing')),
                ('menu_title', models.CharField(blank=True, help_text="Left empty, the page's title is used.", max_length=60, verbose_name='title in the menu')),
                ('menu_intro', models.TextField(blank=True, help_text='Shown beside the links when the menu is open.', verbose_name='introduction in the menu')),
                ('sources', portal.blocks.fields.StreamField((), blank=True, help_text='Where the facts of this page come from; shown at its end.', verbose_name='sources')),
                ('hero_text', models.TextField(blank=True, help_text='Below the lead at the top of the page; may be left empty.', max_length=600, verbose_name='second paragraph')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='In the order in which they are shown.', verbose_name='sections')),
                ('image', models.ForeignKey(blank=True, help_text='At least 1280 pixels wide, 16:9. Takes precedence over the drawing.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portal.portalimage', verbose_name='photograph')),
            ],
            options={
                'verbose_name': 'section “Who we are”',
                'verbose_name_plural': 'sections “Who we are”',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.RunPython(remove_welcome_page, migrations.RunPython.noop),
    ]
