"""An office's contacts in the words of schema.org; nothing of what has no value."""

from __future__ import annotations

from collections.abc import Iterator

from wagtail.blocks import StreamValue

from portal.blocks.facts import shown_facts
from portal.discovery.head import ORGANIZATION
from portal.facts.kinds import FactKind, spans
from portal.facts.shown import ShownFact

__all__ = ["ORGANIZATION", "address", "contact_points"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def address(contacts: StreamValue) -> str:
    """Return the first postal address in one line; nothing where none is given."""
    return next((fact.line for _heading, known in _facts(contacts) for fact in known if fact.kind == FactKind.ADDRESS), "")


def contact_points(contacts: StreamValue) -> list[dict[str, object]]:
    """Return the contacts that can be called or written to, each with its hours."""
    found = []
    for heading, known in _facts(contacts):
        point: dict[str, object] = {"@type": "ContactPoint", "name": heading}
        for fact in known:
            match fact.kind:
                case FactKind.PHONE:
                    point.setdefault("telephone", fact.machine)
                case FactKind.EMAIL:
                    point.setdefault("email", fact.machine)
                case FactKind.HOURS:
                    point.setdefault("hoursAvailable", _hours(fact.machine))
        if "telephone" in point or "email" in point:
            found.append(point)
    return found


def _facts(contacts: StreamValue) -> Iterator[tuple[str, list[ShownFact]]]:
    for block in contacts:
        yield block.value["heading"], shown_facts(block.value.get("facts") or [])


def _hours(value: str) -> list[dict[str, object]]:
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": list(_DAYS[first : last + 1]), "opens": opens, "closes": closes}
        for first, last, opens, closes in spans(value)
    ]
