"""What a page type says of itself beside its fields: `listing = Listing(…)`.

Everything else reads it: index pages and their rows, cards, feeds, head and structured data, the search, the records of the initial
content, the API, the admin's list, the block “latest of”. A name in a declaration is a field of the page type, or an attribute; one
that is neither is named by a system check, and read as nothing, so that no page breaks over it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, get_page_models
from wagtail_localize.fields import TranslatableField

from portal.language.dates import DatePrecision, KnownDate
from portal.language.zones import TimeZone

from .dates import Dates, Status, moment

Text = str | Promise

LABELS: dict[str, tuple[Text, Text, Text]] = {
    "kind": (_("Kind"), _("All kinds"), _("Kind")),
    "scope": (_("Scope"), _("All"), _("Scope")),
    "topics": (_("Topic"), _("All topics"), _("Topics")),
    "regions": (_("Region"), _("All regions"), _("Regions")),
    "when": (_("When"), _("All"), _("When")),
    "when.year": (_("Year"), _("All years"), _("Year")),
    "when.status": (_("Status"), _("All"), _("Status")),
    "place": (_("Place"), _("All places"), _("Place")),
    "goals": (_("Goal of the 2030 Agenda"), _("All goals"), _("Goals of the 2030 Agenda")),
}
"""What visitors read at filters and facts that many kinds have: at a filter, where it chooses everything, at a fact."""

PARAMETERS = {
    "topics": "topic",
    "regions": "region",
    "when.year": "year",
    "when.status": "status",
    "languages": "language",
    "funders": "funder",
    "goals": "goal",
}
"""What filters are called in addresses, where that is not the name of the field."""


@dataclass(frozen=True)
class When:
    """What the dates of a kind mean: names of its fields.

    `start` is when it begins or what it is dated, `end` when it ends, `closes` until when somebody can answer it. `precision` and
    `end_precision` are the fields that say how much of `start` and `end` is known, `zone` the one with the time zone in which visitors
    read them, `lasts` the one that says whether what has no end goes on: of such kinds each page has a status. What `ages` counts less
    in the search the older it is, and is never over.
    """

    start: str = ""
    end: str = ""
    closes: str = ""
    precision: str = ""
    end_precision: str = ""
    lasts: str = ""
    zone: str = ""
    ages: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        known = (self.start, self.end, self.closes, self.precision, self.end_precision, self.lasts, self.zone)
        return tuple(name for name in known if name)

    def precision_of(self, name: str) -> str:
        """Return the field that says how much of a date is known; nothing where all of it is."""
        return {self.end: self.end_precision, self.start: self.precision}.get(name, "") if name else ""


class Schema:
    """What a kind is in the words of schema.org: a type, and for its properties the names of the fields that hold them."""

    def __init__(self, type: str, **properties: str) -> None:
        self.type = type
        self.properties = properties

    @property
    def is_article(self) -> bool:
        """Return whether the page itself is the thing, and not only about it."""
        return self.type.endswith("Article")


NEWEST, UPCOMING, CLOSING, BY_NAME = "newest", "upcoming", "closing", "name"
ORDERS = (NEWEST, UPCOMING, CLOSING, BY_NAME)
AFTER, APART, GONE = "after", "apart", "gone"
OVER = (AFTER, APART, GONE)
FEEDS = ("rss", "atom", "ics")


@dataclass(frozen=True)
class Listing:
    """All that Wagtail has no word for of a kind of content.

    `kind` is its name for programs: in addresses of feeds, in the search, in records. `label` is what one of it is called, `plural`
    what all of them are; `all_label` leads to their list, `further_label` stands above others of them, `empty_label` where there are
    none. `kinds` names a field with choices where visitors tell several kinds apart in one list. `order` is
    `newest`, `upcoming` (what is to come first, by its beginning; then what is over), `closing` (the same by the deadline) or `name`.
    `over` says where that stands which is over: `after` the others, `apart` in a list of its own (`?past=yes`) and in the calendar feed,
    or in no list and feed (`gone`); `over_label` marks it on cards and in the search.
    `filters` and `facts` name what lists are filtered by and what the box “At a glance” holds; `when`, `when.year` and `when.status`
    are the dates and what follows from them. `lines` are texts that hold one value in each line.
    `labels` names for visitors what `LABELS` does not. `author` is the field that says who wrote it; left empty, the editors did.
    `past_label` is what those are called in a list of their own.
    `records` maps keys of records to fields. `feed_path` is where its feeds lie, `feeds/<kind>` if nothing else is said;
    `description` says to feed readers what is in them.
    """

    kind: str
    label: Text
    plural: Text = ""
    all_label: Text = _("The whole list")
    further_label: Text = _("Further entries")
    empty_label: Text = _("There is nothing here yet.")
    kinds: str = ""
    when: When = field(default_factory=When)
    order: str = NEWEST
    over: str = AFTER
    over_label: Text = ""
    past_label: Text = ""
    filters: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    labels: dict[str, Text] = field(default_factory=dict)
    schema: Schema | None = None
    feeds: tuple[str, ...] = ()
    feed_path: str = ""
    description: Text = ""
    author: str = ""
    records: dict[str, str] = field(default_factory=dict)

    # --- what a kind is called -------------------------------------------------------------------------------------

    def names(self) -> dict[str, str]:
        """Return by where it stands each name of a field in this declaration."""
        found = {f"when={name}": name for name in self.when.names()}
        found |= {f"filters={name}": name for name in self.filters if name.partition(".")[0] != "when"}
        found |= {f"facts={name}": name for name in self.facts if name.partition(".")[0] != "when"}
        found |= {f"schema={key}": name for key, name in (self.schema.properties if self.schema else {}).items()}
        found |= {f"lines={name}": name for name in self.lines}
        found |= {f"records={key}": name for key, name in self.records.items()}
        found |= {f"{key}={name}": name for key, name in (("kinds", self.kinds), ("author", self.author)) if name}
        return found

    def kinds_of(self, model: type[models.Model]) -> dict[str, Text]:
        """Return the kinds that visitors tell apart, by their names for programs."""
        chosen = choices(model, self.kinds) if self.kinds else {}
        return chosen or {self.kind: self.label}

    def kind_of(self, page: Page) -> str:
        """Return which of them a page is."""
        return str(value(page, self.kinds) or self.kind) if self.kinds else self.kind

    def label_of(self, page: Page) -> Text:
        """Return what visitors read above the title of a page."""
        return self.kinds_of(type(page)).get(self.kind_of(page), self.label)

    @property
    def title(self) -> Text:
        """Return what all of them together are called."""
        return self.plural or self.label

    def schema_values(self, page: Page) -> dict[str, object]:
        """Return what schema.org knows of a page beyond what it knows of any; empty where nothing is declared."""
        if self.schema is None:
            return {}
        found = {name: _for_machines(value(page, field_name)) for name, field_name in self.schema.properties.items()}
        return {"@type": self.schema.type, **{name: known for name, known in found.items() if known}}

    # --- dates -----------------------------------------------------------------------------------------------------

    def start(self, page: Page) -> datetime.datetime | None:
        """Return when a page begins, or the day that it is dated; None where nothing is declared or known."""
        return moment(value(page, self.when.start))

    def end(self, page: Page) -> datetime.datetime | None:
        """Return when a page is over: at its deadline, at its end, else when it began; a day is over when it ends.

        What ages never is, nor what goes on.
        """
        if self.when.ages:
            return None
        for name in (self.when.closes, self.when.end, self.when.start):
            if name == self.when.start and value(page, self.when.lasts):
                return None
            if (known := value(page, name)) is not None:
                return moment(known, is_end=True, precision=self._precision(page, name))
        return None

    def status(self, page: Page) -> Status | None:
        """Return whether a page is planned, running or ended; None where its kind does not last, or no date is known."""
        dates = self.dates(page)
        return dates.status if dates else None

    def is_over(self, page: Page) -> bool:
        """Return whether a page is over."""
        end = self.end(page)
        return end is not None and end < timezone.now()

    def is_closed(self, page: Page) -> bool:
        """Return whether nobody can answer a page any more: its deadline has passed. It belongs in no search engine then."""
        return bool(self.when.closes) and self.is_over(page)

    def dates(self, page: Page) -> Dates | None:
        """Return from when to when a page is, where it ends; else its deadline; None where nothing is declared or known."""
        when, precision = self.when, self._precision(page, self.when.start)
        name = value(page, when.zone)
        zone = TimeZone(name) if name in TimeZone else None
        start, end = value(page, when.start), value(page, when.end)
        if start is not None or (when.lasts and end is not None):
            goes_on = bool(value(page, when.lasts)) if when.lasts else None
            end_precision = self._precision(page, when.end) if when.end_precision else ""
            return Dates(start, precision, end, zone, end_precision=end_precision, goes_on=goes_on)
        closes = value(page, when.closes)
        return Dates(closes, precision, zone=zone, is_deadline=True) if closes is not None else None

    def known_date(self, page: Page) -> KnownDate | None:
        """Return that in the active language."""
        dates = self.dates(page)
        return dates.known if dates else None

    def _precision(self, page: Page, name: str) -> str:
        """Return how much of a date is known."""
        return str(value(page, self.when.precision_of(name)) or DatePrecision.DAY)


# --- reading names -------------------------------------------------------------------------------------------------------


def field_of(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    """Return a field of a model; None where there is none."""
    try:
        found: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found


def value(page: Page, name: str) -> Any:
    """Return what a name in a declaration stands for on a page; None where it is empty or there is no such field."""
    found = getattr(page, name, None) if name else None
    return None if found == "" else found


def _for_machines(known: object) -> object:
    """Return a value as JSON has it: times in the portal's time zone, texts that are translated later as texts."""
    if isinstance(known, datetime.datetime):
        return timezone.localtime(known).isoformat(timespec="minutes")
    if isinstance(known, datetime.date):
        return known.isoformat()
    return known if isinstance(known, (str, dict, list, int, float)) else str(known or "")


