"""The fixed set of line drawings: static files, chosen by a field on a page or topic."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices


class Illustration(TextChoices):
    """The drawings under `static/portal/art/`, by the name of their file."""

    ACCESSIBILITY = "accessibility", pgettext_lazy("admin", "Accessibility: many entries, one way")
    AGENDA = "agenda", pgettext_lazy("admin", "Agenda 2030")
    CLIMATE = "climate", pgettext_lazy("admin", "Climate")
    CONTACT = "contact", pgettext_lazy("admin", "Contact")
    COUNSELLING = "counselling", pgettext_lazy("admin", "Counselling")
    CRISIS = "crisis", pgettext_lazy("admin", "Crisis response")
    COUNTED_DEAD = "counted-dead", pgettext_lazy("admin", "The dead that were counted")
    DATA = "data", pgettext_lazy("admin", "Data")
    DIASPORA = "diaspora", pgettext_lazy("admin", "Diaspora")
    EARTHQUAKE = "earthquake", pgettext_lazy("admin", "Earthquake")
    FAMILY = "family", pgettext_lazy("admin", "Family")
    FILM = "film", pgettext_lazy("admin", "Film")
    GLOBAL = "global", pgettext_lazy("admin", "Worldwide")
    HEALTH = "health", pgettext_lazy("admin", "Health")
    HISTORY = "history", pgettext_lazy("admin", "History")
    INTEGRATION = "integration", pgettext_lazy("admin", "Integration")
    LABOUR = "labour", pgettext_lazy("admin", "Labour mobility")
    LEADERSHIP = "leadership", pgettext_lazy("admin", "Leadership")
    LEGAL = "legal", pgettext_lazy("admin", "Legal text")
    LOST_AT_SEA = "lost-at-sea", pgettext_lazy("admin", "Lost at sea")
    MISSING = "missing", pgettext_lazy("admin", "Missing people")
    MOURNING = "mourning", pgettext_lazy("admin", "Mourning")
    NEWSPAPER = "newspaper", pgettext_lazy("admin", "News")
    OFFICES = "offices", pgettext_lazy("admin", "Offices")
    PARTNERSHIP = "partnership", pgettext_lazy("admin", "Partnership")
    PROCUREMENT = "procurement", pgettext_lazy("admin", "Procurement")
    PROTECTION = "protection", pgettext_lazy("admin", "Protection")
    RESETTLEMENT = "resettlement", pgettext_lazy("admin", "Resettlement")
    RETURN = "return", pgettext_lazy("admin", "Return")
    SEA = "sea", pgettext_lazy("admin", "Sea route")
    SITEMAP = "sitemap", pgettext_lazy("admin", "Site map")
    UKRAINE = "ukraine", pgettext_lazy("admin", "Ukraine")
    VIOLENCE = "violence", pgettext_lazy("admin", "Violence and exploitation")
    WAR = "war", pgettext_lazy("admin", "War")


SOBER = frozenset({"counted-dead", "lost-at-sea", "missing", "mourning", "violence", "war"})
"""The drawings for death and violence: what bears one gets no cheerful one in its place."""


def illustration_url(name: str) -> str:
    """Return the address of a drawing."""
    return static(f"portal/art/{name}.svg")
