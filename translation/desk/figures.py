"""Changes of figures alone: what the desk proposes in each language, and how it is written once somebody confirmed it.

A text of the German page that lacks a translation has one in a language where what stood in its place before differs by figures
alone (`checks.figures`), or where its links alone lead elsewhere. Nothing is written before a person says so.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import pgettext
from wagtail.log_actions import log
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    SegmentOverride,
    String,
    StringSegment,
    StringTranslation,
    Translation,
)
from wagtail_localize.segments.extract import quote_path_component

from translation import origins, publishing, reviewing
from translation.checks import figures, marked
from translation.checks.rules import Pair
from translation.checks.stored import place_of
from translation.permissions import SUBMIT_PERMISSION, reason_against_change
from translation.upstream import bulk

from . import segments, texts
from .models import SourceTexts

TAKEN_OVER = "translation.figures"
"""Logged on versions whose translation got new figures, with the texts as they were and are."""


@dataclass(frozen=True)
class Proposal:
    """A text of the source that changed by figures alone, and its translation with the new ones.

    Args:
        path: where it stands; with the string the name of its segment.
        before: the text of the source as it was; `after` as it is.
        old: the translation as it is; `new` as it would be. The same where a link alone leads elsewhere.
        addresses: where links led and lead, where they lead elsewhere.
        is_sure: no word of the translation takes another form with the figure.
    """

    path: str
    string_id: int
    before: str
    after: str
    old: str
    new: str
    addresses: tuple[tuple[str, str], ...] = ()
    is_sure: bool = True


@dataclass
class Offer:
    """What is proposed in one language.

    Args:
        left: how many other texts of the page lack a translation in this language.
    """

    locale: Locale
    translation: Translation
    page: Page
    proposals: list[Proposal] = field(default_factory=list)
    left: int = 0

    @property
    def is_sure(self) -> bool:
        """Return whether no word behind a figure takes another form with it."""
        return all(proposal.is_sure for proposal in self.proposals)

    @property
    def seen(self) -> str:
        """Return what tells this offer from another: all that a person reads before they confirm it."""
        names = json.dumps([vars(proposal) for proposal in self.proposals], sort_keys=True)
        return hashlib.blake2b(names.encode(), digest_size=12).hexdigest()


def offers(source: Page, locales: Iterable[Locale]) -> list[Offer]:
    """Return what is proposed of a page of the source that is online, as it is, in some languages. So many queries whatever it holds.

    Args:
        source: specific.
    """
    return offers_of([source], locales)[source.pk]


def offers_of(sources: Iterable[Page], locales: Iterable[Locale]) -> dict[int, list[Offer]]:
    """Return the same of pages by their ids: as many queries, beside those of the blocks of each.

    Args:
        sources: specific.
    """
    sources, by_locale = list(sources), {locale.pk: locale for locale in locales}
    online = {source.translation_key: source for source in sources if source.live}
    found = Translation.objects.filter(
        source__object_id__in=list(online), source__locale__in={one.locale_id for one in sources}, target_locale__in=list(by_locale),
        enabled=True,
    )  # fmt: skip
    translations = {(one.source.object_id, one.target_locale_id): one for one in found.select_related("source", "target_locale")}
    rows = Page.objects.filter(translation_key__in=list(online), locale__in=list(by_locale)).select_related("locale")
    # Of each of them it is asked who may write to it.
    rows = rows.prefetch_workflow_states().annotate_approved_schedule()
    pages = {place: page for page in (rows if translations else ()) if (place := (page.translation_key, page.locale_id)) in translations}
    handed = [source for key, source in online.items() if any(place[0] == key for place in pages)]
    names = texts.of_instances(handed)
    known = _Known(handed, names, list(by_locale)) if handed else None
    made: dict[int, list[Offer]] = {source.pk: [] for source in sources}
    for source in handed:
        for locale_id, locale in by_locale.items():
            place = (source.translation_key, locale_id)
            if place not in pages or known is None:
                continue
            offer = Offer(locale, translations[place], pages[place])
            _propose(offer, names[source.translation_key], known)
            if offer.proposals:
                made[source.pk].append(offer)
    return made


LOOKED_AT = 10
"""So many pages that were changed last are looked at for what could be confirmed."""


def waiting(sources: QuerySet, locales: Iterable[Locale]) -> list[tuple[Page, list[Offer]]]:
    """Return which of those of the source's pages that were changed last have figures to be taken over in any of some languages."""
    locales = list(locales)
    changed = Page.objects.filter(locale__in=locales, alias_of=None, published_version__source_changed_at__isnull=False)
    found = sources.filter(translation_key__in=changed.values("translation_key"), live=True)
    latest = list(found.order_by("-last_published_at", "pk").specific()[:LOOKED_AT])
    by_id = offers_of(latest, locales) if latest else {}
    return [(source, by_id[source.pk]) for source in latest if by_id[source.pk]]


