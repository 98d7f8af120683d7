"""The two addresses that the translation editor writes single segments to."""

from __future__ import annotations

from django.utils.translation import pgettext
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.request import Request
from wagtail_localize.views import edit_translation

from translation.checks.rules import LONGEST
from translation.files.inline import NO_TAG
from translation.guards import get_translation_and_target
from translation.permissions import reason_against_change

MOST_OPEN = 100
"""So many signs “<” that open no tag are read at most: for the end of each the parser looks through all of the rest."""


class GuardMixin:
    """Asks before the original view runs: may the user change the target, is it unlocked, is there a usable value?"""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Check the call.

        Raises:
            PermissionDenied: the user may not change the target, or it is locked.
            ParseError: a value is to be stored and none was sent, or one that no database can hold.
        """
        super().initial(request, *args, **kwargs)
        _translation, target = get_translation_and_target(kwargs["translation_id"])
        if reason := reason_against_change(request.user, target):
            raise PermissionDenied(reason)
        if request.method == "PUT":
            value = request.POST.get("value")
            if value is None:
                raise ParseError(pgettext("admin", "No text was sent."))
            if "\0" in value:
                raise ParseError(pgettext("admin", "The text holds a character that cannot be stored."))
            if len(value) > LONGEST or sum(1 for _one in NO_TAG.finditer(value)) > MOST_OPEN:
                raise ParseError(pgettext("admin", "The text is too long to be stored."))


class StringView(GuardMixin, edit_translation.edit_string_translation.cls):
    """Stores or clears the translation of one string."""


class OverrideView(GuardMixin, edit_translation.edit_override.cls):
    """Stores or clears a value that differs in one language."""


edit_string = StringView.as_view()
edit_override = OverrideView.as_view()
