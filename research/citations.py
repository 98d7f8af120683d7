"""How publications are cited: as a sentence, as BibTeX, and their authors in the words of schema.org."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext

from portal.discovery.head import ORGANIZATION

if TYPE_CHECKING:
    from .models import PublicationPage

ORGANISATIONS = ("IOM", "BAMF", "UNHCR", "IDMC", "GMDAC", "Centre", "Observatory", "Institute", "Division", "Forschungszentrum", "Organi")
"""By these names organisations are told from people."""

_SPECIAL = re.compile(r"([\\{}$&%#_^~])")
_ESCAPED = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


def is_organisation(name: str) -> bool:
    """Return whether an author is an organisation."""
    return any(word in name for word in ORGANISATIONS)


def text(page: PublicationPage) -> str:
    """Return how a publication is cited in the active language: authors, year, title, DOI or address."""
    date = page.listing.known_date(page)
    values = {
        "authors": pgettext("between the entries of a list", ", ").join(page.author_names),
        "year": date.machine[:4] if date else "",
        "title": page.title,
        "url": page.doi_url or page.publisher_url,
    }
    if values["url"]:
        return gettext("%(authors)s (%(year)s): %(title)s. %(url)s") % values
    return gettext("%(authors)s (%(year)s): %(title)s.") % values


def bibtex(page: PublicationPage) -> str:
    """Return a publication as an entry of BibTeX; the names of organisations stay whole."""
    date = page.listing.known_date(page)
    year = date.machine[:4] if date else ""
    names = [f"{{{_escaped(name)}}}" if is_organisation(name) else _escaped(name) for name in page.author_names]
    fields = {
        "author": " and ".join(names),
        "title": f"{{{_escaped(page.title)}}}",
        "year": year,
        "doi": page.doi,
        "isbn": page.isbn,
        "url": page.publisher_url,
        "language": ", ".join(page.languages),
    }
    kind = "article" if page.schema_type == "ScholarlyArticle" else "book"
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{_key(page, year)},\n{lines}\n}}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPED.get(match[1], f"\\{match[1]}"), text)


def _key(page: PublicationPage, year: str) -> str:
    """Return by what the entry is known: the last name of the first author, the year, the first word of the title."""
    words = [(page.author_names or [""])[0].split(" ")[-1], year, next((word for word in page.title.split() if len(word) > 3), "")]
    plain = unicodedata.normalize("NFKD", "".join(words)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", plain).lower() or "publication"


def authors_for_machines(page: PublicationPage) -> list[dict[str, str]]:
    """Return the authors of a publication; IOM is the same thing as everywhere."""
    found: list[dict[str, str]] = []
    for name in page.author_names:
        if name in {"IOM", ORGANIZATION["name"]}:
            found.append(ORGANIZATION)
        else:
            found.append({"@type": "Organization" if is_organisation(name) else "Person", "name": name})
    return found
