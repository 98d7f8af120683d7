"""The seventeen goals of the 2030 Agenda, and the field of what contributes to some of them.

Names: the short titles of the United Nations, in each language as its UN information service or government writes them.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


class Goal(models.IntegerChoices):
    """A Sustainable Development Goal by its number."""

    POVERTY = 1, _("No poverty")
    HUNGER = 2, _("Zero hunger")
    HEALTH = 3, _("Good health and well-being")
    EDUCATION = 4, _("Quality education")
    GENDER = 5, _("Gender equality")
    WATER = 6, _("Clean water and sanitation")
    ENERGY = 7, _("Affordable and clean energy")
    WORK = 8, _("Decent work and economic growth")
    INDUSTRY = 9, _("Industry, innovation and infrastructure")
    INEQUALITIES = 10, _("Reduced inequalities")
    CITIES = 11, _("Sustainable cities and communities")
    CONSUMPTION = 12, _("Responsible consumption and production")
    CLIMATE = 13, _("Climate action")
    OCEANS = 14, _("Life below water")
    LAND = 15, _("Life on land")
    PEACE = 16, _("Peace, justice and strong institutions")
    PARTNERSHIPS = 17, _("Partnerships for the goals")

    @property
    def text(self) -> str:
        """Return the goal with its number, as it is named in a list."""
        return f"{self.value}. {self.label}"


class GoalsField(models.JSONField):
    """The numbers of some goals, in ascending order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> forms.Field:
        """Return the goals as boxes to tick."""
        return forms.TypedMultipleChoiceField(
            choices=[(goal.value, goal.text) for goal in Goal],
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
        )

    def to_python(self, value: Any) -> list[int]:
        """Return the numbers in order, each once.

        Raises:
            ValidationError: something is no number of a goal.
        """
        try:
            return sorted({Goal(number).value for number in value or []})
        except (TypeError, ValueError) as error:
            raise ValidationError(pgettext("admin", "A goal of the 2030 Agenda has a number from 1 to 17.")) from error
