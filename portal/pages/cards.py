"""Pages as cards: plain values in the reader's language, with all that a card needs and no query per card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, reduce
from itertools import chain
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from wagtail.images import get_image_model
from wagtail.models import Page

from portal.language.dates import KnownDate
from portal.language.languages import current_language
from portal.pages import columns, links, readers, versions
from portal.pages.links import Link, PageLink


class Form(StrEnum):
    """The forms in which `components/card.html` shows a card."""

    CARD = "card"
    """One of a grid."""
    STORY = "story"
    """Large, alone."""
    ROW = "row"
    """Large, the picture beside the text where there is room."""
    ITEM = "item"
    """An entry of a list."""


@dataclass(frozen=True)
class Metaline:
    """What stands in the line above a title; `place_language` is that of the place where it is another.

    `state` says that it is over or cannot be answered any more, `status` (`portal.listing.dates.Status`) where something that lasts
    stands in time.
    """

    badge: str = ""
    state: str = ""
    mark: str = ""
    kind: str = ""
    status: Any = None
    date: KnownDate | None = None
    place: str = ""
    place_language: str = ""


@dataclass(frozen=True)
class Card:
    """A page as a card shows it: where it leads and what it is called, its text and the language of that where it is another.

    `picture` is what `components/picture.html` takes.
    """

    link: Link
    text: str = ""
    text_language: str = ""
    meta: Metaline = Metaline()
    picture: dict[str, object] | None = None
    form: Form = Form.CARD

    @property
    def is_large(self) -> bool:
        """Return whether it stands for itself, not in a list."""
        return self.form in {Form.STORY, Form.ROW}

    def shown_as(self, form: Form, **changes: Any) -> Card:
        """Return the same card in another form."""
        return replace(self, form=form, **changes)


def card_of(page: Page, *, with_picture: bool = True) -> Card:
    """Return a page as a card. Of a list of pages `of` makes them without a query for each."""
    link = page.link.plain() if page.link else links.to_version(page)
    text = page.card_text_field
    return Card(
        link=link,
        text=getattr(page, text),
        text_language=_foreign(page, text),
        meta=Metaline(
            state=page.card_state,
            mark=link.mark,
            kind=page.card_kind,
            status=page.status_in_time,
            date=page.known_date,
            place=page.card_place,
            place_language=_foreign(page, "place") if page.card_place else "",
        ),
        picture=page.picture if with_picture else None,
    )


def _foreign(page: Page, name: str) -> str:
    """Return the language of a field where it is not that of the text around the card."""
    code = versions.language_of(page, name)
    return code if code != current_language().code else ""


def of(pages: Iterable[Page]) -> list[Card]:
    """Return specific pages as cards: a few queries for each page type that needs them."""
    return [card_of(page) for page in prepare(list(pages))]


def entries_of(pages: Iterable[Page]) -> list[Card]:
    """Return specific pages as the entries of a list of texts: no picture is asked for."""
    return [card_of(page, with_picture=False).shown_as(Form.ITEM) for page in _place(list(pages))]


WITHOUT_HOLES = (1, 2, 3, 6)
"""So many cards fill the rows of a grid on a desk."""


def laid_out(cards: list[Card]) -> list[Card]:
    """Return cards as they stand together: in a grid if they fill its rows and each has a picture of its own, else as a list.

    A list of texts is a fifth as long on a phone, and nobody looks at the same drawing twice: neither in the grid nor at the head of
    the page that it stands on.
    """
    pictures = [_shown(card.picture) for card in cards if card.picture]
    page = readers.current().page
    at_head = _shown(page.picture if page is not None and page.shows_picture else None)
    is_varied = len({*pictures, at_head}) == len(pictures) + 1
    if len(cards) in WITHOUT_HOLES and len(pictures) in {0, len(cards)} and is_varied:
        return cards
    return [card.shown_as(Form.ITEM, picture=None) for card in cards]


IN_VIEW = 4
"""So many entries of a list stand on a desk's screen beside another one."""


def varied(cards: list[Card], before: Iterable[Card] = ()) -> list[Card]:
    """Return the entries of a list with no drawing twice in a view: of two the second shows the one of its kind, or none.

    `before` stands above the list in the same view. Which entries stand side by side differs by language, filter and page; so no care
    for the drawings of pages could see to it.
    """
    shown = list(before)
    above = len(shown)
    for card in cards:
        in_view = {_shown(other.picture) for other in shown[-IN_VIEW:]}
        picture = card.picture or {}
        spare = {**picture, "url": url} if (url := picture.get("spare")) else None
        choices = [choice for choice in (card.picture, spare) if _shown(choice) not in in_view]
        shown.append(replace(card, picture=choices[0] if choices else None))
    return shown[above:]


def _shown(picture: dict[str, object] | None) -> tuple[object, object]:
    """Return what is seen of a picture: the photograph, else the drawing."""
    picture = picture or {}
    image = picture.get("image")
    return (image, None if image else picture.get("url"))


def with_telling_kinds(cards: list[Card]) -> list[Card]:
    """Return cards that say what they are only where each says so and they differ: else the heading above them says enough."""
    kinds = {card.meta.kind for card in cards}
    if len(cards) < 2 or (len(kinds) > 1 and "" not in kinds):
        return cards
    return [replace(card, meta=replace(card.meta, kind="")) for card in cards]


def _place(pages: list[Page]) -> list[Page]:
    """Find where specific pages lead the reader: at most one query."""
    versions.set_locales(pages)
    if readers.current().language != current_language():
        # Inside a fallback: the text is the source's, the addresses are the reader's.
        found = links.resolve(page.pk for page in pages)
        for page in pages:
            page.link = found[page.pk]
    return pages


