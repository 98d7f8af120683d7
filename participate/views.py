"""What a page with a form answers: the form, the form with its errors, or that the message has come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext, ngettext
from wagtail.models import Page

from portal.http import limits
from portal.language.languages import current_language
from portal.pages import links, versions

from . import origins, receiving, tokens
from .forms import FORMS, ReportForm
from .purposes import ANSWERED, Purpose
from .recipients import Offer

if TYPE_CHECKING:
    from .models import ContactPage

RATE_WINDOW = 60 * 60
"""Seconds in which `MESSAGE_RATE` holds."""
LARGEST = 128 * 1024
"""Bytes: what the longest text takes in any script, and the rest of the form."""
RECEIVED = "received"
"""The parameter of the address that says that a message has come in."""

HEADERS = {"Cache-Control": "private, no-store"}

Serve = Callable[..., HttpResponse]


BROUGHT = {"page": ("page", 20), "q": ("query", 200), "topic": ("topic", 20)}
"""What a link to a form may bring along: the parameter, with its field and how much of it is read."""


@dataclass(frozen=True)
class Received:
    """What is said of a message that has come in."""

    reference: str
    has_receipt: bool
    is_answered: bool
    days: int


def answer(page: ContactPage, request: HttpRequest, serve: Serve) -> HttpResponse:
    """Answer a request for a page with a form; `serve` renders the page with what `request.contact` holds."""
    offer = page.offer
    # Where the language has no form yet, the German one speaks German, in its errors too.
    with translation.override(page.language_code):
        if request.method == "POST":
            response = _receive(page, offer, request, serve)
        elif found := tokens.read_received(request.GET.get(RECEIVED, "")):
            response = _shown(page, request, serve, _confirmation(page, *found))
        else:
            response = _shown(page, request, serve, _context(page, offer, _new_form(page, offer, request)))
    for name, value in HEADERS.items():
        response.headers[name] = value
    if page.purpose != Purpose.CONTACT:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def sample(page: ContactPage) -> dict[str, object]:
    """Return what an editor sees in the preview: the form as it stands before anybody typed."""
    offer = Offer(())
    return _context(page, offer, FORMS[page.purpose](offer, initial={"token": ""}))


def _new_form(page: ContactPage, offer: Offer, request: HttpRequest) -> ReportForm:
    """Return the empty form, with what the link brought along: the page, what was searched for."""
    initial = {field: request.GET.get(name, "")[:length] for name, (field, length) in BROUGHT.items()} | {"token": tokens.make()}
    return FORMS[page.purpose](offer, initial=initial)


def _receive(page: ContactPage, offer: Offer, request: HttpRequest, serve: Serve) -> HttpResponse:
    """Store what was sent and lead to the confirmation; else show the form with all that was typed, and what is wrong."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return _refuse(page, offer, request, serve, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        form = FORMS[page.purpose](offer, request.POST)
    except RequestDataTooBig:
        return _refuse(page, offer, request, serve, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not origins.is_own(request):
        form.full_clean()
        form.add_error(None, gettext("Your browser did not say that the text comes from this page. Please send it once more from here."))
        return _again(page, offer, request, serve, form, HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return _again(page, offer, request, serve, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    key = receiving.key_of(form)
    message = receiving.known(key)
    if message is None:
        if seconds := limits.seconds_to_wait(request, "message", settings.MESSAGE_RATE, RATE_WINDOW):
            form.add_error(None, _wait(seconds))
            response = _again(page, offer, request, serve, form, HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(seconds)
            return response
        message = receiving.store(page, form, key)
    has_receipt = bool(message.email) and settings.SENDS_MAIL
    return HttpResponseRedirect(f"{page.address}?{RECEIVED}={tokens.received(message.reference, has_receipt)}", status=HTTPStatus.SEE_OTHER)


def _wait(seconds: int) -> str:
    minutes = max(1, -(-seconds // 60))
    text = ngettext(
        "Many messages came from your connection. Please wait %(minutes)d minute and send yours once more.",
        "Many messages came from your connection. Please wait %(minutes)d minutes and send yours once more.",
        minutes,
    )
    return text % {"minutes": minutes}


def _refuse(page: ContactPage, offer: Offer, request: HttpRequest, serve: Serve, status: int) -> HttpResponse:
    """Answer what is too large to be read: nobody types so much."""
    form = FORMS[page.purpose](offer, {"token": tokens.make()})
    form.errors.clear()
    form.add_error(None, gettext("What you sent is too large. Please send a shorter text and no files."))
    return _again(page, offer, request, serve, form, status)


def _again(page: ContactPage, offer: Offer, request: HttpRequest, serve: Serve, form: ReportForm, status: int) -> HttpResponse:
    form.shown_again()
    response = _shown(page, request, serve, _context(page, offer, form))
    response.status_code = status
    return response


def _shown(page: ContactPage, request: HttpRequest, serve: Serve, context: dict[str, object]) -> HttpResponse:
    request.contact = context
    return serve(request)


def _context(page: ContactPage, offer: Offer, form: ReportForm) -> dict[str, object]:
    faults = form.faults if form.is_bound else []
    about = receiving.about(str(form["page"].value() or ""))
    privacy = links.resolve_one(page.privacy_page_id) if page.privacy_page_id else None
    return {
        "form": form,
        "faults": faults,
        "is_demo": offer.is_demo,
        "is_answered": page.purpose in ANSWERED,
        "about": _named(about) if about is not None else None,
        "privacy": privacy.plain() if privacy is not None else None,
        "days": settings.MESSAGE_DAYS,
        "view_title": gettext("Error: %(title)s") % {"title": page.title} if faults else "",
    }


def _named(page: Page) -> dict[str, str]:
    """Return the title of a page, with its language where that is another than the form's."""
    code = versions.language_of(page, "title")
    return {"title": page.title, "language": code if code != current_language().code else ""}


def _confirmation(page: ContactPage, reference: str, has_receipt: bool) -> dict[str, object]:
    is_answered = page.purpose in ANSWERED
    return {
        "received": Received(reference, has_receipt, is_answered, settings.MESSAGE_DAYS),
        "view_title": gettext("Your message has arrived") if is_answered else gettext("Thank you"),
    }
