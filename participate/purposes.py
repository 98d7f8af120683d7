"""What the forms are for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices


class Purpose(TextChoices):
    """What a form is for; it decides which questions it asks."""

    CONTACT = "contact", pgettext_lazy("admin", "a message to the office")
    BARRIER = "barrier", pgettext_lazy("admin", "report a barrier")
    HELPFUL = "helpful", pgettext_lazy("admin", "was this page helpful?")
    SEARCH = "search", pgettext_lazy("admin", "searched for, not found")


ANSWERED = (Purpose.CONTACT, Purpose.BARRIER)
"""What the office answers; the rest is counted and read, and nobody is promised an answer."""


class Helpful(TextChoices):
    """What somebody thinks of a page."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("In part")
    NO = "no", _("No")
