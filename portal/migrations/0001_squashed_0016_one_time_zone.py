"""All of this app's tables at once; databases that know the replaced migrations go through those."""

import django.db.models.deletion
import django.utils.timezone
import modelsearch.index
import portal.blocks.fields
import portal.blocks.illustrations
import portal.models.media
import taggit.managers
import uuid
import wagtail.images.models
import wagtail.models.media
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("portal", "0001_initial"),
        ("portal", "0002_languages"),
        ("portal", "0003_finished_snippets"),
        ("portal", "0004_document_language"),
        ("portal", "0005_copied_restrictions"),
        ("portal", "0006_file_rights"),
        ("portal", "0007_shared_documents"),
        ("portal", "0008_photographs"),
        ("portal", "0009_normalised_redirects"),
        ("portal", "0010_jobs"),
        ("portal", "0011_dates"),
        ("portal", "0012_edited_at"),
        ("portal", "0013_followed_dates"),
        ("portal", "0014_attempts"),
        ("portal", "0015_release"),
        ("portal", "0016_one_time_zone"),
    ]

    # By their former names: a squashed migration stands for them once all that it replaces is applied, or nothing.
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100, null=True, unique=True)),
                ('task', models.CharField(max_length=200)),
                ('arguments', models.JSONField(default=dict)),
                ('every', models.DurationField(null=True)),
                ('is_slow', models.BooleanField(default=False)),
                ('is_repeatable', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField(db_index=True, null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_holder', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.CreateModel(
            name='OfficeSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('street', models.CharField(blank=True, max_length=120, verbose_name='street and number')),
                ('postal_code', models.CharField(blank=True, max_length=10, verbose_name='postal code')),
                ('town', models.CharField(blank=True, max_length=80, verbose_name='town')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, help_text='With country code: +49 …', max_length=40, verbose_name='telephone')),
                ('responsible_person', models.CharField(blank=True, help_text='As the imprint names the person.', max_length=120, verbose_name='responsible for the content')),
                ('security_contact', models.CharField(blank=True, help_text='An e-mail address or an address with https://. Published in /.well-known/security.txt together with the day below.', max_length=250, verbose_name='contact for reports of security holes')),
                ('security_expires', models.DateField(blank=True, help_text='At most a year from now; after this day the file is no longer there.', null=True, verbose_name='valid until')),
            ],
            options={
                'verbose_name': 'the office',
            },
        ),
        migrations.CreateModel(
            name='PublishedVersion',
            fields=[
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='published_version', serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('untranslated', models.JSONField(blank=True, default=list)),
            ],
            options={
                'permissions': (('publish_incomplete_version', 'Can publish translations that are not complete'),),
            },
        ),
        migrations.CreateModel(
            name='Attempts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('door', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=10)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('number', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField(db_index=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'refused sign-in',
                'verbose_name_plural': 'refused sign-ins',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PortalDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('file', models.FileField(upload_to='documents', verbose_name='file')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('file_size', models.PositiveBigIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, editable=False, max_length=40)),
                ('language', models.CharField(blank=True, help_text='The language that the file is written in. Readers are told, and can search by it.', max_length=20, verbose_name='language')),
                ('is_shared', models.BooleanField(default=False, help_text='Whoever knows the address can open the file. Without this, a file is public only while a page that is online refers to it.', verbose_name='available by link')),
                ('awaits_review', models.BooleanField(default=False, editable=False)),
                ('collection', models.ForeignKey(default=wagtail.models.media.get_root_collection_id, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.collection', verbose_name='collection')),
                ('tags', taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags')),
                ('uploaded_by_user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'abstract': False,
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='PortalImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('description', models.CharField(blank=True, default='', max_length=255, verbose_name='description')),
                ('width', models.IntegerField(editable=False, verbose_name='width')),
                ('height', models.IntegerField(editable=False, verbose_name='height')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='created at')),
                ('focal_point_x', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_y', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_width', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_height', models.PositiveIntegerField(blank=True, null=True)),
                ('file_size', models.PositiveIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, db_index=True, editable=False, max_length=40)),
                ('file', portal.models.media.PhotographField(height_field='height', upload_to=wagtail.images.models.get_upload_to, verbose_name='file', width_field='width')),
                ('is_clean', models.BooleanField(default=False, editable=False)),
                ('credit', models.CharField(blank=True, help_text='Who made the photograph, as it is to be named: “IOM 2023 / Name”.', max_length=255, verbose_name='credit')),
                ('copyright', models.CharField(blank=True, help_text='Who holds the rights, where the credit does not say so: “© IOM 2023”.', max_length=255, verbose_name='copyright')),
                ('collection', models.ForeignKey(default=wagtail.models.media.get_root_collection_id, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.collection', verbose_name='collection')),
                ('tags', taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags')),
                ('uploaded_by_user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user')),
            ],
            options={
                'verbose_name': 'image',
                'verbose_name_plural': 'images',
                'abstract': False,
            },
            bases=(wagtail.images.models.ImageFileMixin, modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='Footer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('is_finished', models.BooleanField(default=True, editable=False)),
                ('title', models.CharField(default='Footer', help_text='Visitors do not see it.', max_length=100, verbose_name='name in the admin')),
                ('about', models.TextField(help_text='One or two sentences below the word-mark.', verbose_name='about the office')),
                ('body', portal.blocks.fields.StreamField((), blank=True, help_text='At most four columns of links.', verbose_name='columns')),
                ('legal', portal.blocks.fields.StreamField((), blank=True, help_text='Imprint, data protection, accessibility: the last line of every page.', verbose_name='legal links')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
                ('sign_language_page', models.ForeignKey(blank=True, help_text='Linked above the menu of every page.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.WAGTAIL_PAGE_MODEL, verbose_name='page in German Sign Language')),
            ],
            options={
                'verbose_name': 'footer',
                'verbose_name_plural': 'footers',
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('locale',), name='one_footer_per_locale')],
                'unique_together': {('translation_key', 'locale')},
            },
        ),
        migrations.CreateModel(
            name='KnownAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64)),
                ('seen_at', models.DateTimeField(db_index=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('account', 'address'), name='portal_known_address_once')],
            },
        ),
        migrations.CreateModel(
            name='LoadedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_id', models.CharField(max_length=500, unique=True)),
                ('object_id', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(max_length=64)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
            ],
            options={
                'indexes': [models.Index(fields=['content_type', 'object_id'], name='portal_load_content_9241ae_idx')],
            },
        ),
        migrations.CreateModel(
            name='PortalRendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filter_spec', models.CharField(db_index=True, max_length=255)),
                ('file', wagtail.images.models.WagtailImageField(height_field='height', storage=wagtail.images.models.get_rendition_storage, upload_to=wagtail.images.models.get_rendition_upload_to, width_field='width')),
                ('width', models.IntegerField(editable=False)),
                ('height', models.IntegerField(editable=False)),
                ('focal_point_key', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='portal.portalimage')),
            ],
            options={
                'indexes': [models.Index(fields=['file'], name='portal_rendition_file')],
                'unique_together': {('image', 'filter_spec', 'focal_point_key')},
            },
            bases=(wagtail.images.models.ImageFileMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('is_finished', models.BooleanField(default=True, editable=False)),
                ('name', models.CharField(help_text='As visitors read it.', max_length=100, verbose_name='name')),
                ('slug', models.SlugField(blank=True, help_text='Stands in the address of filtered lists, the same in every language. Left empty, it is made from the name.', max_length=100, verbose_name='short name in addresses')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ('name',),
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('locale', 'slug'), name='portal_region_slug_per_locale')],
                'unique_together': {('translation_key', 'locale')},
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_released', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': (('release_portal', 'Can release the portal and take it back'),),
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_release')],
            },
        ),
        migrations.CreateModel(
            name='ScheduleFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.CharField(max_length=255)),
                ('action', models.CharField(max_length=10)),
                ('reason', models.TextField()),
                ('failed_at', models.DateTimeField()),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'action'), name='portal_schedule_failure_unique')],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('is_finished', models.BooleanField(default=True, editable=False)),
                ('name', models.CharField(help_text='As visitors read it.', max_length=100, verbose_name='name')),
                ('slug', models.SlugField(blank=True, help_text='Stands in the address of filtered lists, the same in every language. Left empty, it is made from the name.', max_length=100, verbose_name='short name in addresses')),
                ('illustration', models.CharField(blank=True, choices=portal.blocks.illustrations.Illustration.as_choices, help_text='Shown on pages about this topic that have neither a photograph nor a drawing of their own.', max_length=40, verbose_name='drawing')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ('name',),
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('locale', 'slug'), name='portal_topic_slug_per_locale')],
                'unique_together': {('translation_key', 'locale')},
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
    ]