class _Known:
    """What is translated of pages, in all languages at once: by page, language and place, the latest first."""

    def __init__(self, sources: list[Page], names: dict[UUID, texts.Names], locale_ids: list[int]) -> None:
        keys = [source.translation_key for source in sources]
        self.models = {source.translation_key: type(source) for source in sources}
        self.rows: dict[tuple[UUID, int, str], list[StringTranslation]] = defaultdict(list)
        paths = {path for found in names.values() for path in found}
        rows = StringTranslation.objects.filter(
            context__object_id__in=keys, context__path__in=paths, locale__in=locale_ids, has_error=False
        )
        for row in rows.exclude(data="").select_related("translation_of", "context").order_by("-updated_at", "-pk"):
            self.rows[row.context.object_id, row.locale_id, row.context.path].append(row)
        ids = {name[0] for of_page in names.values() for found in of_page.values() for name in found}
        self.strings = dict(String.objects.filter(pk__in=ids).values_list("pk", "data"))
        stored = SourceTexts.objects.filter(page__translation_key__in=keys, page__locale__in=locale_ids)
        self.true_to = {(key, pk): said for key, pk, said in stored.values_list("page__translation_key", "page__locale_id", "texts")}
        overrides = SegmentOverride.objects.filter(context__object_id__in=keys, locale__in=locale_ids)
        self.overrides = set(overrides.values_list("context__object_id", "locale_id", "context__path"))


def _propose(offer: Offer, names: texts.Names, known: _Known) -> None:
    """Fill an offer: each text of the source once, in the order of the page."""
    place_of_page = (offer.page.translation_key, offer.locale.pk)
    for path, found in names.items():
        before = known.true_to.get(place_of_page, {}).get(path, [])
        rows = known.rows[*place_of_page, path]
        current = {name[0] for name in found}
        former = [row for row in rows if row.translation_of_id not in current]
        there = {row.translation_of_id: row for row in rows}
        done: set[object] = set()
        for place, (string_id, attributes) in enumerate(found):
            if string_id in done:
                continue
            done.add(string_id)
            old = before[place] if len(before) == len(found) else None
            moved = _moved(str(old[1]), str(attributes)) if old is not None else ()
            # A language that leads elsewhere by a decision of its own is asked for another one.
            is_own = any((*place_of_page, f"{path}.{quote_path_component(one)}") in known.overrides for one, _new in moved)
            proposal = None
            if string_id not in there:
                proposal = _from_former(offer, path, int(str(string_id)), former, known, moved) if not is_own else None
                offer.left += proposal is None
            elif moved and not is_own and old is not None and old[0] == string_id:
                text, source = marked.to_marked(there[string_id].data), marked.to_marked(known.strings[string_id])
                proposal = Proposal(path, int(str(string_id)), source, source, text, text, moved)
            if proposal is not None:
                offer.proposals.append(proposal)


