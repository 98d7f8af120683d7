"""Forms that no browser sends: answered with 400 where Wagtail's views, which trust their own forms, end in an error.

What was posted decides, not the kind of error alone, so that a fault of the portal stays one. Each is logged with its traceback.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError
from wagtail.contrib.redirects import views as redirect_views

from portal.http.views import bad_request

logger = logging.getLogger(__name__)


def is_malformed(request: HttpRequest, error: Exception) -> bool:
    """Return whether an error comes from what was posted: a field that every form has is missing, or a value cannot be one."""
    if isinstance(error, (MultiValueDictKeyError, OverflowError, ObjectDoesNotExist)):
        return True
    if not isinstance(error, (ValueError, NoReverseMatch)):
        return False
    posted = {value for values in request.POST.lists() for value in values[1] if value}
    if "NUL" in str(error):
        return any("\0" in value for value in posted)
    return any(value in str(error) or repr(value) in str(error) or value.partition(":")[0] in str(error) for value in posted)


class MalformedFormMiddleware:
    """Answers such forms of the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with 400; everything else is an error of the portal."""
        if request.method != "POST" or not request.path_info.startswith("/admin/") or not is_malformed(request, exception):
            return None
        logger.warning("A form that cannot be read was sent to %s.", request.path_info, exc_info=exception)
        return bad_request(request, exception)


def no_form(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Answer the address at which a chooser of snippets would make new ones: none of the portal's does, and Wagtail's view expects one.

    Raises:
        Http404: always.
    """
    raise Http404


def process_import(request: HttpRequest) -> HttpResponse:
    """Import redirects; who comes without having chosen a file begins there."""
    if request.method == "POST" and not {"import_file_name", "input_format"} <= request.POST.keys():
        return redirect("wagtailredirects:start_import")
    return redirect_views.process_import(request)
