"""The fixed set of line drawings: static files, chosen by a field on a page or topic."""

from __future__ import annotations

from django.db import models
from django.templatetags.static import static
from django.utils.translation import pgettext_lazy


class Illustration(models.TextChoices):
    """The drawings under `static/portal/art/`, by the name of their file."""

    ACCESSIBILITY = "accessibility", pgettext_lazy("drawing", "Accessibility: many entries, one way")
    AGENDA = "agenda", pgettext_lazy("drawing", "Agenda 2030")
    CLIMATE = "climate", pgettext_lazy("drawing", "Climate")
    CONTACT = "contact", pgettext_lazy("drawing", "Contact")
    COUNSELLING = "counselling", pgettext_lazy("drawing", "Counselling")
    CRISIS = "crisis", pgettext_lazy("drawing", "Crisis response")
    DATA = "data", pgettext_lazy("drawing", "Data")
    DIASPORA = "diaspora", pgettext_lazy("drawing", "Diaspora")
    EARTHQUAKE = "earthquake", pgettext_lazy("drawing", "Earthquake")
    FAMILY = "family", pgettext_lazy("drawing", "Family")
    FILM = "film", pgettext_lazy("drawing", "Film")
    GLOBAL = "global", pgettext_lazy("drawing", "Worldwide")
    HEALTH = "health", pgettext_lazy("drawing", "Health")
    HISTORY = "history", pgettext_lazy("drawing", "History")
    INTEGRATION = "integration", pgettext_lazy("drawing", "Integration")
    LABOUR = "labour", pgettext_lazy("drawing", "Labour mobility")
    LEADERSHIP = "leadership", pgettext_lazy("drawing", "Leadership")
    LEGAL = "legal", pgettext_lazy("drawing", "Legal text")
    NEWSPAPER = "newspaper", pgettext_lazy("drawing", "News")
    OFFICES = "offices", pgettext_lazy("drawing", "Offices")
    PARTNERSHIP = "partnership", pgettext_lazy("drawing", "Partnership")
    PROCUREMENT = "procurement", pgettext_lazy("drawing", "Procurement")
    PROTECTION = "protection", pgettext_lazy("drawing", "Protection")
    RESETTLEMENT = "resettlement", pgettext_lazy("drawing", "Resettlement")
    RETURN = "return", pgettext_lazy("drawing", "Return")
    SEA = "sea", pgettext_lazy("drawing", "Sea route")
    SITEMAP = "sitemap", pgettext_lazy("drawing", "Site map")
    UKRAINE = "ukraine", pgettext_lazy("drawing", "Ukraine")


def illustration_url(name: str) -> str:
    """Return the address of a drawing."""
    return static(f"portal/art/{name}.svg")
