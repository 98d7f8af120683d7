"""Whose dates hold: a version that is being translated goes online and offline with its source.

`go_live_at` and `expire_at` are neither translated nor synchronised by wagtail-localize; each version would keep what it was copied with.
Here a version that follows has no dates of its own: whenever one of its revisions becomes a page again, and whenever its source is
published or scheduled, it has the source's. A version that somebody writes by hand (its translation was stopped, or there never was one)
has the dates that are set on it. Aliases are what their source is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.pages.versions import locales_by_id


def _follows(locale_id: int | None) -> bool:
    locale = locales_by_id().get(locale_id) if locale_id is not None else None
    language = languages_by_code().get(locale.language_code) if locale else None
    return language is not None and language.follows_source and language.code != SOURCE_LANGUAGE


def source_of(page: Page) -> Page | None:
    """Return the page whose dates hold for a translation; None of sources, aliases, and what is written by hand."""
    if page.alias_of_id is not None or not _follows(page.locale_id):
        return None
    if not _is_translated(page):
        return None
    return Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()


def _is_translated(page: Page) -> bool:
    translations = Translation.objects.filter(source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True)
    return translations.exclude(source__locale_id=page.locale_id).exists()


def is_planned(page: Page) -> bool:
    """Return whether a page goes online at a time that is still to come."""
    return bool(
        page.go_live_at
        and page.go_live_at > timezone.now()
        and Revision.page_revisions.filter(object_id=str(page.pk), approved_go_live_at__isnull=False).exists()
    )


def take_dates(page: Page) -> None:
    """Give a page the dates of its source, if it follows one; nothing is saved.

    What somebody publishes while the source is offline is online at once and stays: the source's time was called off, or is over.
    """
    if (source := source_of(page)) is None:
        return
    page.go_live_at, page.expire_at = source.go_live_at, source.expire_at
    if not source.live:
        if not is_planned(source):
            page.go_live_at = None
        if page.expire_at is not None and page.expire_at <= timezone.now():
            page.expire_at = None


def has_own_expiry(page: Page) -> bool:
    """Return whether somebody has set the day on which a version goes offline, and it is still to come."""
    return page.expire_at is not None and page.expire_at > timezone.now() and page.alias_of_id is None and source_of(page) is None


def follow(source: Page) -> None:
    """Let the translations of a page go online and offline when it does: it was published, or its time was set."""
    if source.locale.language_code != SOURCE_LANGUAGE:
        return
    versions = Page.objects.filter(translation_key=source.translation_key, alias_of=None).exclude(pk=source.pk)
    following = [page.pk for page in versions if source_of(page) is not None]
    if not following:
        return
    changed = Page.objects.filter(~Q(go_live_at=source.go_live_at) | ~Q(expire_at=source.expire_at), pk__in=following)
    changed.update(go_live_at=source.go_live_at, expire_at=source.expire_at)
    waiting = Revision.page_revisions.filter(object_id__in=map(str, following), approved_go_live_at__isnull=False)
    now = timezone.now()
    waiting.update(approved_go_live_at=now if source.live or source.go_live_at is None else max(source.go_live_at, now))


def is_over(page: Page) -> bool:
    """Return whether a translation that waits for its time need not go online any more: it is offline with its source for good."""
    source = source_of(page)
    return source is not None and not source.live and source.expire_at is not None and source.expire_at <= timezone.now()


def check_source(page: Page) -> None:
    """Refuse to put a translation online by machine while its source is offline.

    Raises:
        ValidationError: it is.
    """
    source = source_of(page)
    if source is not None and not source.live:
        raise ValidationError(pgettext("admin", "The German page is not online: it was taken off, or its time was cancelled."))


class SourceOfflineError(ValidationError):
    """A person is about to put `page` online while its German page is not, and was not asked yet.

    The German page is not named: whoever works on the translation alone may not see it any more.
    """

    def __init__(self, page: Page) -> None:
        super().__init__(pgettext("admin", "Its German page is not online."))
        self.page = page


_asks: ContextVar[bool] = ContextVar("asks_about_source", default=False)


@contextmanager
def asking(asks: bool) -> Iterator[None]:
    """Let what is published in this block by people be asked about, or not any more."""
    token = _asks.set(asks)
    try:
        yield
    finally:
        _asks.reset(token)


def would_be_alone(page: Page) -> bool:
    """Return whether a version would go online alone: its source is offline, and nothing is planned for that."""
    if page.live or not _follows(page.locale_id) or (page.alias_of_id is not None and not _is_translated(page)):
        return False
    source = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
    return source is not None and not source.live and not is_planned(source)


def ask_about_source(page: Page) -> None:
    """Ask a person who publishes a version whose source is offline; programs and who answered already are not asked.

    Raises:
        SourceOfflineError: the question, for `translation.middleware`.
    """
    if _asks.get() and would_be_alone(page):
        raise SourceOfflineError(page)
