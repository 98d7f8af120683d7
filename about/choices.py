"""What offices are said to have: languages that are spoken there, and how people with disabilities get in and on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices


class SpokenLanguage(TextChoices):
    """Languages in which people are advised, by their BCP 47 tags."""

    GERMAN = "de", pgettext_lazy("language", "German")
    ENGLISH = "en", pgettext_lazy("language", "English")
    UKRAINIAN = "uk", pgettext_lazy("language", "Ukrainian")
    ARABIC = "ar", pgettext_lazy("language", "Arabic")
    AMHARIC = "am", pgettext_lazy("language", "Amharic")
    DARI = "prs", pgettext_lazy("language", "Dari")
    FARSI = "fa", pgettext_lazy("language", "Farsi")
    FRENCH = "fr", pgettext_lazy("language", "French")
    KURMANJI = "kmr", pgettext_lazy("language", "Kurdish (Kurmanji)")
    SORANI = "ckb", pgettext_lazy("language", "Kurdish (Sorani)")
    PASHTO = "ps", pgettext_lazy("language", "Pashto")
    RUSSIAN = "ru", pgettext_lazy("language", "Russian")
    SOMALI = "so", pgettext_lazy("language", "Somali")
    SPANISH = "es", pgettext_lazy("language", "Spanish")
    TIGRINYA = "ti", pgettext_lazy("language", "Tigrinya")
    TURKISH = "tr", pgettext_lazy("language", "Turkish")
    SIGN_LANGUAGE = "gsg", pgettext_lazy("language", "German Sign Language")


class Access(TextChoices):
    """What helps people with disabilities at an office."""

    STEP_FREE = "step_free", _("Entrance without steps")
    LIFT = "lift", _("Lift")
    TOILET = "toilet", _("Accessible toilet")
    PARKING = "parking", _("Parking space for people with disabilities")
    GUIDANCE = "guidance", _("Tactile guidance for blind people")
    INDUCTION_LOOP = "induction_loop", _("Induction loop for hearing aids")
    INTERPRETING = "interpreting", _("Sign language interpreting on request")
    ASSISTANCE_DOGS = "assistance_dogs", _("Assistance dogs welcome")