def choices(model: type[models.Model], name: str) -> dict[str, Text]:
    """Return the choices of a field by value; none where it has none or is none."""
    found = field_of(model, name)
    return dict(getattr(found, "choices", None) or getattr(found, "options", None) or ())


def is_own_text(model: type[Page], name: str) -> bool:
    """Return whether a field of a page type is a text, which each language has of its own."""
    return any(isinstance(stated, TranslatableField) and stated.field_name == name for stated in model.translatable_fields)


def label(listing: Listing, model: type[models.Model], name: str, *, is_fact: bool = False) -> Text:
    """Return what visitors read at a filter, or at a fact."""
    if name in listing.labels:
        return listing.labels[name]
    if name in LABELS:
        return LABELS[name][2 if is_fact else 0]
    found = field_of(model, name)
    return capfirst(getattr(found, "verbose_name", "") or name)


def values_of(page: Page, listing: Listing, name: str) -> list[Any]:
    """Return what a name stands for, as many as there are: the lines of a text that holds several values, the members of a list."""
    known = value(page, name)
    if name in listing.lines:
        return list(dict.fromkeys(line for text in str(known or "").splitlines() if (line := text.strip())))
    return list(known) if isinstance(known, (list, tuple)) else [] if known is None else [known]


# --- all declarations ----------------------------------------------------------------------------------------------------


