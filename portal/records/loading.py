"""Records to pages and snippets: idempotent, all or nothing.

The way of a load: check every record against the others; create the pages of the source language in the order of the
tree (so that all ids are known); write their content and publish them; then make the other languages, from a record where
there is one, else as an alias.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation as django_translation
from wagtail.models import Page, Site

from portal.facts import shown
from portal.language.languages import SOURCE_LANGUAGE
from portal.language.locales import set_up_locales
from portal.models import DeclinedRecord, LoadedRecord

from . import retyping
from .addresses import write_redirects
from .checking import RecordSet
from .errors import LoadError, RecordError
from .fields import Fields
from .files import Files
from .indexing import indexed_together
from .new_pages import NewPages
from .objects import Objects, Report
from .pairing import validation_reasons
from .reading import Record, read
from .translating import Translations
from .values import ValueProblem


def load(
    path: Path,
    overwrite: bool = False,
    dry_run: bool = False,
    without_index: bool = False,
    progress: Callable[[str], None] = lambda line: None,
) -> Report:
    """Load the records of a folder or file and return what was done.

    With `overwrite`, objects that people have changed since the last load get a new revision too. With `dry_run`
    everything is done and then taken back. With `without_index` the search index is left to whoever makes all of it afterwards.

    Raises:
        LoadError: records are wrong; nothing of this load was written.
    """
    records = read(path)
    progress(f"Read {len(records)} records.")
    loader = _Loader(records, overwrite, progress)
    try:
        with transaction.atomic(), django_translation.override(SOURCE_LANGUAGE):
            with indexed_together(without_index):
                loader.run()
            if dry_run:
                transaction.set_rollback(True)
    except BaseException:
        loader.files.remove()
        raise
    if dry_run:
        loader.files.remove()
    return loader.objects.report


class _Loader:
    """One load."""

    def __init__(self, records: list[Record], overwrite: bool, progress: Callable[[str], None]) -> None:
        self.set = RecordSet(records, LoadedRecord.objects.in_bulk(field_name="record_id"))
        self.records = self.set.records
        self.overwrite = overwrite
        self.progress = progress
        self.errors: list[RecordError] = []
        self.objects = Objects(self.set)
        self.files = Files()
        self.fields = Fields(self.objects, self.files)
        self.pages = NewPages()
        self._new: list[tuple[Record, Page]] = []
        self._declined: list[Record] = []
        self._parents: dict[int, Page] = {}
        self._siblings: dict[tuple[str | None, str], list[Record]] = defaultdict(list)
        self.done = self.total = 0

    # --- the way of a load -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Load all records; raise `LoadError` with all that is wrong."""
        self.locales = set_up_locales()
        self.translations = Translations(self.objects, self.fields, self.pages, self.locales)
        self._each(list(self.records.values()), self.set.check_references)
        self._stop_on_errors()
        sources = [record for record in self.records.values() if not record.is_translation]
        # A page written by hand in its own tree shares the translation key of its German page, which comes first.
        self._each(sources, lambda record: retyping.fit(record, self.set))
        self._stop_on_errors()
        sources.sort(key=lambda record: record.lang != SOURCE_LANGUAGE)
        for record in sources:
            self._siblings[record.get("parent"), record.lang].append(record)
        sources = self.set.in_tree_order(sources)
        translations = [record for record in self.records.values() if record.is_translation]
        changed = [record for record in sources if self.objects.needs_work(record, self.overwrite)]
        self.progress(f"Creating {sum(1 for record in changed if record.id not in self.objects)} pages and snippets.")
        self._each(changed, self._create)
        self._stop_on_errors()
        self.progress(f"Writing {len(changed)} in the source language.")
        self._begin(len(changed))
        self._each(changed, self._write)
        self._stop_on_errors()
        self.pages.publish()
        self._remember(self._new)
        by_source: dict[str, list[Record]] = defaultdict(list)
        todo = [record for record in translations if self.objects.needs_work(record, self.overwrite)]
        self.progress(f"Writing {len(todo)} translations.")
        self._begin(len(todo))
        self.errors += self.translations.write_sources(todo)
        self._stop_on_errors()
        with shown.held():
            self._each(todo, self._pair)
        self._stop_on_errors()
        todo = [record for record in todo if record.id not in self.objects.report.left_alone]
        self.translations.write_texts(todo)
        for record in todo:
            by_source[record.get("translation_of")].append(record)
        # Parents before children, in every language: a translation needs its parent's. What is changed or new follows in the order
        # of its source, which has an alias wherever it has no translation.
        named = {record.id for record in changed} | {record.get("translation_of") for record in translations}
        for source in self.set.in_tree_order([record for record in sources if record.id in named]):
            self._each(by_source.pop(source.id, []), self.translations.write)
            self._each([source], self.translations.make_aliases)
        for outside in by_source.values():
            self._each(outside, self.translations.write)
        self._stop_on_errors()
        self._remember(self.translations.finish())
        self.objects.store()
        self._note_declined()

    def _pair(self, record: Record) -> None:
        """Pair a translation with its source; one that no longer fits what a person has made of its source is left alone with it."""
        try:
            self.translations.pair(record)
        except RecordError:
            if record.get("translation_of") not in self.objects.report.left_alone:
                raise
            self.objects.report.left_alone.append(record.id)
            self._declined.append(record)

    def _note_declined(self) -> None:
        """Note which translations no longer fit what people have made of their sources, until a newer one comes."""
        DeclinedRecord.objects.filter(record_id__in=self.records).delete()
        DeclinedRecord.objects.bulk_create(DeclinedRecord(record_id=record.id, digest=record.digest) for record in self._declined)

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
            if work in (self._write, self._pair):
                self._count()
            try:
                work(record)
            except RecordError as error:
                self.errors.append(error)
            except ValueProblem as error:
                self.errors.append(record.error(str(error)))
            except ValidationError as error:
                self.errors.append(record.error(validation_reasons(error)))

    def _remember(self, new: list[tuple[Record, Page]]) -> None:
        """Let old addresses lead to new pages, now that they are online, and remember what became of their records."""
        pages = {record.id: page for record, page in new}
        self._each([record for record, _page in new], lambda record: write_redirects(record, pages[record.id]))
        self._stop_on_errors()
        for record, page in new:
            self.objects.remember(record, page)

    def _stop_on_errors(self) -> None:
        if self.errors:
            raise LoadError(self.errors)

    # --- the source language ---------------------------------------------------------------------------------------

    def _create(self, record: Record) -> None:
        """Create a page or snippet without its content, so that others can refer to it."""
        if record.id in self.objects:
            return
        model = self.set.model(record)
        locale = self.locales[record.lang]
        if not issubclass(model, Page):
            instance = model(locale=locale, **self.objects.translation_key(record))
            self.fields.set(record, instance, record.data, with_content=False)
            self.fields.require_values(record, instance)
            instance.full_clean()
            instance.save()
            self.objects[record.id] = instance
            return
        page = model(locale=locale, live=False, slug=record.get("slug", ""), **self.objects.translation_key(record))
        self.fields.set(record, page, record.data, with_content=False)
        self.fields.require_values(record, page)
        parent = self._parent(record, model)
        later = self._first_later_sibling(record, parent)
        if later is not None:
            later.add_sibling(pos="left", instance=page)
            # Those behind it have other places now.
            self._parents.clear()
            self.pages.forget_places()
        else:
            self.pages.insert(page, self.pages.place(pk=parent.pk), page.minimal_clean)
            # One without children is not asked for any.
            parent.numchild += 1
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
        instance = self.objects.get(name)
        if not isinstance(instance, Page):
            raise record.error(f"the parent “{name}” is no page any more")
        if (parent := self._parents.get(instance.pk)) is None:
            parent = self._parents[instance.pk] = type(instance).objects.get(pk=instance.pk)
        if model not in parent.allowed_subpage_models():
            raise record.error(f"a {record.get('type')} may not lie below a {parent._meta.label} (“{name}”)")
        if not model.can_create_at(parent):
            raise record.error(f"there may be no further {record.get('type')} below “{name}”")
        return parent

    def _first_later_sibling(self, record: Record, parent: Page) -> Page | None:
        """Return the sibling, loaded before, in front of which the page belongs; None puts it last."""
        key = self.set.sibling_key(record)
        siblings = [
            other
            for other in self._siblings[record.get("parent"), record.lang]
            if other.id in self.objects and self.set.sibling_key(other) > key
        ]
        if not siblings or not isinstance(self.objects.get(siblings[0].id), Page):
            return None
        first = min(siblings, key=self.set.sibling_key)
        return Page.objects.filter(pk=self.objects.get(first.id).pk).child_of(parent).first()

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
        instance = self.objects.get(record.id)
        if isinstance(instance, Page):
            # Children were added since: the tree's own figures are in the database only.
            instance = instance.__class__.objects.get(pk=instance.pk)
            if "slug" in record.data:
                instance.slug = record.get("slug")
        self.fields.set(record, instance, record.data, with_content=True)
        if isinstance(instance, Page) and instance in self.pages:
            self.pages.write(instance, publish=record.get("live", True))
            self._new.append((record, instance))
            return
        self._save(record, instance)
        if isinstance(instance, Page):
            write_redirects(record, instance)

    def _save(self, record: Record, instance: models.Model) -> None:
        """Save an object with a revision, publish it if it is to be live, and remember the record."""
        instance.full_clean()
        if isinstance(instance, Page):
            revision = instance.save_revision(log_action=True)
            if record.get("live", True):
                revision.publish()
            elif instance.live:
                # Its versions go along, and come back with it (`translation.returning`).
                instance.unpublish()
            instance.refresh_from_db()
        else:
            instance.save()
            if hasattr(instance, "save_revision"):
                instance.save_revision()
        self.objects.remember(record, instance)
