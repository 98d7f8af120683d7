"""All changes of services in a language: a page and a feed."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page

from portal.discovery.head import absolute, full_title
from portal.language.languages import LANGUAGES, current_language
from portal.listing.feeds import valid
from portal.uploads.delivery import reading_only

from . import change_notes


@reading_only
def updates(request: HttpRequest) -> HttpResponse:
    """List what changed for readers, newest first."""
    paths = {}
    for language in LANGUAGES:
        with translation.override(language.code):
            paths[language.code] = reverse("updates")
    notes = change_notes.of_language(current_language().code)
    return render(request, "updates.html", {"notes": notes, "paths": paths, "page_title": gettext("Changes")})


class _Feed(Rss201rev2Feed):
    def latest_post_date(self) -> datetime.datetime:
        """Return when the newest note was published; without any the feed never changed."""
        return max((item["pubdate"] for item in self.items), default=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))


@reading_only
@cache_control(no_cache=True, public=True)
@conditional_page
def feed(request: HttpRequest) -> HttpResponse:
    """Answer with the same as RSS; 304 when the reader has it."""
    code, address = current_language().code, absolute(reverse("updates"))
    answer = _Feed(
        title=full_title(gettext("Changes")),
        link=address,
        description=gettext("What has changed for readers on the pages about our services."),
        language=code,
        feed_url=absolute(request.path),
    )
    for note in change_notes.of_language(code):
        if note.title_language:
            # A feed has one language and no place for a mark.
            continue
        answer.add_item(
            title=valid(note.title),
            link=absolute(note.address),
            description=valid(note.line),
            unique_id=f"{address}#{note.key}",
            unique_id_is_permalink=False,
            pubdate=note.moment,
        )
    response = HttpResponse(content_type=answer.content_type)
    answer.write(response, "utf-8")
    return response
