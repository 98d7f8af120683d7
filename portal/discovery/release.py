"""Preview or released: until somebody with that right releases the portal, every answer keeps search engines away.

What is open then is listed for whoever releases it; nothing of it is decided here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import npgettext, pgettext
from wagtail import hooks
from wagtail.models import Page

from portal import changes, navigation
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.models import OfficeSettings, Release
from portal.pages import versions

logger = logging.getLogger(__name__)

PERMISSION = "portal.release_portal"

STATUTORY_SLUGS = ("impressum", "datenschutz", "barrierefreiheit", "kontakt")
"""The German pages that a released portal has: imprint, data protection, accessibility, contact."""


@changes.kept("released", lambda: (changes.setting(Release._meta.label_lower),))
def is_released() -> bool:
    """Return whether the portal is released."""
    return Release.objects.filter(pk=1, is_released=True).exists()


def set_released(value: bool, user: AbstractBaseUser | None = None) -> None:
    """Release the portal, or make it a preview again, and remember who did it."""
    Release.objects.update_or_create(
        pk=1, defaults={"is_released": value, "changed_at": timezone.now(), "changed_by": user}
    )
    logger.warning("The portal was %s by %s.", "released" if value else "made a preview", user or "a command")


@dataclass(frozen=True)
class OpenPoint:
    """Something that is open before the release, and where in the admin it is seen to."""

    text: str
    url: str = ""


def open_points() -> list[OpenPoint]:
    """Return what is open: statutory pages, what only the office knows, texts that nobody read.

    Other apps add theirs by the hook `register_open_points`, which returns a list of them.
    """
    points = [*_missing_pages(), *_missing_details(), *_unread()]
    for register_open_points in hooks.get_hooks("register_open_points"):
        points += register_open_points()
    return points


def _missing_pages() -> list[OpenPoint]:
    home = navigation.homes().get(SOURCE_LANGUAGE)
    paths = {f"{home['url_path']}{slug}/": slug for slug in STATUTORY_SLUGS} if home else {}
    there = set(versions.real(Page.objects.filter(url_path__in=paths)).values_list("slug", flat=True))
    url = reverse("wagtailadmin_explore", args=[home["id"]]) if home else reverse("wagtailadmin_explore_root")
    text = pgettext("admin", "The page “%(slug)s” is not online.")
    return [OpenPoint(text % {"slug": slug}, url) for slug in STATUTORY_SLUGS if slug not in there]


def _missing_details() -> list[OpenPoint]:
    office = OfficeSettings.load()
    names = ("street", "postal_code", "town", "email", "phone", "responsible_person", "security_contact")
    empty = [str(office._meta.get_field(name).verbose_name) for name in names if not getattr(office, name)]
    if not empty:
        return []
    text = pgettext("admin", "Not known of the office, and needed in imprint and contact: %(names)s.")
    url = reverse("wagtailsettings:edit", args=["portal", "officesettings", office.pk])
    return [OpenPoint(text % {"names": ", ".join(empty)}, url)]


def _unread() -> list[OpenPoint]:
    """Count the live pages of each language that no person ever published here: nobody is known to have read them."""
    rows = versions.finished(Page.objects.live().filter(depth__gt=1)).order_by()
    found = dict(
        rows.values_list("locale__language_code").annotate(
            unread=Count("pk", filter=Q(published_version__edited_at__isnull=True))
        )
    )
    return [
        OpenPoint(
            npgettext(
                "admin",
                "%(language)s: %(count)d page was not read and published by a person yet.",
                "%(language)s: %(count)d pages were not read and published by a person yet.",
                found[language.code],
            )
            # Names are written from either side; the numbers stay where they are.
            % {"language": f"\u2068{language.name}\u2069", "count": found[language.code]}
        )
        for language in LANGUAGES
        if found.get(language.code)
    ]
