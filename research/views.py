"""The files of data sets, for whoever may read their pages."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import conditional_page

from portal.language.languages import current_language
from portal.pages import versions
from portal.uploads.delivery import reading_only

from . import files, pictures
from .history import DataVersion
from .models import DataPage


def _page(request: HttpRequest, key: uuid.UUID) -> DataPage:
    """Return a data set in the language of the address.

    Raises:
        Http404: there is none, or whoever asks may not read it.
    """
    pages = versions.finished(DataPage.objects.filter(translation_key=key, locale__language_code=current_language().code)).live()
    page = get_object_or_404(pages.select_related("published_version", "locale"))
    if not all(restriction.accept_request(request) for restriction in page.get_view_restrictions()):
        raise Http404
    return page


def _answer(page: DataPage, content: str | bytes, name: str, media_type: str) -> HttpResponse:
    """Return a file: asked for each time, and kept by nobody where its page is private."""
    response = HttpResponse(content, content_type=media_type if isinstance(content, bytes) else f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{page.slug}{name}"'
    response["Cache-Control"] = "private, no-store" if page.get_view_restrictions() else "no-cache, public"
    return response


@reading_only
@conditional_page
def data_file(request: HttpRequest, key: uuid.UUID, name: str) -> HttpResponse:
    """Answer with a data set in one of its formats.

    Raises:
        Http404: there is no such data set or format.
    """
    page = _page(request, key)
    if name == pictures.NAME and (image := pictures.picture(page)) is not None:
        return _answer(page, image, f".{name}", pictures.MEDIA_TYPE)
    if name not in files.FORMATS or page.table is None:
        raise Http404
    return _answer(page, files.content(page, page.table, name), f".{name}", files.FORMATS[name][1])


@reading_only
@conditional_page
def data_version(request: HttpRequest, key: uuid.UUID, version: int) -> HttpResponse:
    """Answer with a table that a data set had before, as it was uploaded.

    Raises:
        Http404: there is no such data set or table.
    """
    page = _page(request, key)
    found = get_object_or_404(DataVersion, pk=version, page__translation_key=page.translation_key)
    return _answer(page, files.original(found.csv), f".{found.published_at:%Y-%m-%d}.csv", "text/csv")
