"""Passwords of pages and collections, once more: who knows an older one is asked for the new one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from wagtail.models import BaseViewRestriction

SESSION_KEY = "passed_passwords"
"""What a session has passed: kind and number of a restriction → hash of the password that was typed."""


def _hash(restriction: BaseViewRestriction) -> str:
    return salted_hmac("portal.accounts.shared_passwords", restriction.password, algorithm="sha256").hexdigest()


def _key(restriction: BaseViewRestriction) -> str:
    return f"{restriction.passed_view_restrictions_session_key} {restriction.pk}"


def apply() -> None:
    """Let a session hold which password it has passed.

    Wagtail 8 notes the number of the restriction alone: whoever knew a password reads on after it was changed, for as long as the
    session lasts, and it is changed because somebody knew it who should not. There is no documented point for it. This can go when Wagtail
    asks again.
    """
    accept: Callable[..., bool] = BaseViewRestriction.accept_request
    mark: Callable[..., None] = BaseViewRestriction.mark_as_passed

    def accept_request(self: BaseViewRestriction, request: HttpRequest) -> bool:
        if not accept(self, request):
            return False
        if self.restriction_type != BaseViewRestriction.PASSWORD:
            return True
        return constant_time_compare(request.session.get(SESSION_KEY, {}).get(_key(self), ""), _hash(self))

    def mark_as_passed(self: BaseViewRestriction, request: HttpRequest) -> None:
        mark(self, request)
        request.session[SESSION_KEY] = {**request.session.get(SESSION_KEY, {}), _key(self): _hash(self)}

    BaseViewRestriction.accept_request = accept_request
    BaseViewRestriction.mark_as_passed = mark_as_passed
