"""Uploaded files as they are handed out: pictures by their folder, documents by who may read them."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from wagtail.documents.views.serve import serve as serve_document
from wagtail.images import get_image_model

from portal.uploads.access import accepts, restricted_collections
from portal.uploads.delivery import in_parts, reading_only

RENDITIONS = "images"
"""The folder of the sizes and formats in which pages show pictures."""

AVATARS = "avatar_images"
"""The folder of the portraits that people of the admin have given themselves."""

# A browser may keep what it has shown; caches in between ask each hour, a picture may have become private.
_PUBLIC = f"public, max-age={30 * 24 * 60 * 60}, s-maxage={60 * 60}"
_PRIVATE = "private, no-store"


@reading_only
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Hand out a rendition of a picture to whoever may see the picture; portraits to people who signed in.

    Only a file that lies directly in one of these folders has an address here, and only one: what is not written exactly so
    (other folders, originals, documents, doubled strokes, dots, other letter case) is not there. Documents have a view of their own.

    Raises:
        Http404: there is no such file, or none that is handed out.
    """
    folder, _stroke, name = path.partition("/")
    if folder == RENDITIONS:
        cache_control = _rendition_cache_control(request, path)
    elif folder == AVATARS and request.user.is_authenticated:
        cache_control = _PRIVATE
    else:
        cache_control = ""
    if not cache_control:
        raise Http404
    response = _file(folder, name)
    response.headers["Cache-Control"] = cache_control
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return in_parts(request, response)


def _rendition_cache_control(request: HttpRequest, path: str) -> str:
    """Return how a rendition may be kept; empty where the request may not have it, and where nobody knows of which picture it is.

    A file without a row is left over: two that were made at once, a picture that was deleted. What was restricted or withdrawn
    since cannot be told from its name. Two queries where no collection is restricted.
    """
    image = get_image_model().objects.filter(renditions__file=path).select_related("collection").first()
    if image is None:
        return ""
    if image.collection_id not in restricted_collections():
        return _PUBLIC
    return _PRIVATE if accepts(request, image) else ""


def _file(folder: str, name: str) -> FileResponse:
    """Return the answer with a whole file of a folder, by the very name that stands there.

    Raises:
        Http404: there is none, or the name is more than a name.
    """
    if not name or name in {".", ".."} or any(character in name for character in "/\\\0"):
        raise Http404
    path = Path(settings.MEDIA_ROOT) / folder / name
    try:
        # A link could lead out of the folder; and a disk that ignores letter case would find other spellings.
        if not path.is_file() or path.resolve() != Path(settings.MEDIA_ROOT).resolve() / folder / name:
            raise Http404
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise Http404 from error
    stat = path.stat()
    response = FileResponse(file, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response.headers["Content-Length"] = str(stat.st_size)
    response.headers["Last-Modified"] = http_date(stat.st_mtime)
    response.headers["ETag"] = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    return response


@reading_only
def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponseBase:
    """Hand out a document as Wagtail does, who asks for permission, on demand a part of it."""
    if "If-None-Match" in request.headers:
        # Wagtail's way of sending files would ask the date too, and call a changed file unchanged (RFC 9110, 13.1.3).
        request.META.pop("HTTP_IF_MODIFIED_SINCE", None)
        request.__dict__.pop("headers")
    response = serve_document(request, document_id, document_filename)
    # What is public today may be restricted tomorrow: caches ask each time.
    response.headers["Cache-Control"] = "no-cache" if getattr(request, "file_is_public", False) else _PRIVATE
    return in_parts(request, response)
