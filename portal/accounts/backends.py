"""Who somebody is, by name and password."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from . import attempts


class AccountBackend(ModelBackend):
    """Django's own, whose tries are counted, whichever form they come from; it sees whether a password is still good enough."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: object
    ) -> AbstractBaseUser | None:
        """Return the account, or None.

        Raises:
            TooManyTries: no password may be tried now.
        """
        if request is None or username is None or password is None:
            return super().authenticate(request, username=username, password=password, **kwargs)
        attempt = attempts.begin(attempts.LOGIN, request, username, attempts.find_account(username))
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            attempts.failed(attempt)
            return None
        attempt.succeeded()
        try:
            validate_password(password, user)
        except ValidationError:
            # Known at this moment alone: what is stored is a hash. `portal.accounts.signals` keeps it with the session.
            user.has_weak_password = True
        return user
