"""What the editor is asked before a page is published, and told of what happened in other languages."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext
from wagtail.admin import messages as admin_messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import schedules
from translation import returning
from translation.models import ChangedMeanwhileError
from translation.publishing import OFFLINE, names_of

Handler = Callable[[HttpRequest], HttpResponse]


class BroughtBackMiddleware:
    """Names the translations that came online with their page, whichever screen published it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and add the message."""
        token = returning.brought_back.set([])
        try:
            response = self.get_response(request)
            if pages := returning.brought_back.get():
                text = pgettext("admin", "Online again with the page: %(pages)s.")
                messages.success(request, text % {"pages": names_of(pages)})
            return response
        finally:
            returning.brought_back.reset(token)


class OfflineSourceMiddleware:
    """Asks whoever puts a translation online while its German page is not, whichever screen publishes it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; the administration asks, unless that was answered."""
        asks = request.path.startswith(reverse("wagtailadmin_home")) and request.method == "POST" and OFFLINE not in request.POST
        with schedules.asking(asks):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show the question; the answer sends the same form once more. Where texts were changed before an approval, say so."""
        if isinstance(exception, ChangedMeanwhileError):
            return _say_changed(request, exception.page)
        if not isinstance(exception, schedules.SourceOfflineError):
            return None
        return ask(request, exception.page)


def _say_changed(request: HttpRequest, page: Page) -> HttpResponse:
    """Say that nothing was approved, and lead to where the texts are read as they stand now, and approved by whoever read them."""
    text = pgettext("admin", "“%(page)s” was not approved: texts were changed since. Look at it as it stands now, then decide.")
    review = _address_of_review(page)
    buttons = [admin_messages.button(review, pgettext("admin", "Draft, review, publication"))] if review else []
    admin_messages.warning(request, text % {"page": page.get_admin_display_title()}, buttons=buttons)
    there = get_valid_next_url_from_request(request) or reverse("wagtailadmin_home")
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"step": "success", "redirect": there})
    return redirect(there)


def _address_of_review(page: Page) -> str:
    """Return where a translation is reviewed; empty in a portal without the desk."""
    source = Page.objects.filter(translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
    if source is None:
        return ""
    try:
        return f"{reverse('translation_work', args=[source.pk, page.locale.language_code])}#review"
    except NoReverseMatch:
        return ""


def ask(request: HttpRequest, page: object, address: str = "", fields: dict | None = None) -> HttpResponse:
    """Answer with the question; saying yes sends `fields` to `address`, unless told otherwise what was sent to where it was sent."""
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        # A dialog has no room for it: the form of the page has.
        text = pgettext("admin", "“%(page)s” was not published: %(reason)s Publish it here if it is to go online all the same.")
        reason = pgettext("admin", "Its German page is not online.")
        messages.error(request, text % {"page": page.title, "reason": reason})
        return JsonResponse({"step": "success", "redirect": edit})
    sent = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    context = {
        "page": page,
        "edit": edit,
        "address": address or request.get_full_path(),
        "fields": [(name, value) for name, values in (sent if fields is None else fields).items() for value in values],
        "confirmed": OFFLINE,
    }
    return render(request, "translation/confirm_publication.html", context)
