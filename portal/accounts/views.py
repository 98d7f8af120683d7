"""Doors as people see them: the site's own login, passwords of pages, forgotten passwords, a password that must be changed."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail import views as wagtail_views
from wagtail.admin.views import account
from wagtail.documents.views import serve
from wagtail.models import BaseViewRestriction, CollectionViewRestriction, Page

from portal import navigation
from portal.pages import readers, restrictions

from . import attempts
from .forms import OwnPasswordForm
from .middleware import WEAK_PASSWORD


def home_address(request: HttpRequest) -> str:
    """Return the home page in the language of the request."""
    home = navigation.homes().get(readers.of(request).language.code)
    return home["url"] if home is not None and home["is_real"] else resolve_url("choose_language")


class LoginView(auth_views.LoginView):
    """Signs readers in who have an account."""

    template_name = "wagtailcore/login.html"

    def get_default_redirect_url(self) -> str:
        """Return where somebody goes who came from nowhere."""
        return home_address(self.request)


def _with_password(request: HttpRequest, target: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer as Wagtail does to a form that asks readers for a password; tries are counted.

    Raises:
        TooManyTries: none may be tried now.
    """
    attempt = None
    if request.method == "POST":
        attempt = attempts.begin(attempts.PAGE, request, target)
        address = request.POST.get("return_url", "")
        if not url_has_allowed_host_and_scheme(address, request.get_host(), request.is_secure()):
            request.POST = request.POST.copy()  # type: ignore[assignment]
            request.POST["return_url"] = home_address(request)
    response = answer()
    if attempt is not None:
        if response.status_code == 302:
            attempt.succeeded()
        else:
            attempts.failed(attempt)
    return response


def page_password(request: HttpRequest, page_view_restriction_id: int, page_id: int) -> HttpResponse:
    """Take the password of a page.

    Raises:
        Http404: the restriction asks for no password, or is not one of this page.
        TooManyTries: none may be tried now.
    """
    page = get_object_or_404(Page, pk=page_id)
    get_object_or_404(restrictions.binding(page), pk=page_view_restriction_id, restriction_type=BaseViewRestriction.PASSWORD)
    return _with_password(
        request,
        f"page {page_view_restriction_id}",
        lambda: wagtail_views.authenticate_with_password(request, page_view_restriction_id, page_id),
    )


def collection_password(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """Take the password of a collection of documents.

    Raises:
        Http404: there is no such restriction, or it asks for no password.
        TooManyTries: none may be tried now.
    """
    get_object_or_404(CollectionViewRestriction, pk=restriction_id, restriction_type=BaseViewRestriction.PASSWORD)
    return _with_password(
        request, f"collection {restriction_id}", lambda: serve.authenticate_with_password(request, restriction_id)
    )


class PasswordResetView(account.PasswordResetView):
    """Mails a link to somebody who forgot the password; how often, is counted, whether there is such an account or not."""

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        """Send the mail.

        Raises:
            TooManyTries: not now.
        """
        attempts.begin(attempts.RESET, self.request, form.cleaned_data["email"])
        return super().form_valid(form)


class PasswordResetConfirmView(account.PasswordResetConfirmView):
    """Takes the new password of somebody who followed the link."""

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        """Keep the password; whoever reads the account's mail is let in from here, however many others try its password."""
        response = super().form_valid(form)
        attempts.let_in(form.user, self.request)
        return response


class ChangePasswordView(auth_views.PasswordChangeView):
    """Changes one's own password, in the site's look: also for people who do not work in the admin."""

    template_name = "accounts/change_password.html"
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, object]:
        """Give the form the request, by which tries are counted."""
        return {**super().get_form_kwargs(), "request": self.request}

    def get_success_url(self) -> str:
        """Return where the person was going."""
        address = self.request.POST.get("next", self.request.GET.get("next", ""))
        if url_has_allowed_host_and_scheme(address, self.request.get_host(), self.request.is_secure()):
            return address
        return home_address(self.request)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the destination, and whether the password must be changed."""
        must = bool(self.request.session.get(WEAK_PASSWORD))
        return {**super().get_context_data(**kwargs), "next": self.get_success_url(), "must_change": must}

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        """Keep the password; other sessions of the account end."""
        response = super().form_valid(form)
        self.request.session.pop(WEAK_PASSWORD, None)
        return response