def _moved(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return where the links of a text led and lead, of those that lead elsewhere."""
    old, new = (json.loads(one or "{}") for one in (before, after))
    if set(old) != set(new):
        return ()
    return tuple((_address(old[name]), _address(new[name])) for name in sorted(old) if old[name] != new[name])


def _address(attributes: dict[str, object]) -> str:
    """Return where a link leads: its address, or what it is of the portal's own (`page 5`)."""
    return str(attributes.get("href") or f"{attributes.get('linktype', '')} {attributes.get('id', '')}".strip())


def _from_former(
    offer: Offer, path: str, string_id: int, former: list[StringTranslation], known: _Known, moved: tuple[tuple[str, str], ...]
) -> Proposal | None:
    """Return the translation of what stood in a place, with the figures of what stands there now."""
    after, code = marked.to_marked(known.strings[string_id]), offer.locale.language_code
    for row in former:
        place = place_of(known.models[offer.page.translation_key], row.context.field_path)
        pair = Pair(marked.to_marked(row.translation_of.data), marked.to_marked(row.data), code, place.limit, place.is_rich)
        if (taken := figures.take_over(pair, after)) is not None:
            return Proposal(path, string_id, pair.source, after, pair.target, taken.text, moved, taken.is_sure)
    return None


# --- once somebody confirmed it ----------------------------------------------------------------------------------------------


class ChangedMeanwhileError(Exception):
    """What somebody confirmed is not what is proposed any more: a text was changed, or translated, after they had seen it."""


@dataclass
class Result:
    """What became of an offer: it is online, or why it is not yet, as a sentence."""

    offer: Offer
    is_online: bool = False
    reason: str = ""


def reason_against(user: AbstractBaseUser, offer: Offer) -> str:
    """Return why somebody may not confirm an offer, as a sentence; nothing when they may: it hands the German texts over, too."""
    if not user.has_perm(SUBMIT_PERMISSION):
        return pgettext("admin", "You have no right to submit this for translation.")
    return reason_against_change(user, offer.page)


def confirm(source: Page, seen: dict[Locale, str], user: AbstractBaseUser) -> list[Result]:
    """Write what somebody confirmed as translations, and publish what was online and is complete with it.

    Args:
        source: specific.
        seen: of each language what they saw (`Offer.seen`).

    Raises:
        ChangedMeanwhileError: in one of the languages something else is proposed by now; nothing was written in any.
        PermissionDenied: one of them is not theirs.
    """
    with transaction.atomic():
        # Whoever comes second waits here, and finds nothing that is proposed.
        source = Page.objects.select_for_update().get(pk=source.pk).specific
        found = {offer.locale: offer for offer in offers(source, seen)}
        if any(locale not in found or found[locale].seen != text for locale, text in seen.items()):
            raise ChangedMeanwhileError
        if any(reason_against(user, offer) for offer in found.values()):
            raise PermissionDenied
        drafts = {locale for locale, offer in found.items() if _is_draft(offer)}
        bulk.write_sources([source])
        for offer in found.values():
            _write(offer, user)
    return [_result(offer, user, is_draft=locale in drafts) for locale, offer in found.items()]


def _is_draft(offer: Offer) -> bool:
    """Return whether a version is not online, or something of it waits that nobody published yet: that goes nowhere by this."""
    page = offer.page
    if not page.live or page.alias_of_id is not None or page.has_unpublished_changes or page.last_published_at is None:
        return True
    here = StringSegment.objects.filter(source=offer.translation.source_id).values("context")
    # What is online may have waited for its time: what was typed meanwhile is no part of it.
    since = page.live_revision.created_at if page.live_revision is not None else page.last_published_at
    rows = StringTranslation.objects.filter(context__in=here, locale=offer.locale, updated_at__gt=since)
    return rows.exists()


def _write(offer: Offer, user: AbstractBaseUser) -> None:
    rows = StringSegment.objects.filter(source=offer.translation.source_id).select_related("string", "context")
    places = {(row.context.path, row.string_id): row for row in rows}
    for proposal in offer.proposals:
        if proposal.addresses and proposal.new == proposal.old:
            # The text stays, its link leads elsewhere as soon as it is published.
            continue
        with origins.coming_from(origins.Origin.FIGURES):
            saved = segments.save(offer.translation, places[proposal.path, proposal.string_id], user, proposal.new, "")
        if saved.is_conflict:
            raise ChangedMeanwhileError
    data = [[proposal.before, proposal.after, proposal.old, proposal.new] for proposal in offer.proposals]
    log(offer.page, TAKEN_OVER, user=user, data={"texts": data})


def _result(offer: Offer, user: AbstractBaseUser, *, is_draft: bool) -> Result:
    page = Page.objects.select_related("locale").get(pk=offer.page.pk).specific
    if is_draft or reviewing.is_waiting(page):
        return Result(offer, reason=pgettext("admin", "It stays a draft: something of it was not online before."))
    if reasons := publishing.obstacles(user, page):
        return Result(offer, reason=" ".join(reasons.values()))
    # Read anew: the source was written since the offer was made, synchronised fields with it.
    translation = Translation.objects.select_related("source", "target_locale").get(pk=offer.translation.pk)
    reason = publishing.publish(translation, user) or publishing.reason_unread(page)
    return Result(offer, is_online=not reason, reason=reason)