def listings() -> dict[type[Page], Listing]:
    """Return the declarations of all page types that have one."""
    return {model: model.listing for model in get_page_models() if getattr(model, "listing", None) is not None}


def model_of(kind: str) -> type[Page] | None:
    """Return the page type of a kind; None where there is none."""
    return next((model for model, listing in listings().items() if listing.kind == kind), None)


def record_keys(label: object) -> dict[str, str]:
    """Return the keys that records of a type (`app.Model`) have of their kind, each with the field that it sets."""
    try:
        listing = getattr(apps.get_model(str(label)), "listing", None)
    except (LookupError, ValueError):
        return {}
    return dict(listing.records) if listing is not None else {}


def translated_record_keys(label: object) -> frozenset[str]:
    """Return those of these keys that are texts, which each language has of its own."""
    return frozenset(key for key, name in record_keys(label).items() if is_own_text(apps.get_model(str(label)), name))


def kinds() -> dict[str, Text]:
    """Return what visitors tell apart among all pages, by its name for programs."""
    return {"page": _("Page")} | {
        str(name): text for model, listing in listings().items() for name, text in listing.kinds_of(model).items()
    }


def kind_of(page: Page) -> str:
    """Return which of `kinds` a specific page is."""
    listing = getattr(page, "listing", None)
    return listing.kind_of(page) if listing is not None else "page"


def date_of(page: Page) -> datetime.date | None:
    """Return the day on which a specific page begins or that it is dated; None where its kind declares none."""
    listing = getattr(page, "listing", None)
    start = listing.start(page) if listing is not None else None
    return timezone.localtime(start).date() if start is not None else None


def year_of(page: Page) -> int | None:
    """Return the year of that day."""
    date = date_of(page)
    return date.year if date is not None else None


def filters_by(model: type[Page], listing: Listing, related: type[models.Model]) -> list[str]:
    """Return the filters of a kind whose values are rows of another model."""
    return [name for name in listing.filters if getattr(field_of(model, name), "related_model", None) is related]


def whole_indexes() -> list[type[Page]]:
    """Return the types of index pages that list all pages of their kind, wherever these lie."""
    return [model for model in get_page_models() if getattr(model, "lists_whole_kind", False)]


def digest() -> str:
    """Return what rows must have been made from to be up to date."""
    lines = [
        f"{model._meta.label}:{listing.kind}:{listing.kinds}:{listing.when}:{listing.order}:{listing.filters}:{listing.lines}"
        for model, listing in listings().items()
    ]
    lines += [f"{model._meta.label}:{listed._meta.label}" for model in whole_indexes() for listed in model.listed_models()]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def unknown_names(model: type[Page], listing: Listing) -> Iterator[str]:
    """Yield the names in a declaration that are neither a field nor an attribute of the page type, with where they stand."""
    for where, name in listing.names().items():
        if field_of(model, name) is None and not hasattr(model, name):
            yield where
    if listing.order not in ORDERS:
        yield f"order={listing.order}"
    if listing.over not in OVER:
        yield f"over={listing.over}"
    yield from (f"feeds={name}" for name in listing.feeds if name not in FEEDS)
    yield from (f"filters={name}" for name in listing.filters if name.startswith("when.") and name not in PARAMETERS)
