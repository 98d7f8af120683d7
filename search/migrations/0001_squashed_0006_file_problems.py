"""All of this app's tables at once; databases that know the replaced migrations go through those."""

import django.db.models.deletion
import modelsearch.index
import search.models
import uuid
from django.conf import settings
from django.db import migrations, models

# Beginnings of words are sought (`search.lookups`). PostgreSQL answers that from an index for patterns only, unless its
# locale is C; SQLite from any.
INDEXES = [
    ("search_term_begins", "search_term", "term"),
    ("search_term_ends", "search_term", "backwards"),
    ("search_titlestart_begins", "search_titlestart", "start"),
    ("search_askedquery_begins", "search_askedquery", "query"),
]


def create_indexes(apps, schema_editor):
    patterns = " varchar_pattern_ops" if schema_editor.connection.vendor == "postgresql" else ""
    for name, table, column in INDEXES:
        schema_editor.execute(f"CREATE INDEX {name} ON {table} (language, {column}{patterns})")


def drop_indexes(apps, schema_editor):
    for name, _table, _column in INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


def set_fillfactor(apps, schema_editor):
    """Leave room beside each term: its numbers change with each page, and a row that stays where it is leaves four indexes alone."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE search_term SET (fillfactor = 70)")


def reset_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE search_term RESET (fillfactor)")


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("search", "0001_initial"),
        ("search", "0002_beginnings"),
        ("search", "0003_files"),
        ("search", "0004_report_names"),
        ("search", "0005_term_fillfactor"),
        ("search", "0006_file_problems"),
    ]

    # By their former names: a squashed migration stands for them once all that it replaces is applied, or nothing.
    dependencies = [
        ("portal", "0004_document_language"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FileText',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file_text', serialize=False, to='portal.portaldocument')),
                ('file_hash', models.CharField(max_length=40)),
                ('text', models.TextField(blank=True)),
                ('problem', models.CharField(blank=True, choices=search.models.FileText.Problem.as_choices, max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='IndexVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name='AskedQuery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('language', models.CharField(max_length=20)),
                ('query', models.CharField(max_length=200)),
                ('searches', models.PositiveIntegerField(default=0)),
                ('results', models.PositiveIntegerField(default=0)),
                ('step', models.CharField(default='all', max_length=12)),
            ],
            options={
                'verbose_name': 'search of the website',
                'verbose_name_plural': 'searches of the website',
                'indexes': [models.Index(fields=['language', 'query'], name='search_aske_languag_41c2f5_idx')],
                'constraints': [models.UniqueConstraint(fields=('day', 'language', 'query'), name='search_asked_query_unique')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_document', serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('language', models.CharField(max_length=20)),
                ('title', models.CharField(max_length=255)),
                ('text', models.TextField()),
                ('stems', models.TextField()),
                ('length', models.PositiveIntegerField()),
                ('date', models.DateField(null=True)),
                ('ages', models.BooleanField(default=False)),
                ('facets', models.JSONField(default=dict)),
                ('digest', models.CharField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'length'], name='search_docu_languag_a941a3_idx')],
            },
        ),
        migrations.CreateModel(
            name='OfferedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.document')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portal.portaldocument')),
            ],
        ),
        migrations.CreateModel(
            name='PromotedResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('queries', models.TextField(help_text='What visitors search for, one query in each line. Inflected forms and word order do not matter.', verbose_name='queries')),
                ('text', models.CharField(blank=True, help_text="One sentence below the title. Left empty, the page's own lead is shown.", max_length=250, verbose_name='text')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, help_text='Of several results for one query, the smallest number comes first.', verbose_name='order')),
                ('locale', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.locale', verbose_name='language')),
                ('page', models.ForeignKey(help_text='Shown as long as it can be read in this language.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.WAGTAIL_PAGE_MODEL, verbose_name='page')),
            ],
            options={
                'verbose_name': 'promoted result',
                'verbose_name_plural': 'promoted results',
                'ordering': ['sort_order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=20)),
                ('term', models.CharField(max_length=80)),
                ('backwards', models.CharField(max_length=80)),
                ('word', models.CharField(max_length=80)),
                ('documents', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('language', 'term'), name='search_term_unique')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('pk', models.CompositePrimaryKey('term_id', 'document_id', 'frequency', 'length', blank=True, editable=False, primary_key=True, serialize=False)),
                ('frequency', models.IntegerField()),
                ('length', models.IntegerField()),
                ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.document')),
                ('term', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.term')),
            ],
        ),
        migrations.CreateModel(
            name='TitleStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=20)),
                ('start', models.CharField(max_length=60)),
                ('position', models.PositiveSmallIntegerField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.document')),
            ],
        ),
        migrations.CreateModel(
            name='BlockedSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(help_text='Suggestions that hold these words are not shown.', max_length=200, verbose_name='suggestion')),
                ('locale', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.locale', verbose_name='language')),
            ],
            options={
                'verbose_name': 'blocked suggestion',
                'verbose_name_plural': 'blocked suggestions',
                'ordering': ['locale', 'text'],
                'constraints': [models.UniqueConstraint(fields=('locale', 'text'), name='search_blocked_suggestion_unique')],
            },
        ),
        migrations.CreateModel(
            name='Click',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('language', models.CharField(max_length=20)),
                ('query', models.CharField(max_length=200)),
                ('clicks', models.PositiveIntegerField(default=0)),
                ('positions', models.PositiveIntegerField(default=0)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.WAGTAIL_PAGE_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'language', 'query', 'page'), name='search_click_unique')],
            },
        ),
        migrations.CreateModel(
            name='FacetValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=100)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.document')),
            ],
            options={
                'indexes': [models.Index(fields=['name', 'value', 'document'], name='search_face_name_b2e1ce_idx')],
            },
        ),
        migrations.CreateModel(
            name='Synonyms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('expressions', models.TextField(help_text='One in each line, words or short phrases: “FAP”, “Unterstützungsprogramm Familiennachzug”. Who searches for one finds pages with any of them.', verbose_name='expressions')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
            ],
            options={
                'verbose_name': 'synonyms',
                'verbose_name_plural': 'synonyms',
                'ordering': ['expressions'],
                'abstract': False,
                'unique_together': {('translation_key', 'locale')},
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.RunPython(create_indexes, drop_indexes),
        migrations.RunPython(set_fillfactor, reset_fillfactor),
    ]
