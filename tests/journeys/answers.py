"""What the served portal answers, read as far as a test asks: without redirects, its links without a tree, its elements with one."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from bs4 import BeautifulSoup

from tests import support


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def addresses_in(attributes: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the addresses that the attributes of an element name."""
    for name in ("href", "src"):
        if (address := attributes.get(name)) and not address.startswith(("mailto:", "tel:")):
            yield address
    for part in (attributes.get("srcset") or "").split(","):
        if part:
            yield part.split()[0]


class Tags(HTMLParser):
    """What a page names, and whether it is a fallback, without a tree of its elements: that costs much more, and is for judging alone."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.is_fallback = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names, and whether it is the notice of a fallback."""
        given = dict(attrs)
        self.addresses.update(addresses_in(given))
        self.is_fallback |= "fallback" in (given.get("class") or "").split()


@dataclass
class Answer:
    """What an address answered; a page is parsed once for all tests, and so is which language its elements claim."""

    status: int
    headers: dict[str, str]
    text: str

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    @cached_property
    def tags(self) -> Tags:
        found = Tags()
        found.feed(self.text)
        found.close()
        return found

    @property
    def is_fallback(self) -> bool:
        return self.tags.is_fallback

    @cached_property
    def languages(self) -> dict[int, str]:
        """Return the language that each element claims, by the id of the element: its own, or that of what it stands in."""
        found: dict[int, str] = {}
        for tag in self.soup.find_all(True):
            found[id(tag)] = tag.get("lang") or found.get(id(tag.parent), "")
        return found


def get(url: str, **headers: str) -> Answer:
    """Ask for an address without following redirects."""
    request = urllib.request.Request(url, headers=headers)
    try:
        response = _opener.open(request, timeout=support.PATIENCE)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        answered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, answered, response.read().decode("utf-8", "replace"))
