"""Forms around passwords."""

from __future__ import annotations

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from . import attempts


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
