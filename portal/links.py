"""One way to turn a page into a link in the reader's language.

A link leads to the page's real version in the active language; where there is none, to the version in the source language,
marked with its language; where that is not there either, nowhere. The links of a whole page are resolved together before it is
rendered; templates and rich text then find them known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.utils.translation import get_language
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text

from portal import versions
from portal.languages import SOURCE_LANGUAGE


@dataclass(frozen=True)
class PageLink:
    """Where a link to a page leads: address, title, the language there if it is not the reader's, and the page itself."""

    url: str
    title: str
    foreign_language: str
    page: Page


@dataclass
class Known:
    """What was found for the request that is being answered: links by language and page id, and the pages asked for."""

    links: dict[tuple[str, int], PageLink | None] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)


# Outside of a request nothing is kept.
_known: ContextVar[Known | None] = ContextVar("known_links", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Keep the links that are found until the request is answered."""
    token = _known.set(Known())
    try:
        yield
    finally:
        _known.reset(token)


def known_pages() -> dict[int, Page]:
    """Return the pages by id that were read for links in this request; choosers need not read them again."""
    known = _known.get()
    return known.pages if known else {}


def link_to(page: Page) -> PageLink:
    """Return the link to a page that is known to be real; its title in its own language."""
    code = page.locale.language_code
    return PageLink(page.get_url(), page.title, "" if code == get_language() else code, page)


def resolve(page_ids: Iterable[int]) -> dict[int, PageLink | None]:
    """Return the links to pages by the ids that were asked for; what is known is not asked again. One query."""
    language = get_language() or SOURCE_LANGUAGE
    known = _known.get() or Known()
    ids = set(page_ids)
    if unknown := {pk for pk in ids if (language, pk) not in known.links}:
        _find(unknown, language, known)
    return {pk: known.links[language, pk] for pk in ids}


def _find(ids: set[int], language: str, known: Known) -> None:
    """Add the links to pages to what is known. All versions of the pages are read at once, real or not."""
    asked_for = Page.objects.filter(pk__in=ids).values("translation_key")
    pages = list(Page.objects.filter(translation_key__in=asked_for).select_related("published_version"))
    versions.set_locales(pages)
    targets: dict[object, Page] = {}
    for page in pages:
        code = page.locale.language_code
        if versions.is_real(page) and (code == language or (code == SOURCE_LANGUAGE and page.translation_key not in targets)):
            targets[page.translation_key] = page
    keys = {page.pk: page.translation_key for page in pages}
    known.pages.update({page.pk: page for page in pages if page.pk in ids})
    known.links.update(
        {(language, pk): link_to(targets[keys[pk]]) if keys.get(pk) in targets else None for pk in ids}
    )


def resolve_one(page_id: int) -> PageLink | None:
    """Return the link to a page by its id."""
    return resolve([page_id])[page_id]


def references(instance: object) -> set[int]:
    """Return the ids of the pages that an object's StreamFields and rich texts refer to.

    Read from the stored form: the blocks themselves would fetch their pages one list after the other.
    """
    ids: set[int] = set()
    for model_field in instance._meta.get_fields():
        if isinstance(model_field, StreamField):
            value = model_field.value_from_object(instance)
            ids.update(_references_in(model_field.stream_block, list(value.raw_data) if value else []))
        elif isinstance(model_field, RichTextField):
            ids.update(_references_in_text(model_field.value_from_object(instance)))
    return ids


def _references_in_text(html: str) -> Iterator[int]:
    for model, object_id, _model_path, _content_path in extract_references_from_rich_text(html or ""):
        if issubclass(model, Page):
            yield int(object_id)


def _references_in(block: blocks.Block, raw: object) -> Iterator[int]:
    """Yield the ids of the pages in the stored form of a block."""
    if not raw:
        return
    if isinstance(block, blocks.PageChooserBlock):
        yield int(raw)
    elif isinstance(block, blocks.RichTextBlock):
        yield from _references_in_text(raw)
    elif isinstance(block, blocks.StreamBlock):
        for item in raw:
            if item["type"] in block.child_blocks:
                yield from _references_in(block.child_blocks[item["type"]], item["value"])
    elif isinstance(block, blocks.ListBlock):
        for item in raw:
            # Lists written by hand hold bare values.
            value = item["value"] if isinstance(item, dict) and item.get("type") == "item" else item
            yield from _references_in(block.child_block, value)
    elif isinstance(block, blocks.StructBlock) and isinstance(raw, dict):
        for name, child in block.child_blocks.items():
            yield from _references_in(child, raw.get(name))
