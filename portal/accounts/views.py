"""Doors as people see them: the site's own login, passwords of pages, forgotten ones, ones that must be changed, a second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.generic import FormView
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail import views as wagtail_views
from wagtail.admin.views import account
from wagtail.documents.views import serve
from wagtail.log_actions import log
from wagtail.models import BaseViewRestriction, CollectionViewRestriction, Page

from portal import navigation
from portal.pages import readers, restrictions

from . import attempts, history, second_factor
from .forms import CodeForm, OwnPasswordForm, SetUpForm
from .middleware import WEAK_PASSWORD


def home_address(request: HttpRequest) -> str:
    """Return the home page in the language of the request."""
    home = navigation.homes().get(readers.of(request).language.code)
    return home["url"] if home is not None and home["is_real"] else resolve_url("choose_language")


def _destination(request: HttpRequest) -> str:
    """Return where somebody was going when a form came in between; the home page where that is not here."""
    address = request.POST.get("next", request.GET.get("next", ""))
    is_here = url_has_allowed_host_and_scheme(address, request.get_host(), request.is_secure())
    return address if is_here else home_address(request)


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


class SecondFactorView(LoginRequiredMixin, FormView):
    """Asks for the code of an app or one on paper, or lets somebody set the app up; codes for paper are shown once."""

    template_name = "accounts/second_factor.html"

    @cached_property
    def device(self) -> TOTPDevice | None:
        """The second factor that is set up."""
        return second_factor.device(self.request.user)

    @cached_property
    def is_awaited(self) -> bool:
        """Whether nothing else opens before."""
        return bool(self.request.session.get(second_factor.AWAITED))

    def get_login_url(self) -> str:
        """Return where to sign in first."""
        return reverse("wagtailcore_login")

    def get_form_class(self) -> type[CodeForm]:
        """Ask for the password too where a session that was open before sets it up: somebody else may have found it so."""
        return CodeForm if self.device is not None or self.is_awaited else SetUpForm

    def get_form_kwargs(self) -> dict[str, object]:
        """Give the form the request, by which tries of the password are counted."""
        return {**super().get_form_kwargs(), "request": self.request}

    def get_success_url(self) -> str:
        """Return where the person was going."""
        return _destination(self.request)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Do what was asked for if the code is right: sign in, set up, make new codes for paper, remove."""
        if self.device is None:
            return self._set_up(form)
        right = second_factor.is_right(self.request.user, form.cleaned_data["code"])
        if not right:
            if right is not None:
                # What is not looked at fills no history.
                log(instance=self.request.user, action=history.REFUSED)
            return self._refused(form)
        if self.is_awaited:
            self._open()
            return HttpResponseRedirect(self.get_success_url())
        if "remove" in self.request.POST and not second_factor.is_required(self.request.user):
            second_factor.remove(self.request.user, self.request.user)
            return HttpResponseRedirect(self.get_success_url())
        log(instance=self.request.user, action=second_factor.RENEWED, user=self.request.user)
        return self._with_codes(second_factor.renew_codes(self.request.user))

    def _set_up(self, form: CodeForm) -> HttpResponse:
        codes = second_factor.confirm(self.request, form.cleaned_data["code"])
        if codes is None:
            return self._refused(form)
        self._open()
        return self._with_codes(codes)

    def _open(self) -> None:
        second_factor.end(self.request)
        attempts.remember(self.request.user, self.request)
        log(instance=self.request.user, action=history.SIGNED_IN, user=self.request.user)

    def _refused(self, form: CodeForm) -> HttpResponse:
        seconds = second_factor.seconds_to_wait(self.request.user)
        wait = ngettext("Try again in %(number)d second.", "Try again in %(number)d seconds.", seconds) % {"number": seconds}
        form.add_error("code", " ".join([gettext("This code is not right."), *([wait] if seconds > 1 else [])]))
        return self.form_invalid(form)

    def _with_codes(self, codes: list[str]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(codes=codes))

    def render_to_response(self, context: dict[str, object], **kwargs: object) -> HttpResponse:
        """Keep keys and codes out of every cache."""
        response = super().render_to_response(context, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add what the page shows: the key to set up with, or what can be done."""
        context = {**super().get_context_data(**kwargs), "next": self.get_success_url(), "is_awaited": self.is_awaited}
        if "codes" in context:
            return context
        if self.device is None:
            unconfirmed = second_factor.prepared(self.request)
            key = {"picture": second_factor.picture(unconfirmed), "secret": second_factor.secret(unconfirmed)}
            return {**context, **key, "is_set_up": False}
        required = second_factor.is_required(self.request.user)
        return {**context, "is_set_up": True, "is_required": required, "codes_left": second_factor.codes_left(self.request.user)}


class ChangePasswordView(auth_views.PasswordChangeView):
    """Changes one's own password, in the site's look: also for people who do not work in the admin."""

    template_name = "accounts/change_password.html"
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, object]:
        """Give the form the request, by which tries are counted."""
        return {**super().get_form_kwargs(), "request": self.request}

    def get_success_url(self) -> str:
        """Return where the person was going."""
        return _destination(self.request)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the destination, and whether the password must be changed."""
        must = bool(self.request.session.get(WEAK_PASSWORD))
        return {**super().get_context_data(**kwargs), "next": self.get_success_url(), "must_change": must}

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        """Keep the password; other sessions of the account end."""
        response = super().form_valid(form)
        self.request.session.pop(WEAK_PASSWORD, None)
        return response
