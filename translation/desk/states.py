"""In which state a version is: asked of wagtail-localize's and Wagtail's own rows, never stored beside them.

What is stored is what no row of theirs knows: which texts of the source a version is true to (`SourceTexts`), and since when the
source says something else (`PublishedVersion.source_changed_at`). Both are written when something is published, by `store`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, WorkflowState
from wagtail_localize.models import StringTranslation, Translation

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import PublishedVersion
from portal.pages import versions
from translation.permissions import translation_into

from . import texts, withdrawing
from .cells import State as State
from .effects import Effect, is_small
from .models import ChangeEffect, SourceTexts


def _in_workflow(status: str) -> Q:
    """Return the condition that a page is so far in its workflow. The database looks for such pages once, and not for each page anew."""
    states = WorkflowState.objects.filter(base_content_type=ContentType.objects.get_for_model(Page), status=status)
    return Q(pk__in=states.order_by().annotate(of_page=Cast("object_id", IntegerField())).values("of_page"))


def in_review(pages: QuerySet) -> QuerySet:
    """Return those of versions that wait for a review. No further query."""
    return pages.filter(_in_workflow(WorkflowState.STATUS_IN_PROGRESS))


def with_reviews(pages: QuerySet) -> QuerySet:
    """Annotate versions with whether they wait for a review (`is_in_review`). No further query."""
    waits = ExpressionWrapper(_in_workflow(WorkflowState.STATUS_IN_PROGRESS), output_field=BooleanField())
    return pages.annotate(is_in_review=waits)


def sent_back(pages: QuerySet) -> QuerySet:
    """Return those of versions that a reviewer sent back, and that were not submitted again. No further query."""
    return pages.filter(_in_workflow(WorkflowState.STATUS_NEEDS_CHANGES))


def is_ordered() -> Exists:
    """Return the condition that a version is handed over to be translated text by text."""
    same = {"source__object_id": OuterRef("translation_key"), "target_locale_id": OuterRef("locale_id")}
    return Exists(Translation.objects.filter(**same, enabled=True))


def with_states(pages: QuerySet, *, tells_begun: bool = True) -> QuerySet:
    """Annotate versions in other languages than the source with their `state`. No further query.

    Args:
        tells_begun: whether what is in work, text by text, is told from what is ordered; to look for a text of each takes most of the time.
    """
    waits = _in_workflow(WorkflowState.STATUS_IN_PROGRESS)
    handed: Value | Case = Value(State.ORDERED)
    if tells_begun:
        begun = StringTranslation.objects.filter(context__object_id=OuterRef("translation_key"), locale_id=OuterRef("locale_id"))
        # Of one text, looked up: to ask whether there is any, PostgreSQL would read all translations of the portal.
        pages = pages.alias(begun=Subquery(begun.exclude(data="").values("pk")[:1]))
        handed = Case(When(begun__isnull=False, then=Value(State.IN_WORK)), default=handed)
    finished = Q(alias_of=None, published_version__completed_at__isnull=False)
    return pages.annotate(
        state=Case(
            When(alias_of=None, live=True, published_version__withdrawn_at__isnull=False, then=Value(State.WITHDRAWN)),
            When(waits, then=Value(State.IN_REVIEW)),
            When(finished & Q(live=False), then=Value(State.OFFLINE)),
            When(finished & Q(published_version__source_changed_at__isnull=False), then=Value(State.OUT_OF_DATE)),
            When(finished, then=Value(State.TRANSLATED)),
            When(is_ordered(), then=handed),
            When(alias_of__isnull=False, then=Value(State.ALIAS)),
            default=Value(State.IN_WORK),
            output_field=CharField(),
        )
    )


@transaction.atomic
def store(pages: Iterable[Page], effect: Effect = Effect.BY_CHANGE) -> None:
    """Store what published pages are true to: of versions which texts they say, of sources since when versions say something else.

    A translation is true to the texts that its translator was given. What was written by hand is true to the source as it was
    when it was first published; that it still is, or is again, a person says (`confirm`).

    Args:
        effect: what the change of the sources among the pages means for their versions.
    """
    published = {page.pk for page in pages}
    rows = Page.objects.filter(translation_key__in={page.translation_key for page in pages}, alias_of=None)
    by_key: dict[UUID, list[Page]] = defaultdict(list)
    for row in rows.select_related("published_version", "source_texts", "locale").order_by("pk"):
        by_key[row.translation_key].append(row)
    sources = {key: source for key, found in by_key.items() if (source := next(filter(_is_source, found), None)) is not None}
    written = [row for key, found in by_key.items() for row in found if key in sources and not _is_source(row) and _has_text(row)]
    finished = [row for row in written if versions.was_finished(row)]
    keys = {row.translation_key for row in finished}
    current = _current_texts(source for key, source in sources.items() if key in keys and source.live)
    given = _given_to_translators([row for row in finished if row.pk in published or _texts_of(row).given is None])
    anticipated = set()
    for row in finished:
        now, source = current.get(row.translation_key), sources[row.translation_key]
        was_changed = row.published_version.source_changed_at is not None
        of_source = source.pk in published and row.pk not in published
        true_to = _store_texts(row, now, given.get(row.pk), effect if of_source and not was_changed else None, is_own=row.pk in published)
        if now is None or true_to is None:
            continue
        _mark(row, source, is_changed=true_to != now)
        if true_to == now and (was_changed or row.pk in published):
            anticipated.add(row.pk)
            withdrawing.show_again(row)
    if effect == Effect.WRONG:
        wrong = [row for row in written if sources[row.translation_key].pk in published and not {row.pk} & (published | anticipated)]
        withdrawing.withdraw(wrong)
    withdrawing.withdraw(_wrong_at_once([row for row in written if row.pk in published], sources))


def _wrong_at_once(rows: list[Page], sources: dict[UUID, Page]) -> list[Page]:
    """Return those of published versions that say what was called wrong before they were online: they waited for a review, or were in work.

    What somebody brought back since is none of them. One query where nothing was called wrong.
    """
    by_source = {str(sources[row.translation_key].pk): row.translation_key for row in rows}
    effects = ChangeEffect.objects.filter(effect=Effect.WRONG, revision__object_id__in=list(by_source))
    effects = effects.filter(revision__base_content_type=ContentType.objects.get_for_model(Page)).order_by()
    revisions = list(effects.values_list("revision", flat=True)) if rows else []
    if not revisions:
        return []
    logged = PageLogEntry.objects.filter(page__in=list(by_source), revision__in=revisions, action="wagtail.publish").order_by("timestamp")
    since = {by_source[str(page_id)]: moment for page_id, moment in logged.values_list("page", "timestamp")}
    found = []
    for row in rows:
        moment, translation = since.get(row.translation_key), translation_into(row)
        # A translation is of the texts that were handed over, what is written freely of the time at which it was saved.
        is_of = translation.source.last_updated_at if translation is not None else row.live_revision and row.live_revision.created_at
        if moment is None or is_of is None or is_of >= moment:
            continue
        if not PageLogEntry.objects.filter(page=row.pk, action=withdrawing.SHOWN_AGAIN, timestamp__gte=moment).exists():
            found.append(row)
    return found


def _store_texts(
    row: Page, now: texts.Names | None, handed: texts.Names | None, effect: Effect | None, *, is_own: bool
) -> texts.Names | None:
    """Store which texts of the source a version says, and return them; None where nobody knows.

    Args:
        now: the texts of the source, where it is online.
        handed: what its translator was given, where that was asked.
        effect: what the source's change means for a version that was true until now; None where it is no such change.
        is_own: it is the version itself that is published.
    """
    stored = _texts_of(row)
    true_to, given = (stored.texts, stored.given) if stored.page_id else (None, None)
    if is_own and handed is not None and handed != given:
        true_to = given = handed
    elif true_to is None:
        true_to = now
    elif effect is not None and now is not None and _stays_true(true_to, now, effect):
        if given is None and handed == true_to:
            given = handed
        true_to = now
    if true_to is not None and (not stored.page_id or (true_to, given) != (stored.texts, stored.given)):
        SourceTexts.objects.update_or_create(page_id=row.pk, defaults={"texts": true_to, "given": given})
    return true_to


def _stays_true(true_to: texts.Names, now: texts.Names, effect: Effect) -> bool:
    if effect == Effect.BY_CHANGE:
        return true_to != now and is_small(texts.changes_between(true_to, now))
    return effect == Effect.SMALL


def _texts_of(row: Page) -> SourceTexts:
    return getattr(row, "source_texts", None) or SourceTexts()


def _has_text(row: Page) -> bool:
    """Return whether a version was published, in whole or in part."""
    version = getattr(row, "published_version", None)
    return version is not None and (version.completed_at is not None or bool(version.untranslated))


def confirm(page: Page) -> None:
    """Store that a version is true to the source as it is now."""
    source = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
    if source is None:
        return
    names = texts.of_instance(source.specific)
    stored = SourceTexts.objects.filter(page_id=page.pk).first() or SourceTexts()
    given = stored.given if stored.given is not None else _given_to_translators([page]).get(page.pk)
    with transaction.atomic():
        SourceTexts.objects.update_or_create(page_id=page.pk, defaults={"texts": names, "given": given})
        PublishedVersion.objects.filter(page_id=page.pk).update(source_changed_at=None)
        changes.announce(changes.PAGES, changes.page(page.translation_key))
        withdrawing.show_again(page)


def store_missing() -> None:
    """Store what versions are true to that an older portal published."""
    pages = versions.once_finished(Page.objects.exclude(locale__language_code=SOURCE_LANGUAGE)).filter(source_texts=None)
    store(list(pages))


def text_changes(page: Page) -> list[texts.TextChange]:
    """Return what the source says by now that a version does not."""
    stored = SourceTexts.objects.filter(page_id=page.pk).first()
    source = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE, live=True).first()
    if stored is None or source is None:
        return []
    return texts.changes_between(stored.texts, texts.of_instance(source.specific))


def _is_source(page: Page) -> bool:
    return page.locale.language_code == SOURCE_LANGUAGE


def _current_texts(sources: Iterable[Page]) -> dict[UUID, texts.Names]:
    ids = [source.pk for source in sources]
    return {page.translation_key: texts.of_instance(page) for page in Page.objects.filter(pk__in=ids).specific()}


def _given_to_translators(pages: list[Page]) -> dict[int, texts.Names]:
    """Return which texts the translators of pages were given, by the pages' ids. Two queries."""
    by_place = {(page.translation_key, page.locale_id): page.pk for page in pages}
    ordered = Translation.objects.filter(
        source__object_id__in={key for key, _locale in by_place}, source__locale__language_code=SOURCE_LANGUAGE, enabled=True
    )
    source_ids = {
        pk: source_id
        for key, locale_id, source_id in ordered.values_list("source__object_id", "target_locale_id", "source_id")
        if (pk := by_place.get((key, locale_id))) is not None
    }
    given = texts.of_sources(set(source_ids.values()))
    return {pk: given.get(source_id, {}) for pk, source_id in source_ids.items()}


def _mark(version: Page, source: Page | None, *, is_changed: bool) -> None:
    """Store since when the source says something else, or that it does not."""
    stored = version.published_version.source_changed_at
    if is_changed == (stored is not None):
        return
    moment = (source.last_published_at if source is not None else None) or timezone.now()
    PublishedVersion.objects.filter(page_id=version.pk).update(source_changed_at=moment if is_changed else None)
    changes.announce(changes.PAGES, changes.page(version.translation_key))
