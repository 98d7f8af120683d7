"""Records to pages and snippets: idempotent, all or nothing.

The way of a load: check every record against the others; create the pages of the source language in the order of the
tree (so that all ids are known); write their content and publish them; then make the other languages, from a record where
there is one, else as an alias.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.files import File
from django.db import models, transaction
from django.utils import translation as django_translation
from PIL import UnidentifiedImageError
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site
from wagtail_localize.models import LocaleSynchronization, Translation, TranslationSource

from portal import redirects
from portal.dates import parse_partial
from portal.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.locales import set_up_locales
from portal.models import LoadedRecord

from .checking import RecordSet
from .errors import LoadError, RecordError
from .indexing import indexed_together
from .pairing import match_structure, validation_reasons, write_translations
from .reading import Record, read
from .values import References, StreamValues, ValueProblem, rich_text

# Fields that `fields` may not set: they have keys of their own or belong to Wagtail.
_OWN_KEYS = {
    "title", "name", "lead", "body", "sources", "date", "date_precision", "topics", "regions", "reviewed_on", "reviewed_by", "image",
    "show_in_menus", "menu_title", "menu_intro", "original_title", "original_url", "original_date", "original_date_precision",
    "original_language",
}  # fmt: skip
_PAGE_INTERNALS = {field.name for field in Page._meta.get_fields()} - {"seo_title", "search_description"}


@dataclass
class Report:
    """What a load did: records by what became of them."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)


def load(
    path: Path, overwrite: bool = False, dry_run: bool = False, progress: Callable[[str], None] = lambda line: None
) -> Report:
    """Load the records of a folder or file and return what was done.

    With `overwrite`, objects that people have changed since the last load get a new revision too. With `dry_run`
    everything is done and then taken back.

    Raises:
        LoadError: records are wrong; nothing of this load was written.
    """
    records = read(path)
    progress(f"Read {len(records)} records.")
    loader = _Loader(records, overwrite, progress)
    try:
        with transaction.atomic(), django_translation.override(SOURCE_LANGUAGE):
            with indexed_together():
                loader.run()
            if dry_run:
                transaction.set_rollback(True)
    except BaseException:
        loader.remove_files()
        raise
    if dry_run:
        loader.remove_files()
    return loader.report


