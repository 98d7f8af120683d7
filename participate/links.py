"""Links to the forms: plain addresses, the same for everybody, so that the pages that bear them can be kept by caches."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.navigation.reading import reading
from portal.pages import links, readers
from portal.pages.links import Link

from .models import ContactPage
from .purposes import Purpose
from .recipients import TAG


@changes.kept("form_links", lambda language: (changes.PAGES, changes.RESTRICTIONS, changes.HOMES, changes.LOCALES, TAG))
def _form_links(language: str) -> dict[str, Link]:
    """Return the links to the forms by purpose, for a reader of a language: the page there, or the one that it follows."""
    with reading(language):
        own = ContactPage.objects.filter(locale__language_code=language, alias_of=None, live=True)
        pages = {page.purpose: page for page in ContactPage.objects.filter(locale__language_code=SOURCE_LANGUAGE).order_by("path")}
        if not languages_by_code()[language].follows_source:
            pages |= {page.purpose: page for page in own.order_by("path")}
        found = links.resolve([page.pk for page in pages.values()])
        return {purpose: link.plain() for purpose, page in pages.items() if (link := found[page.pk]) is not None}


def form_link(purpose: Purpose | str, **values: object) -> Link | None:
    """Return the link to a form, with what it shall know (`page`, `q`); None where the form does not exist."""
    link = _form_links(readers.current().language.code).get(str(purpose))
    if link is None:
        return None
    query = urlencode({name: value for name, value in values.items() if value not in (None, "")})
    return replace(link, address=f"{link.address}?{query}") if query else link
