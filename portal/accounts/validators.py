"""What passwords must not be, beyond Django's own rules."""

from __future__ import annotations

import re

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext

# Django's list is English and mostly short. These are what German lists of stolen passwords begin with, and what is near here.
GERMAN = frozenset(
    """
    passwort kennwort geheim hallo hallowelt willkommen schatz liebe ichliebedich sommer winter herbst frühling fruehling
    januar februar märz maerz april mai juni juli august september oktober november dezember
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    deutschland berlin nürnberg nuernberg hamburg münchen muenchen köln koeln frankfurt fussball fußball schalke bayern dortmund
    iom iomdeutschland iomgermany migration redaktion freigabe verwaltung portal website internet computer start anfang test
    """.split()  # noqa: SIM905 (a list of words is read and kept more easily as words)
)
DISTINCT = 5
"""So many different characters are the least."""
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LOOK_ALIKE = str.maketrans("013457@$!", "oieastasi")


class EasyPasswordValidator:
    """Refuses what only looks long: a common word with digits and signs around it or for letters in it, twice the same, few characters."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Return common passwords: Django's list of twenty thousand, and German ones."""
        return GERMAN | CommonPasswordValidator().passwords

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Look at a password.

        Raises:
            ValidationError: it is too easy.
        """
        if len(set(password)) < DISTINCT or any(self._is_common(form) for form in self._forms(password.casefold())):
            raise ValidationError(
                gettext(
                    "This password is too easy to guess: it is a common word with digits or signs, or a few characters again and again."
                ),
                code="password_too_easy",
            )

    def get_help_text(self) -> str:
        """Return the rule in one sentence."""
        return gettext("Your password can’t be a common word with digits or signs, or a few characters again and again.")

    @staticmethod
    def _forms(password: str) -> set[str]:
        core = _AROUND.sub("", password)
        return {core, _AROUND.sub("", password.translate(_LOOK_ALIKE)), core.translate(_LOOK_ALIKE)}

    def _is_common(self, core: str) -> bool:
        parts = [part for part in re.split(r"[\W\d_]+", core) if part]
        if core in self.words or (parts and len(set(parts)) == 1 and parts[0] in self.words):
            return True
        half = len(core) // 2
        return half > 1 and core[:half] == core[half:] and core[:half] in self.words
