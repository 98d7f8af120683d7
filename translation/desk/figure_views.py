"""The screen on which somebody confirms changes of figures, in one language or in all that are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext, pgettext_lazy
from wagtail.admin import messages as admin_messages
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import LogFormatter
from wagtail.models import Locale, Page, PageLogEntry

from portal.admin import titles
from portal.admin.start import Box, Line
from portal.language.languages import SOURCE_LANGUAGE, direction_of
from translation.checks import marked
from translation.differences import difference
from translation.guards import refuse
from translation.permissions import SUBMIT_PERMISSION, may_read, working_locale_ids

from . import figures, matrix
from .choosing import versions_of
from .figures import Offer, Proposal
from .names import name_of


def show(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show what is proposed of a page in the languages that a person sees; write what they confirm.

    Raises:
        Http404: there is no such page, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    source = get_object_or_404(matrix.sources_for(request.user).select_related("locale"), pk=page_id).specific
    if not may_read(request.user, source):
        return refuse(request, pgettext("admin", "You may not read this page."))
    locales = matrix.locales_for(request.user)
    if request.method == "POST":
        asked = {locale: request.POST.get(f"seen-{locale.language_code}", "") for locale in locales}
        seen = {locale: text for locale, text in asked.items() if locale.language_code in request.POST.getlist("language")}
        return _confirm(request, source, seen)
    offers = figures.offers(source, locales)
    reasons = [figures.reason_against(request.user, offer) for offer in offers]
    context = {
        "source": source,
        "title": titles.title_for(request.user, source),
        "offers": [_shown(request.user, offer, reason) for offer, reason in zip(offers, reasons, strict=True)],
        "may_confirm": not all(reasons),
    }
    return render(request, "translation_desk/figures.html", context)


def _confirm(request: HttpRequest, source: Page, seen: dict[Locale, str]) -> HttpResponse:
    there = redirect("translation_figures", source.pk)
    if not seen:
        messages.error(request, pgettext("admin", "No language was chosen. Nothing was written."))
        return there
    try:
        results = figures.confirm(source, seen, request.user)
    except PermissionDenied:
        return refuse(request, pgettext("admin", "One of these languages is not yours, or its translation is locked."))
    except figures.ChangedMeanwhileError:
        text = pgettext("admin", "Something was changed meanwhile. Nothing was written; look at what is proposed now.")
        messages.error(request, text)
        return there
    if online := [name_of(result.offer.locale) for result in results if result.is_online]:
        messages.success(request, pgettext("admin", "Online with the new figures: %(languages)s.") % {"languages": ", ".join(online)})
    for result in results:
        if not result.is_online:
            address = reverse("translation_editor", args=[result.offer.translation.pk])
            button = admin_messages.button(address, pgettext("admin", "Edit translation"))
            text = pgettext("admin", "%(language)s: the new figures are in the translation, and not online. %(reason)s")
            names = {"language": name_of(result.offer.locale), "reason": result.reason}
            admin_messages.warning(request, text % names, buttons=[button])
    return redirect("translation_desk_page", source.pk)


def _shown(user: AbstractBaseUser, offer: Offer, reason: str) -> dict[str, object]:
    """Return an offer as the template shows it."""
    code = offer.locale.language_code
    linked = _linked_pages(offer.proposals)
    return {
        "offer": offer,
        "name": name_of(offer.locale),
        "code": code,
        "direction": direction_of(code),
        "reason": reason,
        "texts": [
            {
                "source": _difference(one.before, one.after),
                "target": _difference(one.old, one.new),
                "is_sure": one.is_sure,
                "addresses": [tuple(_named(user, address, linked) for address in pair) for pair in one.addresses],
            }
            for one in offer.proposals
        ],
    }


def _difference(before: str, after: str) -> SafeString:
    return difference(marked.words(before), marked.words(after))


def _linked_pages(proposals: Iterable[Proposal]) -> dict[str, Page]:
    """Return the pages of the portal to which links of texts led or lead, by how a link names them. At most one query."""
    names = {address for one in proposals for pair in one.addresses for address in pair if address.startswith("page ")}
    pages = Page.objects.in_bulk([int(number) for name in names if (number := name.removeprefix("page ")).isdecimal()]) if names else {}
    return {f"page {pk}": page for pk, page in pages.items()}


def _named(user: AbstractBaseUser, address: str, linked: dict[str, Page]) -> str:
    return titles.title_for(user, linked[address]) if address in linked else address


def offer_after_publication(request: HttpRequest, page: Page) -> None:
    """Say to whoever published a page of the source with other figures that these are proposed in the other languages."""
    if page.locale.language_code != SOURCE_LANGUAGE or not page.live or not versions_of([page]).exists():
        return
    if not (offers := figures.offers(page.specific, matrix.locales_for(request.user))):
        return
    count = len(offers)
    text = npgettext(
        "admin",
        "Figures were changed: the same change is proposed in %(count)d language.",
        "Figures were changed: the same change is proposed in %(count)d languages.",
        count,
    )
    button = admin_messages.button(reverse("translation_figures", args=[page.pk]), pgettext("admin", "Look at it and confirm"))
    admin_messages.info(request, text % {"count": count}, buttons=[button])


def start_boxes(request: HttpRequest) -> Iterator[Box]:
    """Yield the pages whose figures alone changed, for those who may take the change over in their languages."""
    if not request.user.has_perm(SUBMIT_PERMISSION):
        return
    own = working_locale_ids(request.user)
    locales = [locale for locale in matrix.locales_for(request.user) if locale.pk in own]
    lines = [
        Line(
            titles.title_for(request.user, source),
            reverse("translation_figures", args=[source.pk]),
            ", ".join(name_of(offer.locale) for offer in found),
        )
        for source, offers in figures.waiting(matrix.sources_for(request.user), locales)
        if may_read(request.user, source)
        and (found := [offer for offer in offers if not figures.reason_against(request.user, offer)])
    ]
    yield Box("translation-figures", pgettext_lazy("admin", "Figures to take over"), lines, order=49)


class FiguresFormatter(LogFormatter):
    """Says in the history of a version that it got other figures, and of how many texts."""

    label = pgettext_lazy("admin", "Figures taken over")

    def format_message(self, log_entry: PageLogEntry) -> str:
        """Return it as a sentence."""
        count = len(log_entry.data.get("texts", ()))
        text = npgettext(
            "admin",
            "Took changed figures over from the German page, in %(count)d text",
            "Took changed figures over from the German page, in %(count)d texts",
            count,
        )
        return text % {"count": count}
