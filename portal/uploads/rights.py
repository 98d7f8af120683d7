"""Whether a picture may be shown: who allowed it and until when, and what is told to those who work with it.

A picture that was withdrawn, or whose last day is over, is out of use: pages, lists, feeds and the search are without it, its files answer
410. The day is asked for whenever a picture is shown; `portal.jobs.pictures` tells those who keep something that it has come.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext, pgettext_lazy

LONG = timedelta(days=30)
"""So long a browser may keep a picture that nothing limits."""
SHORT = timedelta(hours=1)
"""So long at most one that somebody may withdraw, or that has a last day; and caches in between any picture."""


class Rights(models.Model):
    """What allows a picture to be shown; `copyright` and `credit` say whose it is."""

    licence = models.CharField(
        pgettext_lazy("admin", "licence"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Named beside the photograph where it is filled in: “CC BY 4.0”."),
    )
    consent_on = models.DateField(
        pgettext_lazy("admin", "consent given on"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "The day on which the people in the photograph agreed to its publication."),
    )
    consent_filed = models.CharField(
        pgettext_lazy("admin", "consent filed at"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Where the signed form is kept. Visitors do not see this."),
    )
    usable_until = models.DateField(
        pgettext_lazy("admin", "usable until"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "The last day on which it is shown. Afterwards it is gone from all pages by itself."),
    )
    is_withdrawn = models.BooleanField(
        pgettext_lazy("admin", "withdrawn"),
        default=False,
        help_text=pgettext_lazy("admin", "It is gone from all pages, in all languages, as soon as you save. Drawings stand in for it."),
    )
    hidden_since = models.DateTimeField(null=True, editable=False, db_index=True)
    """Since when it has been known to be out of use; None while it is in use."""
    kept_until = models.DateTimeField(null=True, editable=False)
    """Until when browsers may keep what they got of it before anything limited it."""

    admin_fields: ClassVar[tuple[str, ...]] = ("licence", "consent_on", "consent_filed", "usable_until", "is_withdrawn")

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """Return whether its last day is over."""
        return self.usable_until is not None and self.usable_until < timezone.localdate()

    @property
    def is_usable(self) -> bool:
        """Return whether it may be shown."""
        return not self.is_withdrawn and not self.is_over

    @property
    def is_limited(self) -> bool:
        """Return whether it may have to go one day: then nobody may keep it for long."""
        return bool(self.is_withdrawn or self.usable_until or self.consent_on or self.consent_filed)

    @property
    def seconds_to_keep(self) -> int:
        """Return for how long a browser may keep it from now on: never beyond its last day."""
        if not self.is_limited:
            return int(LONG.total_seconds())
        if self.usable_until is None:
            return int(SHORT.total_seconds())
        end = timezone.make_aware(datetime.combine(self.usable_until + timedelta(days=1), time.min))
        return max(0, int(min(SHORT, end - timezone.now()).total_seconds()))

    @property
    def shown_until(self) -> datetime | None:
        """Return until when browsers may still show what they have of it; None while it is in use."""
        if self.hidden_since is None:
            return None
        return max(filter(None, (self.hidden_since + SHORT, self.kept_until)))

    def note_rights(self, stored: Rights | None) -> bool:
        """Note since when it is out of use and what browsers hold of it; return whether it is shown otherwise than before.

        Args:
            stored: what stands in the database; None of a new picture.
        """
        now = timezone.now()
        if stored is not None and self.is_limited and not stored.is_limited:
            self.kept_until = now + LONG
        self.hidden_since = None if self.is_usable else self.hidden_since or now
        return stored is not None and (stored.hidden_since is None) != (self.hidden_since is None)


def state(image: Rights) -> str:
    """Return in one word or two what those should know who work with a picture; nothing where it is simply in use."""
    if image.is_withdrawn:
        return pgettext("admin", "withdrawn")
    if image.usable_until is None:
        return ""
    text = pgettext("admin", "expired on %(date)s") if image.is_over else pgettext("admin", "usable until %(date)s")
    return text % {"date": date_format(image.usable_until, "SHORT_DATE_FORMAT")}


def explanation(image: Rights) -> SafeString | str:
    """Return what is told of a picture that is out of use: where it was used, and how long browsers may still show it."""
    if image.is_usable or image.shown_until is None:
        return ""
    if image.shown_until > timezone.now():
        text = pgettext(
            "admin",
            "No longer shown since %(since)s: its files answer nobody any more. Browsers that have loaded it before may show it"
            " until %(until)s.",
        )
    else:
        text = pgettext("admin", "No longer shown since %(since)s: its files answer nobody any more, and no browser should hold it.")
    moments = {"since": image.hidden_since, "until": image.shown_until}
    said = text % {name: date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") for name, moment in moments.items()}
    number = image.get_usage().count()
    places = npgettext("admin", "It stood in %(number)d place.", "It stood in %(number)d places.", number) % {"number": number}
    return format_html('{} <a href="{}">{}</a>', said, image.usage_url, places)