def _state(instance: models.Model) -> str:
    """Return a digest of what a load left behind: another revision or status means that a person was here."""
    parts = [str(getattr(instance, "latest_revision_id", "")), str(getattr(instance, "live", ""))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _parse_date(text: str) -> tuple[datetime.date, str]:
    """Return a date and its precision from `2022-03-25`, `2022-03` or `2022`."""
    try:
        return parse_partial(text)
    except ValueError as error:
        raise ValueProblem(f"“{text}” is no date; write 2022-03-25, 2022-03 or 2022") from error


class _Loader:
    """One load."""

    def __init__(self, records: list[Record], overwrite: bool, progress: Callable[[str], None]) -> None:
        self.loaded = LoadedRecord.objects.in_bulk(field_name="record_id")
        self.set = RecordSet(records, self.loaded)
        self.records = self.set.records
        self.overwrite = overwrite
        self.progress = progress
        self.report = Report()
        self.errors: list[RecordError] = []
        self.objects: dict[str, models.Model] = {}
        self.locales: dict[str, Locale] = {}
        self.written_files: list[tuple[object, str]] = []
        self.new_ids: set[str] = set()
        self.rewritten: set[str] = set()
        self.done = self.total = 0

    # --- the way of a load -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Load all records; raise `LoadError` with all that is wrong."""
        self.locales = set_up_locales()
        self._each(list(self.records.values()), self.set.check_references)
        self._stop_on_errors()
        sources = [record for record in self.records.values() if not record.is_translation]
        # A page written by hand in its own tree shares the translation key of its German page, which comes first.
        sources.sort(key=lambda record: record.lang != SOURCE_LANGUAGE)
        sources = self.set.in_tree_order(sources)
        translations = [record for record in self.records.values() if record.is_translation]
        changed = [record for record in sources if self._needs_work(record)]
        self.rewritten = {record.id for record in changed}
        self.progress(f"Creating {sum(1 for record in changed if record.id not in self.objects)} pages and snippets.")
        self._each(changed, self._create)
        self._stop_on_errors()
        self.progress(f"Writing {len(changed)} in the source language.")
        self._begin(len(changed))
        self._each(changed, self._write)
        self._stop_on_errors()
        by_source = defaultdict(list)
        for record in translations:
            by_source[record.get("translation_of")].append(record)
        todo = [record for record in translations if self._needs_work(record)]
        self.progress(f"Writing {len(todo)} translations.")
        self._begin(len(todo))
        needed = {record.id for record in todo}
        # Parents before children, in every language: a translation needs its parent's.
        for source in self.set.in_tree_order([self.records[key] for key in by_source if key in self.records]):
            self._each([record for record in by_source[source.id] if record.id in needed], self._translate)
            self._each([source], self._make_aliases)
        outside = [key for key in by_source if key not in self.records]
        for key in outside:
            self._each([record for record in by_source[key] if record.id in needed], self._translate)
        self._each([record for record in changed if record.id not in by_source], self._make_aliases)
        self._stop_on_errors()

    def _begin(self, total: int) -> None:
        """Begin to count a long step."""
        self.done, self.total = 0, total

    def _count(self) -> None:
        self.done += 1
        if self.done % 50 == 0 and self.done < self.total:
            self.progress(f"{self.done} of {self.total} …")

    def _each(self, records: list[Record], work: Callable[[Record], None]) -> None:
        """Do the same with each record and collect what is wrong with each."""
        for record in records:
            if work in (self._write, self._translate):
                self._count()
            try:
                work(record)
            except RecordError as error:
                self.errors.append(error)
            except ValueProblem as error:
                self.errors.append(record.error(str(error)))
            except ValidationError as error:
                self.errors.append(record.error(validation_reasons(error)))

    def _stop_on_errors(self) -> None:
        if self.errors:
            raise LoadError(self.errors)

    def remove_files(self) -> None:
        """Remove the files that this load has written, after it was taken back."""
        for storage, name in self.written_files:
            storage.delete(name)

    # --- what is to be done ----------------------------------------------------------------------------------------

    def _translation_key(self, record: Record) -> dict[str, object]:
        """Return the translation key of the page that a record stands beside, as a field to create it with."""
        name = record.get("translation_of")
        if name is None:
            return {}
        return {"translation_key": (self.objects.get(name) or self.loaded[name].object).translation_key}

    def _needs_work(self, record: Record) -> bool:
        """Return whether a record is to be loaded; report it if not, and remember the object that it became."""
        stored = self.loaded.get(record.id)
        if stored is None:
            self.new_ids.add(record.id)
            return True
        instance = stored.object
        if instance is None:
            if self.overwrite:
                self.new_ids.add(record.id)
                return True
            self.report.left_alone.append(record.id)
            return False
        self.objects[record.id] = instance
        is_edited = stored.state != _state(instance)
        # A translation belongs to the texts beside it: what changes in its source is paired anew, though its own record did not change.
        is_same = stored.digest == record.digest and not (record.is_translation and record.get("translation_of") in self.rewritten)
        if is_same and not (is_edited and self.overwrite):
            self.report.unchanged.append(record.id)
            return False
        if is_edited and not self.overwrite:
            self.report.left_alone.append(record.id)
            return False
        return True

    # --- the source language ---------------------------------------------------------------------------------------

    def _create(self, record: Record) -> None:
        """Create a page or snippet without its content, so that others can refer to it."""
        if record.id in self.objects:
            return
        model = self.set.model(record)
        locale = self.locales[record.lang]
        if not issubclass(model, Page):
            instance = model(locale=locale, **self._translation_key(record))
            self._set_fields(record, instance, record.data, with_content=False)
            instance.full_clean()
            instance.save()
            self.objects[record.id] = instance
            return
        page = model(locale=locale, live=False, slug=record.get("slug", ""), **self._translation_key(record))
        self._set_fields(record, page, record.data, with_content=False)
        parent = self._parent(record, model)
        later = self._first_later_sibling(record, parent)
        if later is not None:
            later.add_sibling(pos="left", instance=page)
        else:
            parent.add_child(instance=page)
        self.objects[record.id] = page
        if record.get("parent") is None and record.lang == SOURCE_LANGUAGE:
            self._become_site_root(page)

    def _parent(self, record: Record, model: type[Page]) -> Page:
        name = record.get("parent")
        if name is None:
            root = Page.get_first_root_node()
            if root.get_children().type(model).filter(locale=self.locales[record.lang]).exists():
                raise record.error("there is a home page already; every other page has a “parent”")
            return root
        instance = self.objects.get(name) or self.loaded[name].object
        if not isinstance(instance, Page):
            raise record.error(f"the parent “{name}” is no page any more")
        parent = instance.__class__.objects.get(pk=instance.pk)
        if model not in parent.allowed_subpage_models():
            raise record.error(f"a {record.get('type')} may not lie below a {parent._meta.label} (“{name}”)")
        if not model.can_create_at(parent):
            raise record.error(f"there may be no further {record.get('type')} below “{name}”")
        return parent

    def _first_later_sibling(self, record: Record, parent: Page) -> Page | None:
        """Return the sibling, loaded before, in front of which the page belongs; None puts it last."""
        siblings = [
            other
            for other in self.records.values()
            if other.get("parent") == record.get("parent")
            and not other.is_translation
            and other.lang == record.lang
            and other.id in self.objects
            and self.set.sibling_key(other) > self.set.sibling_key(record)
        ]
        if not siblings or not isinstance(self.objects[siblings[0].id], Page):
            return None
        first = min(siblings, key=self.set.sibling_key)
        return Page.objects.filter(pk=self.objects[first.id].pk).child_of(parent).first()

    @staticmethod
    def _become_site_root(page: Page) -> None:
        """Make the home page the root of the site."""
        site = Site.objects.filter(is_default_site=True).first() or Site(
            is_default_site=True, hostname=settings.PORTAL_HOST, port=settings.PORTAL_PORT
        )
        site.root_page = page
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()

    def _write(self, record: Record) -> None:
        """Write the whole content of a page or snippet and publish it."""
        instance = self.objects[record.id]
        if isinstance(instance, Page):
            # Children were added since: the tree's own figures are in the database only.
            instance = instance.__class__.objects.get(pk=instance.pk)
            if "slug" in record.data:
                instance.slug = record.get("slug")
        self._set_fields(record, instance, record.data, with_content=True)
        self._save(record, instance)
        if isinstance(instance, Page):
            self._write_redirects(record, instance)

    def _save(self, record: Record, instance: models.Model) -> None:
        """Save an object with a revision, publish it if it is to be live, and remember the record."""
        instance.full_clean()
        if isinstance(instance, Page):
            revision = instance.save_revision(log_action=True)
            if record.get("live", True):
                revision.publish()
            elif instance.live:
                self._take_offline(instance)
            instance.refresh_from_db()
        else:
            instance.save()
            if hasattr(instance, "save_revision"):
                instance.save_revision()
        self._remember(record, instance)

    def _take_offline(self, page: Page) -> None:
        """Unpublish what an earlier folder had online, with the versions in the languages that follow its tree."""
        codes = [language.code for language in LANGUAGES if language.follows_source]
        for version in [page, *page.get_translations().filter(live=True, locale__language_code__in=codes)]:
            version.specific.unpublish()

    def _remember(self, record: Record, instance: models.Model) -> None:
        """Store what became of a record."""
        self.objects[record.id] = instance
        LoadedRecord.objects.update_or_create(
            record_id=record.id,
            defaults={
                "content_type": ContentType.objects.get_for_model(instance),
                "object_id": instance.pk,
                "digest": record.digest,
                "state": _state(instance),
            },
        )
        (self.report.created if record.id in self.new_ids else self.report.updated).append(record.id)

    # --- values ----------------------------------------------------------------------------------------------------

    def _references(self, record: Record) -> References:
        owner = self.records.get(record.source_id, record)
        return References(
            page=self._page_id,
            image=lambda name: self._media_id(owner, "images", name),
            document=lambda name: self._media_id(owner, "files", name),
        )

    def _page_id(self, name: str) -> int:
        record = self.records.get(name)
        if record is not None and record.is_translation:
            raise ValueProblem(f"“{name}” is a translation; name its source “{record.get('translation_of')}”")
        instance = self.objects.get(name)
        if instance is None and name in self.loaded:
            instance = self.loaded[name].object
        if not isinstance(instance, Page):
            raise ValueProblem(f"“{name}” is no page record")
        return instance.pk

    def _media_id(self, record: Record, key: str, name: str) -> int:
        """Return the id of an image or document of a record, made at its first use."""
        entry = next((item for item in record.get(key) or [] if item["id"] == name), None)
        if entry is None:
            raise ValueProblem(f"“{key}” of this record holds no “{name}”")
        full_name = f"{record.id}#{key}:{name}"
        path = record.place.path.parent / entry["file"]
        if not path.resolve().is_relative_to(record.place.path.parent.resolve()):
            raise ValueProblem(f"the file “{entry['file']}” lies outside the record's folder")
        if not path.is_file():
            raise ValueProblem(f"there is no file “{entry['file']}” beside the record")
        digest = hashlib.sha256(path.read_bytes() + repr(sorted(entry.items())).encode()).hexdigest()
        stored = LoadedRecord.objects.filter(record_id=full_name).first()
        if stored is not None and stored.object is not None and stored.digest == digest:
            return stored.object_id
        model = get_image_model() if key == "images" else get_document_model()
        instance = stored.object if stored is not None and stored.object is not None else model()
        instance.title = entry["title"]
        if key == "images":
            instance.credit = entry.get("credit", "")
        with path.open("rb") as opened:
            file_field = instance.file
            try:
                file_field.save(path.name, File(opened), save=False)
            except UnidentifiedImageError as error:
                raise ValueProblem(f"“{entry['file']}” is no image that can be read") from error
            self.written_files.append((file_field.storage, file_field.name))
            if key == "images":
                try:
                    instance.width, instance.height = file_field.width, file_field.height
                except Exception as error:
                    raise ValueProblem(f"“{entry['file']}” is no image that can be read") from error
            instance.file_size = file_field.size
            instance.full_clean(exclude=["collection", "uploaded_by_user", "tags"])
            instance.save()
        LoadedRecord.objects.update_or_create(
            record_id=full_name,
            defaults={
                "content_type": ContentType.objects.get_for_model(instance),
                "object_id": instance.pk,
                "digest": digest,
                "state": _state(instance),
            },
        )
        return instance.pk

    def _set_fields(self, record: Record, instance: models.Model, data: dict[str, object], with_content: bool) -> None:
        """Set the fields of an object from a record's keys; content (what refers to other records) only if asked for."""
        model = instance.__class__
        title_field = "title" if self._has_field(model, "title") else "name"
        setattr(instance, title_field, data["title"])
        if isinstance(instance, Page):
            instance.draft_title = data["title"]
        simple = {"lead": "lead"}
        for key, name in simple.items():
            if key in data:
                self._set(record, instance, key, name, data[key])
        if "date" in data:
            date, precision = _parse_date(data["date"])
            self._set(record, instance, "date", "date", date)
            self._set(record, instance, "date", "date_precision", data.get("date_precision", precision))
        for key, value in (data.get("original") or {}).items():
            if key == "date":
                value, precision = _parse_date(value)
                self._set(record, instance, "original", "original_date_precision", precision)
            self._set(record, instance, "original", f"original_{key}", value)
        menu = data.get("menu") or {}
        for key, name in (("show", "show_in_menus"), ("title", "menu_title"), ("intro", "menu_intro")):
            if key in menu:
                self._set(record, instance, "menu", name, menu[key])
        for name, value in (data.get("fields") or {}).items():
            self._set_own_field(record, instance, name, value, with_content)
        if with_content:
            self._set_content(record, instance, data)

    def _set_content(self, record: Record, instance: models.Model, data: dict[str, object]) -> None:
        for key in ("topics", "regions"):
            if key in data:
                self._require(record, instance, key, key)
                setattr(instance, key, [self.objects.get(name) or self.loaded[name].object for name in data[key]])
        if "sources" in data:
            blocks_ = [{"type": "source", "value": item} for item in data["sources"]]
            self._set_stream(record, instance, "sources", blocks_)
        if "body" in data:
            self._require(record, instance, "body", "body")
            self._set_stream(record, instance, "body", data["body"])
        for item in data.get("images") or []:
            image_id = self._media_id(record, "images", item["id"])
            if item.get("lead"):
                self._set(record, instance, "images", "image_id", image_id)
                for key, name in (("alt", "image_alt"), ("caption", "image_caption")):
                    if key in item and self._has_field(type(instance), name):
                        setattr(instance, name, item[key])
        for item in data.get("files") or []:
            self._media_id(record, "files", item["id"])

    @staticmethod
    def _has_field(model: type[models.Model], name: str) -> bool:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        return True

    def _require(self, record: Record, instance: models.Model, key: str, name: str) -> None:
        if not self._has_field(type(instance), name.removesuffix("_id")):
            raise record.error(f"a {record.get('type')} has no “{key}”")

    def _set(self, record: Record, instance: models.Model, key: str, name: str, value: object) -> None:
        self._require(record, instance, key, name)
        setattr(instance, name, value)

    def _set_stream(self, record: Record, instance: models.Model, name: str, value: object) -> None:
        block = instance._meta.get_field(name).stream_block
        # A translation's blocks get the ids of its source's, so the name of the source makes them.
        owner = record.source_id
        setattr(
            instance, name, block.to_python(StreamValues(owner, self._references(record)).stream(block, value, name))
        )

    def _set_own_field(
        self, record: Record, instance: models.Model, name: str, value: object, with_content: bool
    ) -> None:
        """Set a field of the model that no key stands for."""
        model = type(instance)
        known = {
            field.name
            for field in model._meta.fields
            if field.editable and not (issubclass(model, Page) and field.name in _PAGE_INTERNALS)
        } - _OWN_KEYS
        if name not in known:
            raise record.error(
                f"“fields” names “{name}”, which is no field of {record.get('type')} or has a key of its own"
            )
        model_field = model._meta.get_field(name)
        if isinstance(model_field, StreamField):
            if with_content:
                self._set_stream(record, instance, name, value)
        elif isinstance(model_field, RichTextField):
            if with_content:
                setattr(instance, name, rich_text(value, model_field.features, self._references(record), name))
        elif isinstance(model_field, models.ForeignKey) and issubclass(model_field.related_model, Page):
            if with_content:
                setattr(instance, model_field.attname, self._page_id(value))
        else:
            setattr(instance, name, model_field.to_python(value))

    def _write_redirects(self, record: Record, page: Page) -> None:
        """Let old addresses lead to the page."""
        for address in record.get("redirect_from") or []:
            try:
                old_path = redirects.normalise(address)
            except ValueError as error:
                raise record.error(f"“redirect_from”: “{address}” is no address") from error
            if live := redirects.live_page_at(address):
                raise record.error(f"“redirect_from”: {address} is the address of the page “{live.title}”")
            taken = Redirect.objects.filter(old_path=old_path, site=None).exclude(redirect_page_id=page.pk).first()
            if taken is not None:
                owner = f"the page “{taken.redirect_page.title}”" if taken.redirect_page else f"“{taken.redirect_link}”"
                raise record.error(f"“redirect_from”: {address} leads to {owner} already")
            Redirect.objects.get_or_create(
                old_path=old_path, site=None, defaults={"redirect_page": page, "is_permanent": True}
            )

    # --- the other languages ---------------------------------------------------------------------------------------

    def _translate(self, record: Record) -> None:
        """Write a translation: its texts become wagtail-localize's segments, and it is published."""
        name = record.get("translation_of")
        source_object = self.objects.get(name) or self.loaded[name].object
        if source_object is None:
            raise record.error(f"its source “{name}” was deleted")
        source_object = type(source_object).objects.get(pk=source_object.pk)
        locale = self.locales[record.lang]
        source, _created = TranslationSource.update_or_create_from_instance(source_object)
        Translation.objects.get_or_create(source=source, target_locale=locale)
        translated = source.as_instance()
        try:
            self._set_translated_fields(record, source_object, translated)
            write_translations(source, translated, locale)
        except ValueProblem as error:
            place = self.records[name].place if name in self.records else f"the page “{name}”"
            raise record.error(f"does not match its source {place}: {error}") from error
        publish = bool(getattr(source_object, "live", True))
        # A parent without a translation gets its alias on the way.
        instance, _created = source.create_or_update_translation(
            locale, publish=publish and not isinstance(source_object, Page), copy_parent_pages=True
        )
        if isinstance(instance, Page):
            instance = type(instance).objects.get(pk=instance.pk)
            # The row itself changes when the draft is published (`translation.patches`).
            draft = instance.get_latest_revision_as_object()
            if "slug" in record.data and draft.slug != record.get("slug"):
                draft.slug = record.get("slug")
                draft.save_revision()
            if publish:
                # Published here and not on commit, through a fresh object: a revision that keeps an old picture of the
                # tree would reset its parent's count of children (wagtail-localize#773).
                draft.get_latest_revision().publish()
            instance = type(instance).objects.get(pk=instance.pk)
            self._write_redirects(record, instance)
        self._remember(record, instance)

    def _set_translated_fields(self, record: Record, source_object: models.Model, translated: models.Model) -> None:
        """Set a translation's values on a copy of its source, blocks paired with the source's."""
        translatable = {
            field.field_name for field in type(source_object).translatable_fields if field.is_translated(source_object)
        }
        for name in record.get("fields") or {}:
            if name not in translatable:
                raise ValueProblem(f"“{name}” in “fields” is the same in every language")
        # Texts that the record does not give are absent, not the source's.
        for name in translatable:
            model_field = translated._meta.get_field(name)
            if isinstance(model_field, StreamField):
                setattr(translated, name, model_field.stream_block.to_python([]))
            elif isinstance(model_field, (models.CharField, models.TextField)):
                setattr(translated, name, "")
        self._set_fields(record, translated, record.data, with_content=True)
        for name in translatable:
            model_field = translated._meta.get_field(name)
            if isinstance(model_field, StreamField):
                block = model_field.stream_block
                paired = match_structure(
                    block,
                    list(getattr(source_object, name).raw_data),
                    list(getattr(translated, name).raw_data),
                    name,
                )
                setattr(translated, name, block.to_python(paired))

    def _make_aliases(self, record: Record) -> None:
        """Give a page of the source language an alias in every language that follows its tree and has none yet."""
        page = self.objects.get(record.id)
        if not isinstance(page, Page) or record.is_translation:
            return
        following = Locale.objects.filter(
            pk__in=LocaleSynchronization.objects.filter(sync_from_id=page.locale_id).values("locale_id")
        )
        for locale in following:
            if not Page.objects.filter(translation_key=page.translation_key, locale=locale).exists():
                fresh = type(page).objects.get(pk=page.pk)
                fresh.copy_for_translation(locale, copy_parents=True, alias=True)
