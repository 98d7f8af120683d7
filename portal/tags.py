"""What a change touches and a kept value depends on (see `portal.changes`, where these names are used)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from portal.counters import ALL, ANY, SLOTS


class Tag(NamedTuple):
    """What a change touches and a value depends on: a name, and of which language, page or kind."""

    name: str
    value: str = ""


EVERYTHING = Tag("everything")
CHANGES = Tag("changes")
"""Whatever is announced touches this: whoever depends on it depends on all that visitors see."""
WITHDRAWN = Tag("withdrawn")
"""Something may not be shown any more, in the form that it had."""
PAGES = Tag("pages")
"""Which versions any page has, what they are called and where they are."""
HOMES = Tag("homes")
RESTRICTIONS = Tag("restrictions")
TERMS = Tag("terms")
REDIRECTS = Tag("redirects")
LOCALES = Tag("locales")
FILES = Tag("files")
"""Which images and documents there are, and who may read them."""


def page(translation_key: object) -> Tag:
    """Return the tag of a page in all its languages."""
    return Tag("page", str(translation_key))


def kind(label: str) -> Tag:
    """Return the tag of the lists of a kind of pages: `news.newspage`, as `_meta.label_lower` says."""
    return Tag("kind", label)


def menu(language: str) -> Tag:
    """Return the tag of the menu of a language."""
    return Tag("menu", language)


def snippets(label: str) -> Tag:
    """Return the tag of the snippets of a model, as `_meta.label_lower` says; that of topics and regions is `TERMS`."""
    return Tag("snippets", label)


def setting(label: str) -> Tag:
    """Return the tag of a setting of the admin, as `_meta.label_lower` says."""
    return Tag("setting", label)


@lru_cache(maxsize=16_384)
def slot(tag: Tag) -> int:
    """Return the slot of a tag's number."""
    if tag == EVERYTHING:
        return ALL
    if tag == CHANGES:
        return ANY
    digest = hashlib.blake2b(f"{tag.name}:{tag.value}".encode(), digest_size=8).digest()
    return 2 + int.from_bytes(digest, "little") % (SLOTS - 2)


def slots(*tags: Tag) -> tuple[int, ...]:
    """Return whose numbers tell whether `tags` were touched; that all were is one of them."""
    return (ALL, *map(slot, tags))
