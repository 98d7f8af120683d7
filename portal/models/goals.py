"""The seventeen goals of the 2030 Agenda, by the short titles that the United Nations use in each language."""

from __future__ import annotations

from django.db.models import Field
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.language.choices import TextChoices


class Goal(TextChoices):
    """A Sustainable Development Goal by its number."""

    POVERTY = "1", _("No poverty")
    HUNGER = "2", _("Zero hunger")
    HEALTH = "3", _("Good health and well-being")
    EDUCATION = "4", _("Quality education")
    GENDER = "5", _("Gender equality")
    WATER = "6", _("Clean water and sanitation")
    ENERGY = "7", _("Affordable and clean energy")
    WORK = "8", _("Decent work and economic growth")
    INDUSTRY = "9", _("Industry, innovation and infrastructure")
    INEQUALITIES = "10", _("Reduced inequalities")
    CITIES = "11", _("Sustainable cities and communities")
    CONSUMPTION = "12", _("Responsible consumption and production")
    CLIMATE = "13", _("Climate action")
    OCEANS = "14", _("Life below water")
    LAND = "15", _("Life on land")
    PEACE = "16", _("Peace, justice and strong institutions")
    PARTNERSHIPS = "17", _("Partnerships for the Goals")

    @classmethod
    def as_options(cls) -> list[tuple[str, str | Promise]]:
        """Return the goals for a `ChoicesField`, each named with its number, in the active language."""
        return [(goal.value, f"{goal.value}. {goal.label}") for goal in cls]


def names_goals(field: Field | None) -> bool:
    """Return whether a field of a model holds goals: they are shown by number and official colour."""
    return getattr(field, "_options", None) == Goal.as_options
