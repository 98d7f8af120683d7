"""Pages that are not there yet, written together.

Wagtail saves a page, its revision, and the page once more to publish it, and asks about its place in the tree, its aliases and its
history each time. Of a page that nobody has seen all that is known beforehand: here its row is written once, then the revisions,
the history and what follows from a publication of all pages together. The rows are those that Wagtail would have written
(`tests/portal/records/test_bulk.py`). What is there already is changed in Wagtail's own way, with its signals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F, Model, prefetch_related_objects
from django.utils import timezone
from modelcluster.models import ClusterableModel
from wagtail import hooks
from wagtail.contrib.redirects.models import Redirect
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, PageLogEntry, Revision, Site

from portal import changes
from portal.blocks import anchors
from portal.facts import shown
from portal.models import BasePage, PublishedVersion, publication
from portal.pages import redirects
from portal.upstream.treebeard import path_after

from .segments import BATCH, batches, insert, relations


class NewPages:
    """The new pages of one load."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self._pages: dict[int, Page] = {}
        self._places: dict[object, Page | None] = {}
        self._versions: dict[UUID, dict[int, Page]] = {}
        self._last: dict[int, str] = {}
        self._published: list[Page] = []
        self._history: list[PageLogEntry] = []
        self._links: dict[type[Model], list[Model]] = defaultdict(list)

    def __contains__(self, page: Page) -> bool:
        return page.pk in self._pages

    # --- places in the tree ----------------------------------------------------------------------------------------

    def place(self, **of_page: object) -> Any:
        """Return the row of one page as it stands in the tree now, read once."""
        key = tuple(of_page.items())
        if key not in self._places:
            self._places[key] = Page.objects.filter(**of_page).first()
            if (page := self._places[key]) is not None:
                # The same row, whatever it was asked by.
                self._places[key] = self._places.setdefault(page.pk, page)
        return self._places[key]

    def version(self, page: Page, locale: Locale) -> Page | None:
        """Return the row of a page in another language; those of all its languages are read at once."""
        if page.translation_key not in self._versions:
            rows = Page.objects.filter(translation_key=page.translation_key)
            # The same row, whatever it was asked by.
            self._versions[page.translation_key] = {row.locale_id: self._places.setdefault(row.pk, row) or row for row in rows}
        return self._versions[page.translation_key].get(locale.pk)

    def forget_places(self) -> None:
        """Read all places again: somebody else has written to the tree."""
        self._places.clear()
        self._versions.clear()
        self._last.clear()

    def insert(self, page: Page, parent: Page, check: Callable[[], None] = lambda: None) -> None:
        """Insert a page below the last child of another one; `check` is called once it has its place.

        Raises:
            ValidationError: by `check`; nothing is inserted.
        """
        if (last := self._last.get(parent.pk)) is None:
            children = Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1)
            last = children.order_by("-path").values_list("path", flat=True).first() or ""
        page.depth, page.numchild = parent.depth + 1, 0
        page.path = path_after(parent, last)
        page._cached_parent_obj = parent
        check()
        page.set_url_path(parent)
        self._save(page, force_insert=True)
        Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
        parent.numchild += 1
        self._last[parent.pk] = page.path
        self._pages[page.pk] = page
        if (versions := self._versions.get(page.translation_key)) is not None:
            # It was not there when they were read. The page itself is somebody's; this is its row.
            row = Page(**{field.attname: getattr(page, field.attname) for field in Page._meta.concrete_fields})
            row._state.adding = False
            versions[page.locale_id] = self._places[page.pk] = row
        self._log(page, "wagtail.create", content_changed=True)

    # --- kinds of new pages ----------------------------------------------------------------------------------------

    def insert_translation(self, page: Page, source: Page, parent: Page) -> None:
        """Insert a version of a page in another language and publish it with the others.

        Raises:
            ValidationError: it is not valid.
        """
        page.draft_title = page.title
        self._go_live(page)
        self.insert(page, parent, page.full_clean)
        self._log(page, "wagtail.copy_for_translation", data=self._origin(page, source, parent, with_locales=True))
        self._published.append(page)

    def insert_alias(self, alias: Page, source: Page, parent: Page, locale: Locale) -> None:
        """Insert an alias of a page in another language."""
        slug = source.slug if parent.depth > 1 else f"{source.slug}-{locale.language_code}"
        alias.slug = find_available_slug(parent, slug)
        self.insert(alias, parent)
        self._log(alias, "wagtail.create_alias", data=self._origin(alias, source, parent))

    def write(self, page: Page, publish: bool) -> None:
        """Write the whole content of a page that was inserted without it. It is published with the others, or stays in its revision.

        Raises:
            ValidationError: it is not valid.
        """
        page.full_clean()
        page.draft_title = page.title
        self._log(page, "wagtail.edit", content_changed=True)
        if publish:
            self._go_live(page)
            self._save(page)
        else:
            page.has_unpublished_changes, page.latest_revision_created_at = True, self.now
            names = ("draft_title", "has_unpublished_changes", "latest_revision_created_at")
            Page.objects.filter(pk=page.pk).update(**{name: getattr(page, name) for name in names})
        self._published.append(page)

    def _save(self, page: Page, **options: bool) -> None:
        """Save a page's rows. What it is linked with many to many is put off: it would be compared with what there is, which is nothing."""
        related = page.__dict__.get("_cluster_related_objects", {})
        linked = [(link, dict.fromkeys(related.pop(link.name, ()))) for link in page._meta.many_to_many]
        ClusterableModel.save(page, **options)
        for link, others in linked:
            through = link.remote_field.through
            names = link.m2m_field_name(), link.m2m_reverse_field_name()
            self._links[through] += [through(**dict(zip(names, (page, other), strict=True))) for other in others]

    def _go_live(self, page: Page) -> None:
        page.live, page.has_unpublished_changes = True, False
        page.first_published_at = page.last_published_at = page.latest_revision_created_at = self.now

    def _version(self, page: Page) -> PublishedVersion:
        kept = anchors.stored(page, {}, publication.anchors_of_source(page) or {})
        title_language = page.title_language if isinstance(page, BasePage) else ""
        return PublishedVersion(page_id=page.pk, completed_at=self.now, anchors=kept, title_language=title_language)

    # --- what follows ----------------------------------------------------------------------------------------------

    def publish(self) -> list[Page]:
        """Write revisions and history of all pages written since, and what follows from their publication; return them."""
        pages, self._published = self._published, []
        for through, links in self._links.items():
            through._default_manager.bulk_create(links, batch_size=BATCH)
        self._links.clear()
        by_type: dict[type[Page], list[Page]] = defaultdict(list)
        for page in pages:
            by_type[type(page)].append(page)
        for model, group in by_type.items():
            prefetch_related_objects(group, *relations(model))
        revisions = insert(Revision, [self._revision(page) for page in pages])
        of_page = dict(zip((page.pk for page in pages), revisions, strict=True))
        live = [page for page in pages if page.live]
        for page in pages:
            page.latest_revision = of_page[page.pk]
            page.live_revision = of_page[page.pk] if page.live else None
            if page.live:
                self._log(page, "wagtail.publish", content_changed=True)
        Page.objects.bulk_update(pages, ["latest_revision", "live_revision"], batch_size=50)
        for entry in self._history:
            # The creation of a page comes before its content.
            if entry.action in ("wagtail.edit", "wagtail.publish"):
                entry.revision = of_page[entry.page_id]
        insert(PageLogEntry, self._history)
        self._history = []
        with shown.held():
            versions = [self._version(page) for page in live]
        insert(PublishedVersion, versions)
        for batch in batches(redirects.path_of(page.url_path, page.locale_id) for page in live):
            Redirect.objects.filter(old_path__in=batch).delete()
        Site.clear_site_root_paths_cache()
        if live:
            changes.announce(changes.EVERYTHING)
        # Apps that keep rows of their own about pages.
        for pages_written in hooks.get_hooks("pages_written"):
            pages_written(live)
        return pages

    def _revision(self, page: Page) -> Revision:
        return Revision(
            content_object=page,
            base_content_type=page.get_base_content_type(),
            created_at=self.now,
            content=page.serializable_data(),
            object_str=str(page),
        )

    def _log(self, page: Page, action: str, data: dict[str, Any] | None = None, content_changed: bool = False) -> None:
        self._history.append(
            PageLogEntry(
                page=page,
                content_type=page.cached_content_type,
                label=page.get_admin_display_title(),
                action=action,
                timestamp=timezone.now(),
                data=data or {},
                content_changed=content_changed,
            )
        )

    def _origin(self, page: Page, source: Page, parent: Page, with_locales: bool = False) -> dict[str, Any]:
        """Return what the history says of a page that was made from one in another language."""
        source_parent = self.place(path=source.path[: -Page.steplen])
        data: dict[str, Any] = {
            "page": {"id": page.pk, "title": page.get_admin_display_title()},
            "source": {"id": source_parent.pk, "title": source_parent.specific_deferred.get_admin_display_title()},
            "destination": {"id": parent.pk, "title": parent.specific_deferred.get_admin_display_title()},
        }
        if with_locales:
            data["page"] |= {"locale": {"id": page.locale_id, "language_code": page.locale.language_code}}
            data["keep_live"] = False
            data["source_locale"] = {"id": source.locale_id, "language_code": source.locale.language_code}
        return data