def prepare(pages: list[Page]) -> list[Page]:
    """Fetch pictures of specific pages together: a query for photographs, one for their forms, one for drawings of topics."""
    with_photograph: list[Page] = []
    with_topics: dict[type[Page], list[Page]] = defaultdict(list)
    for page in _place(pages):
        if getattr(page, "image_id", None):
            with_photograph.append(page)
        if not getattr(page, "illustration", True) and hasattr(page, "topics"):
            with_topics[type(page)].append(page)
    _draw(with_topics)
    images = readers.current().found.files_of(get_image_model(), [page.image_id for page in with_photograph])
    for page, image in zip(with_photograph, images, strict=True):
        page.image = image
    return pages


def _draw(pages: dict[type[Page], list[Page]]) -> None:
    """Tell pages, sorted by their types, which drawing their topics have. One query."""
    parts = []
    for page_type, group in pages.items():
        topics = page_type._meta.get_field("topics")
        found = topics.remote_field.through.objects.filter(**{f"{topics.m2m_field_name()}__in": group}).exclude(topic__illustration="")
        named = {"page": F(topics.m2m_field_name()), "name": F("topic__name"), "drawing": F("topic__illustration")}
        parts.append(found.order_by().annotate(**named).values_list(*named))
    drawings: dict[int, str] = {}
    if parts:
        for pk, _name, drawing in parts[0].union(*parts[1:], all=True).order_by("name"):
            drawings.setdefault(pk, drawing)
    for page in chain.from_iterable(pages.values()):
        page.topic_drawing = drawings.get(page.pk, "")


def specific(pages: list[Page], with_streamfields: bool = False, whole: Collection[int] = ()) -> list[Page]:
    """Return the specific pages of `pages` in their order, whatever their types. One query.

    Cards do without streamfields; who needs them, of all pages (`with_streamfields`) or of those with the ids `whole`, is spared a query
    for each page.
    """
    # A type whose app is gone has no model.
    models: dict[int, Any] = {pk: ContentType.objects.get_for_id(pk).model_class() for pk in {page.content_type_id for page in pages}}
    ways = {model: _way_to(model) for model in models.values() if model not in {None, Page}}
    rows = Page.objects.filter(pk__in={page.pk for page in pages}).select_related("published_version", *ways.values())
    if not with_streamfields:
        full = {models[page.content_type_id] for page in pages if page.pk in whole}
        names = [name for model in ways for name in _columns(model, model in full)]
        rows = rows.only(*columns.all_but(Page), *columns.of_published_version(), *names)
    found: dict[int, Page] = {}
    for row in rows.order_by():
        model = models.get(row.content_type_id)
        if model is None:
            continue
        found[row.pk] = page = reduce(getattr, ways[model].split("__"), row) if model in ways else row
        if page is not row and "published_version" in row._state.fields_cache:
            page._state.fields_cache["published_version"] = row._state.fields_cache["published_version"]
    return [found[page.pk] for page in pages if page.pk in found]


def _steps_to(model: type[Page]) -> list[Any]:
    """Return the models whose tables a query passes from a row of all pages to that of a page type, which is the last."""
    return [*reversed([parent for parent in model._meta.get_base_chain(Page) if parent is not Page]), model]


def _way_to(model: type[Page]) -> str:
    """Return how a query goes from a row of all pages to that of a page type."""
    return "__".join(step._meta.model_name for step in _steps_to(model))


@cache
def _columns(model: Any, with_streamfields: bool) -> list[str]:
    """Return the names of the columns that a page type adds to those of all pages, as a query for all pages names them."""
    left_out = frozenset(() if with_streamfields else model.get_streamfield_names())
    steps = _steps_to(model)
    return [
        name
        for step in steps
        for name in columns.all_but(step, left_out if step is model else frozenset(), _way_to(step), inherited=False)
    ]


def _targets(ids: Iterable[int]) -> dict[int, PageLink]:
    """Return what links to the pages with these ids lead to, by the id of that."""
    return {link.page.pk: link for link in links.resolve(list(ids)).values() if link}


def shown_for(ids: Iterable[int]) -> list[Page]:
    """Return what links to the pages with these ids lead to, in their order; pages that are nowhere are left out.

    A page that is not in the reader's language yet stands there with the source's text, marked. Those that other blocks of the same page
    show (`readers.Needs`) are read with them, in one query however many blocks and page types there are.
    """
    found, targets = readers.current().found, _targets(ids)
    shown, code = found.shown, current_language().code
    if any((pk, code) not in shown for pk in targets):
        wanted = targets | _targets(found.needs.shown | found.needs.whole)
        missing = [link.page for pk, link in wanted.items() if (pk, code) not in shown]
        for page in prepare(specific(missing, whole=_targets(found.needs.whole))):
            shown[page.pk, code] = page
    pages = [shown[pk, code] for pk in targets if (pk, code) in shown]
    for page in pages:
        page.link = targets[page.pk]
    return pages


def read_needs() -> None:
    """Read all pages that blocks will show as cards before the first of them does, so that their pictures come with those of blocks."""
    shown_for(readers.current().found.needs.shown)


def for_pages(pages: Iterable[Page]) -> list[Card]:
    """Return what the links to `pages` lead to as cards that stand together (`shown_for`, `laid_out`)."""
    return for_ids(page.pk for page in pages)


def for_ids(ids: Iterable[int]) -> list[Card]:
    """Return the same for pages by their ids."""
    return laid_out(with_telling_kinds([card_of(page) for page in shown_for(ids)]))


def for_children(page: Page) -> list[Card]:
    """Return the pages directly below a page that are meant for menus, in the order of the tree."""
    ids = readers.current().found.children.get(page.pk)
    if ids is None:
        return readers.once(("children", page.pk), lambda: for_pages(list(page.get_children().filter(show_in_menus=True))))
    return for_ids(ids)
