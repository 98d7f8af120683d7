"""Which page answers at an address."""

from __future__ import annotations

from django.http import Http404
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.pages import versions


def page_at(url_path: str, locale_id: int) -> Page:
    """Return the page to answer with at a path of the tree, in one language: two or three queries, whatever the depth.

    Where the language has not got the page yet, or it is withdrawn, it is the source's, with `shown_at` set; in a language with a tree of
    its own a withdrawn page is returned, of which nothing may be told (`portal.http.views`). Restricted pages are found too: whoever
    may see them is asked by Wagtail before they are served.

    Raises:
        Http404: there is none.
    """
    rows = Page.objects.select_related("published_version")
    row = rows.filter(url_path=url_path, locale_id=locale_id).first()
    if row is None:
        raise Http404
    versions.set_locales([row])
    if versions.is_published(row):
        page = row.specific
        page.published_version = row.published_version
    elif languages_by_code()[row.locale.language_code].follows_source:
        source = rows.filter(translation_key=row.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
        if source is None or source.pk == row.pk or not (source.live and versions.is_finished(source)):
            raise Http404
        page = source.specific
        page.published_version = source.published_version
        page.shown_at = row
    elif row.live and versions.is_withdrawn(row):
        # A tree of its own has nothing else to show there: who asks is told that the page is being changed.
        page = row.specific
        page.published_version = row.published_version
    else:
        raise Http404
    versions.set_locales([page])
    return page
