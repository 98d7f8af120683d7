"""Time zones as visitors read them. In the admin all times are typed and shown in German time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from portal.language.choices import TextChoices


class TimeZone(TextChoices):
    """The zones in which something may take place or close, by their names in the IANA database."""

    BERLIN = "Europe/Berlin", _("German time")
    LONDON = "Europe/London", _("London time")
    KYIV = "Europe/Kyiv", _("Kyiv time")
    ISTANBUL = "Europe/Istanbul", _("Istanbul time")
    BEIRUT = "Asia/Beirut", _("Beirut time")
    CAIRO = "Africa/Cairo", _("Cairo time")
    NAIROBI = "Africa/Nairobi", _("Nairobi time")
    KABUL = "Asia/Kabul", _("Kabul time")
    MANILA = "Asia/Manila", _("Manila time")
    PANAMA = "America/Panama", _("Panama time")
    NEW_YORK = "America/New_York", _("New York time")
    UTC = "UTC", _("Coordinated Universal Time (UTC)")

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone itself."""
        return ZoneInfo(self.value)
