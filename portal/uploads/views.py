"""Uploaded files as they are handed out: pictures by their folder, documents by who may read them."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import http_date
from django.utils.translation import gettext
from wagtail.documents.views.serve import serve as serve_document
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from portal.uploads.access import accepts, restricted_collections
from portal.uploads.delivery import in_parts, reading_only
from portal.uploads.rights import SHORT, Rights

RENDITIONS = "images"
"""The folder of the sizes and formats in which pages show pictures."""

AVATARS = "avatar_images"
"""The folder of the portraits that people of the admin have given themselves."""

ORIGINALS = "original_images"
"""The folder of the pictures as they were uploaded, which are handed out to nobody."""

_PRIVATE = "private, no-store"


def _public(image: Rights) -> str:
    """Return how what anybody may see is kept: by caches in between for a while, the picture may become private."""
    seconds = image.seconds_to_keep
    between = int(SHORT.total_seconds())
    return f"public, max-age={seconds}" + (f", s-maxage={between}" if seconds > between else "")


@reading_only
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Hand out a rendition of a picture to whoever may see the picture; portraits to people who signed in.

    Only a file that lies directly in one of these folders has an address here, and only one: what is not written exactly so
    (other folders, originals, documents, doubled strokes, dots, other letter case) is not there. Documents have a view of their own.
    A picture that is out of use is gone (410), in every size and as it was uploaded, for people of the admin too.

    Raises:
        Http404: there is no such file, or none that is handed out.
    """
    folder, _stroke, name = path.partition("/")
    if folder in {RENDITIONS, ORIGINALS}:
        image, cache_control = _picture_of(request, folder, path)
        if image is not None and not image.is_usable:
            return _gone()
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


def _picture_of(request: HttpRequest, folder: str, path: str) -> tuple[Rights | None, str]:
    """Return the picture that a file belongs to, and how the file may be kept; none and nothing where the request may not have it.

    A rendition without a row is left over: two that were made at once, a picture that was deleted. What was restricted or withdrawn
    since cannot be told from its name. Two queries where no collection is restricted.
    """
    name = "renditions__file" if folder == RENDITIONS else "file"
    image = get_image_model().objects.filter(**{name: path}).select_related("collection").first()
    if image is None:
        return None, ""
    is_restricted = image.collection_id in restricted_collections()
    if is_restricted and not accepts(request, image):
        return None, ""
    if folder == ORIGINALS:
        return image, ""
    return image, _PRIVATE if is_restricted else _public(image)


def _gone() -> HttpResponse:
    """Answer that a picture is not shown any more, and never will be from a browser's memory."""
    text = gettext("This picture is no longer shown.")
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=410, headers=headers)


@reading_only
def hidden_picture(request: HttpRequest, image_id: int, rendition_id: int) -> HttpResponseBase:
    """Show people who may change a picture in the admin what it is that is out of use.

    Raises:
        PermissionDenied: they may not change it.
        Http404: there is no such picture in this size.
    """
    image = get_object_or_404(get_image_model(), pk=image_id)
    if not policy_registry.get_by_type(type(image)).user_has_permission_for_instance(request.user, "change", image):
        raise PermissionDenied
    folder, _stroke, name = get_object_or_404(image.renditions, pk=rendition_id).file.name.partition("/")
    response = _file(folder, name)
    response.headers["Cache-Control"] = _PRIVATE
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return in_parts(request, response)


def _file(folder: str, name: str) -> FileResponse:
    """Return the answer with a whole file of a folder, by the very name that stands there.

    Raises:
        Http404: there is none, or the name is more than a name.
    """
    if not name or name in {".", ".."} or any(character in name for character in "/\\\0"):
        raise Http404
    if settings.S3:
        return _from_bucket(f"{folder}/{name}")
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


def _from_bucket(path: str) -> FileResponse:
    """Return the answer with a whole file of the bucket.

    Raises:
        Http404: there is none.
    """
    try:
        file = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")
    response.headers["Last-Modified"] = http_date(file.modified.timestamp())
    response.headers["ETag"] = file.etag
    return response


@reading_only
def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponseBase:
    """Hand out a document as Wagtail does, who asks for permission, on demand a part of it.

    Raises:
        Http404: there is none, or its file is lost.
    """
    if "If-None-Match" in request.headers:
        # Wagtail's way of sending files would ask the date too, and call a changed file unchanged (RFC 9110, 13.1.3).
        request.META.pop("HTTP_IF_MODIFIED_SINCE", None)
        request.__dict__.pop("headers")
    try:
        response = serve_document(request, document_id, document_filename)
    except FileNotFoundError as error:
        # From a disk that is Wagtail's own answer, from a bucket not.
        raise Http404 from error
    # Of a file in the bucket Wagtail does not say when it was written.
    if modified := getattr(getattr(getattr(response, "file_to_stream", None), "file", None), "modified", None):
        response.headers["Last-Modified"] = http_date(modified.timestamp())
    # What is public today may be restricted tomorrow: caches ask each time.
    response.headers["Cache-Control"] = "no-cache" if getattr(request, "file_is_public", False) else _PRIVATE
    return in_parts(request, response)
