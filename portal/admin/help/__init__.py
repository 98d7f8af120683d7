"""Help for editors, as pages of the admin: a Markdown file for each topic and language, named by its topic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from markdown_it import MarkdownIt

FOLDER = Path(__file__).parent
TOPICS = (
    "writing", "facts", "dates", "alerts", "scheduling", "approving", "privacy", "translation", "pictures", "redirects",
    "easy-language",
)  # fmt: skip
"""In the order in which they are listed."""


@cache
def _article(language: str, topic: str) -> tuple[str, str]:
    """Return title and HTML of a topic."""
    heading, _line, text = (FOLDER / language / f"{topic}.md").read_text(encoding="utf-8").partition("\n")
    return heading.removeprefix("# ").strip(), MarkdownIt("commonmark").render(text)


def show(request: HttpRequest, topic: str = TOPICS[0]) -> HttpResponse:
    """Answer with a topic, beside the list of all.

    Raises:
        Http404: there is no such topic.
    """
    if topic not in TOPICS:
        raise Http404
    language = "en" if get_language() == "en" else "de"
    title, html = _article(language, topic)
    topics = [{"name": name, "title": _article(language, name)[0]} for name in TOPICS]
    return render(request, "wagtailadmin/help.html", {"title": title, "html": html, "topics": topics, "topic": topic})
