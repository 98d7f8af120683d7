"""Forms around passwords and codes."""

from __future__ import annotations

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, pgettext
from wagtail.admin.forms.auth import LoginForm as AdminLoginForm

from . import attempts


def check_unique_email(email: str, account: AbstractBaseUser) -> str:
    """Return a mail address that no other account has, whatever its letter case: links to new passwords go there.

    Raises:
        ValidationError: another one has it.
    """
    others = get_user_model()._default_manager.exclude(pk=account.pk)
    if email and others.filter(email__iexact=email).exists():
        raise ValidationError(pgettext("admin", "Another account has this mail address."), code="duplicate_email")
    return email


class LoginForm(AdminLoginForm):
    """Signs people in to the admin; what was refused is said at the fields too."""

    def get_invalid_login_error(self) -> ValidationError:
        """Return the error, which has an `id` that the fields name."""
        for name in ("username", "password"):
            self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": "refused"}
        error = super().get_invalid_login_error()
        return ValidationError(format_html('<span id="refused">{}</span>', error.messages[0]), code=error.code)


class CodeForm(forms.Form):
    """Takes the code of an app, or one on paper."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}),
    )

    def __init__(self, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.request = request


class SetUpForm(CodeForm):
    """Takes the first code of an app, with the present password; tries of it are counted as at every door."""

    password = forms.CharField(
        label=gettext_lazy("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def clean_password(self) -> str:
        """Check the present password.

        Raises:
            TooManyTries: it may not be tried now.
        """
        password = self.cleaned_data["password"]
        if not attempts.check_password(self.request, self.request.user, password):
            raise ValidationError(gettext("This is not your password."), code="password_incorrect")
        return password


class OwnPasswordForm(PasswordChangeForm):
    """Changes somebody's own password; the present one is asked for, and tries of it are counted as at every door."""

    def __init__(self, user: AbstractBaseUser, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Check the present password.

        Raises:
            TooManyTries: it may not be tried now.
        """
        password = self.cleaned_data["old_password"]
        if not attempts.check_password(self.request, self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password
