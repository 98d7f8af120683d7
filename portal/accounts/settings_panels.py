"""One's own account in the admin: what asks for the present password; the second factor."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.forms.account import NameEmailForm
from wagtail.admin.forms.auth import PasswordChangeForm
from wagtail.admin.views import account
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views import users

from . import attempts, second_factor
from .forms import OwnPasswordForm, check_unique_email
from .middleware import WEAK_PASSWORD


class _AsksForPassword:
    """Form of somebody's own account: another mail address, or password, wants the present password.

    Whoever finds an open session could otherwise take the account for good: new passwords are mailed to that address.
    """

    request: HttpRequest

    def _add_present_password(self) -> None:
        self.fields["present_password"] = forms.CharField(
            label=pgettext_lazy("admin", "Your password"),
            help_text=pgettext_lazy("admin", "Only needed to change the mail address or the password."),
            required=False,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )

    def clean(self) -> dict[str, object]:
        """Check the present password where it is asked for.

        Raises:
            TooManyTries: none may be tried now.
        """
        cleaned = super().clean()
        cleaned = self.cleaned_data if cleaned is None else cleaned
        is_wanted = {"email", "password1"} & set(self.changed_data) and self.request.user.has_usable_password()
        if "present_password" in self.fields and is_wanted:
            password = cleaned.get("present_password", "")
            if not password:
                text = pgettext("admin", "To change the mail address or the password, enter your present password.")
                self.add_error("present_password", ValidationError(text, code="required"))
            elif not attempts.check_password(self.request, self.request.user, password):
                text = pgettext("admin", "This is not your password.")
                self.add_error("present_password", ValidationError(text, code="password_incorrect"))
        return cleaned

    def clean_email(self) -> str:
        """Check that no other account has the address."""
        return check_unique_email(self.cleaned_data["email"], self.instance)


class OwnNameEmailForm(_AsksForPassword, NameEmailForm):
    """Name and mail address."""

    def __init__(self, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self._add_present_password()


class NameEmailPanel(account.NameEmailSettingsPanel):
    """Name and mail address, with the present password."""

    def get_form(self) -> OwnNameEmailForm:
        """Return the form."""
        data = (self.request.POST, self.request.FILES) if self.request.method == "POST" else ()
        return OwnNameEmailForm(*data, instance=self.user, prefix=self.name, request=self.request)


class OwnPasswordPanelForm(OwnPasswordForm, PasswordChangeForm):
    """The password; tries of the present one are counted."""


class PasswordPanel(account.ChangePasswordPanel):
    """The password; tries of the present one are counted."""

    def get_form(self) -> OwnPasswordPanelForm:
        """Return the form, bound if a new password was typed."""
        names = (f"{self.name}-new_password1", f"{self.name}-new_password2")
        is_bound = self.request.method == "POST" and any(self.request.POST.get(name) for name in names)
        data = (self.request.POST,) if is_bound else ()
        return OwnPasswordPanelForm(self.user, *data, prefix=self.name, request=self.request)


class SecondFactorPanel(account.BaseSettingsPanel):
    """Leads to the second factor, where it is set up and changed."""

    name = "second_factor"
    title = pgettext_lazy("admin", "Second factor")
    order = 360
    template_name = "portal/admin/second_factor_panel.html"

    def get_form(self) -> forms.Form:
        """Return a form without fields: it has its own page."""
        return forms.Form()

    def get_context_data(self) -> dict[str, object]:
        """Say whether there is one, and lead back here."""
        query = urlencode({"next": reverse("wagtailadmin_account")})
        address = f"{reverse('second_factor')}?{query}"
        return {"is_set_up": second_factor.device(self.user) is not None, "address": address}


class AccountView(account.AccountView):
    """One's own account."""

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        """Return Wagtail's panels, ours in the place of two."""
        ours = {account.NameEmailSettingsPanel: NameEmailPanel, account.ChangePasswordPanel: PasswordPanel}
        panels = super().get_panels()
        return [ours[type(panel)](panel.request, panel.user, panel.profile) if type(panel) in ours else panel for panel in panels]


class CreationForm(UserCreationForm):
    """A new account; its mail address is its own."""

    def clean_email(self) -> str:
        """Check that no other account has the address."""
        return check_unique_email(self.cleaned_data["email"], self.instance)


class EditForm(_AsksForPassword, UserEditForm):
    """An account among the users; one's own asks for the present password here too."""

    def __init__(self, *args: object, request: HttpRequest | None = None, **kwargs: object) -> None:
        editing_self = kwargs.get("editing_self", False)
        super().__init__(*args, **kwargs)
        if request is not None:
            self.request = request
        if editing_self and request is not None:
            self._add_present_password()


class EditView(users.EditView):
    """Edits an account."""

    def get_form_kwargs(self) -> dict[str, object]:
        """Give the form the request, by which tries are counted."""
        return {**super().get_form_kwargs(), "request": self.request}

    def save_instance(self) -> object:
        """Save; a new password of one's own ends the order to change it."""
        instance = super().save_instance()
        if self.editing_self and "password1" in self.form.changed_data:
            self.request.session.pop(WEAK_PASSWORD, None)
        return instance


class UserViewSet(users.UserViewSet):
    """Accounts in the admin."""

    edit_view_class = EditView

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Return the form of a new account or of one that there is."""
        return EditForm if for_update else CreationForm
