"""`/llms.txt`: the map of the portal for programs that read text, with each page's Markdown (https://llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import cache_control
from wagtail.models import Page

from portal import navigation
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.pages import versions
from portal.uploads.delivery import reading_only

from .head import absolute, site_name
from .markdown import HOME, SUFFIX

LEVELS = 2
"""So many levels below a home page are listed, of what stands in menus: what lies deeper is found in what they say."""


@reading_only
@cache_control(no_cache=True, public=True)
def show(request: HttpRequest) -> HttpResponse:
    """Answer with the real pages of all languages: one query for each."""
    homes = navigation.homes()
    codes = sorted((code for code, home in homes.items() if home["is_real"]), key=lambda code: code != SOURCE_LANGUAGE)
    with translation.override(SOURCE_LANGUAGE):
        name = site_name()
    parts = [f"# {name}", *("\n".join(_of_language(code, homes[code])) for code in codes)]
    return HttpResponse("\n\n".join(parts) + "\n", content_type="text/markdown; charset=utf-8")


def _of_language(code: str, home: navigation.Home) -> Iterator[str]:
    """Yield the lines of a language."""
    yield f"## {languages_by_code()[code].name}\n"
    start = home["url"].rstrip("/")
    with translation.override(code):
        yield f"- [{site_name()}]({absolute(f'{start}/{HOME}{SUFFIX}')})"
    depth = len(home["path"]) // Page.steplen
    below = Page.objects.filter(path__startswith=home["path"], locale_id=home["locale_id"], show_in_menus=True)
    pages = versions.real(below.filter(depth__gt=depth, depth__lte=depth + LEVELS)).order_by("path")
    for title, url_path, level in pages.values_list("title", "url_path", "depth"):
        address = absolute(f"{start}/{url_path.removeprefix(home['url_path']).rstrip('/')}{SUFFIX}")
        yield f"{'  ' * (level - depth - 1)}- [{_plain(title)}]({address})"


def _plain(title: str) -> str:
    return title.replace("[", "(").replace("]", ")")
