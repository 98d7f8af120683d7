"""Goes through the admin by its links and collects what a person reads there."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from wagtail.snippets.models import get_snippet_models
from wagtail.users.models import UserProfile

OF_EACH_TYPE = ("wagtailadmin_pages:type_use", "wagtailadmin_pages:type_use_results")
"""The list of all pages of a type, which is asked for each: sorted, turned over and without its frame for one of them."""

ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-w-tooltip-content-value")


def client_of(name: str, language: str) -> Client:
    """Return a client signed in with an account that has chosen a language."""
    user = User.objects.get(username=name)
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client(headers={"Accept-Language": "fr"}, raise_request_exception=False)
    client.force_login(user)
    return client


class _Texts(HTMLParser):
    """Collects texts without building a tree of elements, which took most of the time of a walk through all screens."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._left_out, self._depth = "", 0

    def _add(self, text: str | None) -> None:
        self.found.add(" ".join((text or "").split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what attributes say; begin to leave out what nobody sees."""
        given = dict(attrs)
        if self._left_out:
            self._depth += tag == self._left_out
        elif tag in ("script", "style") or {"hidden", "data-side-panel-toggle-counter"} <= given.keys():
            self._left_out, self._depth = tag, 1
        else:
            for name in ATTRIBUTES:
                self._add(given.get(name))
            if tag in ("input", "button") and given.get("type") in ("submit", "button"):
                self._add(given.get("value"))

    def handle_endtag(self, tag: str) -> None:
        """See the end of what is left out."""
        if tag == self._left_out:
            self._depth -= 1
            self._left_out = tag if self._depth else ""

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if not self._left_out:
            self._add(data)


def visible(html: str) -> set[str]:
    """Return the texts of a page that somebody sees or hears, white space made single."""
    texts = _Texts()
    texts.feed(html)
    texts.close()
    return texts.found - {""}


@functools.cache
def kind_of(url: str) -> tuple | None:
    """Return what tells screens apart: view and model, not the object or the words that are searched; None for what is none."""
    parts = urlsplit(url)
    if not parts.path.startswith("/admin/") or "logout" in parts.path or "revisions" in parts.path:
        return None
    if parts.path.endswith("/preview/"):
        # A page as visitors read it, in its own language.
        return None
    if "export=" in parts.query:
        # A spreadsheet of thousands of rows, which nobody would read here (`tests/portal/admin/test_exports.py` reads one).
        return None
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    named = tuple(value for value in match.kwargs.values() if isinstance(value, str) and not value.isdigit())
    parameters = tuple(sorted(re.findall(r"(\w+)=", parts.query)))
    if match.view_name in OF_EACH_TYPE and (parameters or match.view_name.endswith("_results")):
        named = ()
    return match.view_name, str(match.func), named, parameters


def html_of(response: HttpResponse) -> str | None:
    """Return what an answer shows, be it a whole screen or a part of one in JSON; None if it shows nothing."""
    kind = response.headers.get("Content-Type", "")
    if "json" in kind:
        data = json.loads(response.text)
        return str(data.get("html") or "") if isinstance(data, dict) else ""
    return response.text if "html" in kind else None


_DATA = r"\s(?:src=|type=\"application/(?:ld\+)?json\")"
_SCRIPT = re.compile(rf"<script(?![^>]*{_DATA})[^>]*>|<[^<>]+\son[a-z]+=|href=.javascript:", re.IGNORECASE)


def screens(client: Client, sorted_too: bool = True) -> Iterator[tuple[str, int, set[str]]]:
    """Yield address, status and texts of the screens that links lead to, one of a kind, beginning with the first page.

    The same screen sorted, filtered or without its frame is a kind of its own only if `sorted_too`.

    Raises:
        AssertionError: a screen holds a script, which the admin's Content-Security-Policy refuses.
    """
    waiting, seen, kinds = ["/admin/"], set(), Counter()
    while waiting:
        url = waiting.pop(0)
        kind = kind_of(url)
        if kind is None or url in seen or kinds[kind]:
            continue
        if not sorted_too and ("?" in url or url.endswith("/results/")):
            continue
        seen.add(url)
        kinds[kind] += 1
        response = client.get(url)
        if response.status_code in (301, 302):
            waiting.append(urljoin(url, response["Location"]))
            continue
        if response.streaming:
            continue
        if (html := html_of(response)) is None:
            continue
        assert (url, _SCRIPT.findall(html)) == (url, [])
        yield url, response.status_code, visible(html)
        for value in re.findall(r"[\"'](/admin/[^\"'\\ <>]+)[\"']|href=\"([?.][^\"]*)\"", response.text):
            waiting.append(urljoin(url, (value[0] or value[1]).replace("&amp;", "&")))


def stored_texts() -> str:
    """Return all texts that are content, one after the other."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "search") or model._meta.label == "auth.Permission":
            continue
        fields = [each.name for each in model._meta.local_fields if isinstance(each, models.CharField | models.TextField)]
        if fields:
            for row in model._base_manager.values_list(*fields):
                found.update(" ".join(str(value).split()) for value in row if value)
    for model in get_snippet_models():
        found.update(" ".join(str(each).split()) for each in model._default_manager.all())
    return "\n".join(found)
