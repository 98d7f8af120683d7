"""What happens to a German page happens to its versions in the languages that follow its tree.

Aliases and translations that were submitted but never finished show the German page, so they follow it always: they move, are
reordered, go offline, get its slug, are deleted with it. Translations that were finished follow by default; whoever works in
the admin is asked (`translation.views.pages`), and the choice is logged. Languages with a tree of their own are left alone.

All of it hangs on signals: it holds for the admin, its bulk actions, the API and for code alike. Wagtail's own hook for this
(`construct_translated_pages_to_cascade_actions`) serves three screens only, and can ask nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from wagtail.log_actions import log
from wagtail.models import Locale, Page
from wagtail.signals import copy_for_translation_done
from wagtail_localize.models import LocaleSynchronization

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.slugs import available_slug
from portal.pages import restrictions
from portal.pages.schedules import has_own_expiry
from portal.pages.versions import has_own_slug, locales_by_id, once_finished, was_finished

ALL, SOURCE_ONLY = "all", "source"
LOG_ACTION = "translation.cascade"
TAKEN_OFF = "translation.taken_off"

_choice: ContextVar[str] = ContextVar("cascade_choice", default=ALL)


@contextmanager
def chosen(choice: str | None) -> Iterator[None]:
    """Let what happens to German pages in this block happen to their finished translations too (`ALL`), or not."""
    token = _choice.set(SOURCE_ONLY if choice == SOURCE_ONLY else ALL)
    try:
        yield
    finally:
        _choice.reset(token)


def following_locales(locale_id: int) -> QuerySet[Locale]:
    """Return the locales whose tree follows that of a locale."""
    return Locale.objects.filter(
        pk__in=LocaleSynchronization.objects.filter(sync_from_id=locale_id).values("locale_id")
    ).order_by("pk")


def followers(page: Page) -> list[Page]:
    """Return the versions of a page in the languages that follow its tree, whatever their state. One query."""
    return list(
        Page.objects.filter(
            translation_key=page.translation_key, locale_id__in=following_locales(page.locale_id).values("pk")
        )
        .select_related("published_version", "locale")
        .order_by("locale_id")
    )


def finished_translations(page: Page, *, with_subtree: bool = False) -> list[Page]:
    """Return the finished translations of a page, and on demand of those below it: what an editor is asked about."""
    if not (pages := followers(page)):
        return []
    wanted = Q(pk__in=[other.pk for other in pages])
    if with_subtree:
        wanted |= Q(
            translation_key__in=page.get_descendants().values("translation_key"),
            locale_id__in=[other.locale_id for other in pages],
        )
        for other in pages:
            # What was written there by hand would go along as well.
            wanted |= Q(path__startswith=other.path)
    return list(
        once_finished(Page.objects.filter(wanted))
        .select_related("locale")
        .order_by("locale_id", "path")
    )


def _affected(action: str, page: Page, pages: Iterable[Page], translations: Iterable[Page] | None = None) -> list[Page]:
    """Return those of a page's followers that go the same way now; log the choice where there was one to make."""
    pages = list(pages)
    finished = [other for other in pages if was_finished(other)]
    asked_about = finished if translations is None else list(translations)
    if asked_about:
        log(
            instance=page,
            action=LOG_ACTION,
            data={
                "action": action,
                "choice": _choice.get(),
                "pages": [
                    {"id": other.pk, "title": other.title, "language": other.locale.language_code}
                    for other in asked_about
                ],
            },
        )
    return pages if _choice.get() == ALL else [other for other in pages if other not in finished]


# --- moving ------------------------------------------------------------------------------------------------------------


def counterpart(page: Page, locale: Locale) -> Page:
    """Return the version of a page in a language that follows its tree; an alias is made where there is none."""
    return page.get_translation_or_none(locale) or page.specific.copy_for_translation(
        locale, copy_parents=True, alias=True
    )


def make_followers(page: Page) -> None:
    """Give a page and all that is below it an alias in each language that follows its tree and has none."""
    locales = list(following_locales(page.locale_id))
    for source in Page.objects.filter(path__startswith=page.path).order_by("path") if locales else ():
        for locale in locales:
            counterpart(source, locale)


def place(page: Page, source: Page) -> bool:
    """Put a page where its source stands: below the same parent, in the same order; return whether it moved.

    Home pages stand side by side and have no place to keep.
    """
    if source.depth <= 2:
        return False
    source_parent = source.get_parent()
    parent = counterpart(source_parent, page.locale)
    order = list(source_parent.get_children().values_list("translation_key", flat=True))
    siblings = {other.translation_key: other for other in parent.get_children()}
    known = [key for key in siblings if key in order]
    position = order.index(source.translation_key)
    before = next((key for key in reversed(order[:position]) if key in siblings), None)
    after = next((key for key in order[position + 1 :] if key in siblings), None)
    if page.translation_key in siblings:
        at = known.index(page.translation_key)
        if (known[at - 1] if at else None) == before:
            return False
    else:
        free_slug(page, parent)
    if before is not None:
        page.move(siblings[before], pos="right")
    elif after is not None:
        page.move(siblings[after], pos="left")
    else:
        page.move(parent, pos="last-child")
    return True


def free_slug(page: Page, parent: Page) -> None:
    """Give a page a slug that is free below its next parent: its source's may be a translation's there.

    In the row alone: the move that follows makes the addresses.
    """
    slug = available_slug(parent, page.slug)
    if slug != page.slug:
        Page.objects.filter(pk=page.pk).update(slug=slug)
        page.slug = slug


@receiver(copy_for_translation_done, dispatch_uid="translation.cascades.copy")
def place_copy(sender: type, source_obj: object, target_obj: object, **kwargs: object) -> None:
    """Put a new alias or translation, which Wagtail appends, where its source stands among the others."""
    if (
        isinstance(target_obj, Page)
        and following_locales(source_obj.locale_id).filter(pk=target_obj.locale_id).exists()
    ):
        place(target_obj, source_obj)


@changes.receiver(Event.MOVED, order=Order.LANGUAGES)
def move_followers(change: Change) -> None:
    """Move a page's followers, or reorder them: their order is always that of the source."""
    instance = change.subject
    parent_page_before, parent_page_after = change.details["parent_page_before"], change.details["parent_page_after"]
    if parent_page_after.locale_id != instance.locale_id and not parent_page_after.is_root():
        return
    pages = followers(instance)
    if parent_page_before.pk == parent_page_after.pk:
        # What stands elsewhere was kept there by choice.
        pages = [page for page in pages if page.get_parent().translation_key == parent_page_after.translation_key]
    else:
        pages = _affected("move", instance, pages)
    with transaction.atomic():
        for page in pages:
            place(page, instance)


# --- unpublishing ------------------------------------------------------------------------------------------------------


def take_off(page: Page, *, expired: bool) -> None:
    """Unpublish a version with its source, and remember which of its revisions was online."""
    revision = page.live_revision
    page.specific.unpublish(set_expired=expired, log_action=False)
    log(instance=page, action=TAKEN_OFF, revision=revision)


@changes.receiver(Event.UNPUBLISHED, order=Order.LANGUAGES)
def unpublish_followers(change: Change) -> None:
    """Unpublish a page's followers. When it is published again, they come back (`translation.returning`).

    A page that expired leaves those online that somebody gave a later end of their own (`portal.pages.schedules`).
    """
    instance = change.subject
    if Page.objects.filter(pk=instance.pk, live=True).exists():
        # It is about to be deleted: Wagtail says so of pages that it deletes, without writing it.
        return
    pages = [page for page in followers(instance) if page.live]
    if instance.expired:
        pages = [page for page in pages if not has_own_expiry(page)]
    for page in _affected("unpublish", instance, pages):
        take_off(page, expired=instance.expired)


# --- deleting ----------------------------------------------------------------------------------------------------------


@changes.receiver(Event.DELETING, order=Order.LANGUAGES)
def delete_followers(change: Change) -> None:
    """Delete a page's followers and all its aliases, wherever they are.

    A translation that is kept and stands below a page that goes moves up to the next one that stays. Asked at the database and
    not at `Page.delete`, which deletions of whole querysets pass by.
    """
    instance = change.subject
    pages = {page.pk: page for page in followers(instance)}
    translations = finished_translations(instance, with_subtree=True) if pages else []
    if _choice.get() == SOURCE_ONLY and restrictions.restricted_paths():
        _keep_private(translations, instance)
    pages |= {page.pk: page for page in Page.objects.filter(alias_of_id=instance.pk).select_related("locale")}
    for page in _affected("delete", instance, pages.values(), translations):
        remove(page, keep=_choice.get() == SOURCE_ONLY)


def _keep_private(translations: Iterable[Page], source: Page) -> None:
    """Let translations that are kept stay as private as they are when the pages that they follow go."""
    keys = list(Page.objects.filter(path__startswith=source.path).values_list("translation_key", flat=True))
    for page in translations:
        parent = page.get_ancestors().exclude(translation_key__in=keys).last()
        restrictions.make_own(page, restrictions.binding(page), parent)


def remove(page: Page, *, keep: bool) -> None:
    """Delete a page and what is below it; with `keep`, finished translations below it move up instead."""
    page = Page.objects.filter(pk=page.pk).first()
    if page is None:
        # It went with a page above it.
        return
    if keep:
        parent = page.get_parent()
        while kept := (
            once_finished(page.get_descendants()).first()
        ):
            free_slug(kept, parent)
            kept.move(parent, pos="last-child")
            page.refresh_from_db()
            parent.refresh_from_db()
    page.delete()


# --- addresses ---------------------------------------------------------------------------------------------------------


def source_slug(source: Page, locale_id: int) -> str:
    """Return the slug that an alias of a page has in another language: the same, with the language's code on home pages."""
    return f"{source.slug}-{locales_by_id()[locale_id].language_code}" if source.depth == 2 else source.slug


def take_slug(page: Page, slug: str) -> bool:
    """Give a page a slug, with a number behind it where a sibling has it; return whether it changed."""
    slug = available_slug(page.get_parent(), slug, page.pk)
    if slug == page.slug:
        return False
    page.slug = slug
    page.save(clean=False)
    return True


@changes.receiver(Event.RENAMED, order=Order.LANGUAGES)
def follow_slug(change: Change) -> None:
    """Give a page's aliases its new slug, and translations that were begun if they still had the old one.

    What was once published in its language keeps the slug that it got there, even as an alias.
    """
    instance, instance_before = change.subject, change.details["instance_before"]
    for page in followers(instance):
        if not has_own_slug(page) and (page.alias_of_id or page.slug == source_slug(instance_before, page.locale_id)):
            take_slug(page, source_slug(instance, page.locale_id))
