"""Sample values for the component page, as an editor would type them; used in development only."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from django import template
from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.utils.safestring import mark_safe

from portal.blocks.illustrations import illustration_url
from portal.blocks.laender import LAENDER, names, tiles
from portal.blocks.layout import Task
from portal.blocks.media import Download, Figure
from portal.blocks.people import Contact
from portal.blocks.stories import OutsideFilm, Recording
from portal.blocks.text import Source
from portal.facts import shown
from portal.facts.kinds import FactKind
from portal.facts.shown import ShownFact
from portal.language.dates import KnownDate
from portal.listing.dates import Status
from portal.listing.facts import Fact, Value
from portal.navigation import SiteMapNode
from portal.pages.cards import Card, Form, Metaline
from portal.pages.links import Link

register = template.Library()

_LINK = Link("#links", "Zu den Daten")
_TEXT = mark_safe("<p>Ein bis drei Sätze, mit <a href='#notices'>Link</a> und <b>Auszeichnung</b>.</p>")  # noqa: S308


_ZONES = ("16. Oktober 2031, 12:00 bis 14:00 Uhr (New Yorker Zeit)", "16. Oktober 2031, 18:00 bis 20:00 Uhr (deutsche Zeit)")


def _picture(name: str) -> dict[str, object]:
    return {"image": None, "url": illustration_url(name)}


def _card(title: str, text: str, drawing: str, meta: Metaline | None = None) -> Card:
    return Card(Link("#cards", title), text, meta=meta or Metaline(), picture=_picture(drawing))


def _found(*texts: str) -> list[SimpleNamespace]:
    """Return the segments of a text that was found: every second one is marked."""
    return [SimpleNamespace(text=text, marked=bool(number % 2)) for number, text in enumerate(texts)]


def _result(meta: Metaline, is_promoted: bool = False) -> SimpleNamespace:
    return SimpleNamespace(
        link=Link("#cards"),
        title=_found("Familie nachholen: ", "Familiennachzug"),
        text=_found("Was unterscheidet Resettlement vom ", "Familiennachzug", "? Beim Nachzug lebt schon jemand in Deutschland."),
        meta=meta,
        is_promoted=is_promoted,
    )


@register.simple_tag
def component_samples() -> dict[str, object]:
    """Return values for every component; none comes from the database."""
    return {**_links(), **_cards(), **_texts(), **_boxes()}


def _links() -> dict[str, object]:
    return {
        "buttons": [(variant, Link("#buttons", variant or "btn")) for variant in ("", "second", "accent", "danger")],
        "small_button": Link("#buttons", "small"),
        "chip": Link("#buttons", "Resettlement"),
        "current_chip": Link("#buttons", "Rückkehr"),
        "link": _LINK,
        "foreign_link": replace(_LINK, title="World Migration Report", language="en", hreflang="en"),
        "outside_link": Link("https://www.iom.int/", "iom.int", is_external=True),
        "lost_link": replace(_LINK, address=""),
        "contents": [{"text": "Karten", "anchor": "cards"}, {"text": "Hinweise", "anchor": "notices"}],
        "site_map": [SiteMapNode("#navigation", "Unsere Arbeit", children=[SiteMapNode("#navigation", "Resettlement")])],
    }


def _cards() -> dict[str, object]:
    cards = [
        _card("Resettlement und humanitäre Aufnahme", "Wege nach Deutschland.", "resettlement"),
        _card(
            "Statement zur Situation in der Ukraine",
            "",
            "ukraine",
            Metaline(kind="Stellungnahme", date=KnownDate("Februar 2022", "2022-02")),
        ),
        _card(
            "Unterstützungsprogramm Familiennachzug",
            "Hilfe bei Visumanträgen.",
            "family",
            Metaline(kind="Projekt", status=Status.RUNNING),
        ),
    ]
    large = cards[1]
    soon, closing = KnownDate("16. Oktober 2031, 18:00 bis 20:00 Uhr (deutsche Zeit)", "2031-10-16T18:00+02:00"), "2031-10-31T23:59+01:00"
    dated = [
        _card("Gespräch über Ankommen", "Mit Verdolmetschung.", "partnership", Metaline(kind="Veranstaltung", date=soon, place="Berlin")),
        _card("Filmabend", "", "film", Metaline(state="Abgesagt", kind="Veranstaltung", date=soon, place="Online")),
        _card(
            "Project Associate", "", "labour",
            Metaline(kind="Stelle", date=KnownDate("bis 31. Oktober 2031, 23:59 Uhr (deutsche Zeit)", closing), place="Nürnberg"),
        ),
        _card("Reisedienste", "", "procurement", Metaline(state="Geschlossen", kind="Ausschreibung", place="Berlin")),
    ]  # fmt: skip
    return {
        "dated": [replace(card, form=Form.ITEM) for card in dated],
        "cards": cards,
        "story": replace(large, form=Form.STORY, text="Ein Satz dazu.", meta=replace(large.meta, badge="Im Blickpunkt")),
        "row": replace(large, form=Form.ROW, text="Quer, wo Platz ist."),
        "items": [replace(card, form=Form.ITEM) for card in cards],
        "short_items": [replace(card, form=Form.ITEM, text="", picture=None) for card in cards],
        "meta": Metaline(badge="Neu", kind="Meldung", date=KnownDate("8. Januar 2025", "2025-01-08"), place="Genf"),
        "statuses": list(Status),
        "tasks": [
            Task("house", Link("#cards", "Familie nachholen"), "Begleitung im Visumverfahren."),
            Task("undo-2", Link("#cards", "Über Rückkehr sprechen"), "Unabhängige Beratung."),
            Task("shield", Link("", "Ohne Ziel"), "Die Seite gibt es in dieser Sprache nicht."),
        ],
        "results": [_result(Metaline(badge="Empfohlen"), is_promoted=True), _result(Metaline(kind="Thema"))],
    }


def _texts() -> dict[str, object]:
    return {
        "text": _TEXT,
        "notices": [(level, f"Hinweis der Stufe „{level}“") for level in ("info", "success", "warning", "danger")],
        "callout": {"heading": "Haben Sie Fragen?", "text": _TEXT},
        "calls": [
            ({"heading": "Anmeldung", "text": "Bis zum 10. Oktober."}, Link("#dated", "Jetzt anmelden", is_external=True)),
            (
                {"heading": "Bewerben", "text": "Bewerbungen werden angenommen bis 31. Oktober 2031, 23:59 Uhr (deutsche Zeit)."},
                Link("#dated", "Jetzt bewerben", is_external=True),
            ),
        ],
        "closed": "Diese Stelle ist geschlossen. Bewerbungen werden nicht mehr angenommen.",
        "calendar": Link("#dated", "In den Kalender eintragen"),
        "dated_facts": [
            Fact("Wann", [Value(soon, machine_date="2031-10-16T12:00-04:00") for soon in _ZONES]),
            Fact("Teilnahme", [Value("Vor Ort und online")]),
            Fact("Zugang für Menschen mit Behinderungen", [Value("Aufzug, Induktionsschleife, Gebärdensprache")]),
            Fact("Themen", [Value("Integration", url="#dated")]),
        ],
        "callout_without_button": {"heading": "Ohne Schaltfläche", "text": _TEXT},
        "figures": [
            {"value": "1951", "label": "gegründet"},
            {"value": "175", "label": "Mitgliedsstaaten", "note": "in über 100 Ländern"},
            {"value": "8.614", "label": "humanitäre Aufnahmen", "note": "seit 2021"},
        ],
        "steps": [
            {"heading": "Auswahl", "text": "Das UNHCR schlägt Personen vor."},
            {"heading": "Visum", "text": "Wir helfen beim Antrag."},
            {"heading": "Flug", "text": "Wir buchen die Reise."},
        ],
        "milestones": [
            {"label": "1951", "heading": "Gründung", "text": "Die IOM entsteht."},
            {"label": "Heute", "heading": "Vier Standorte", "text": "In ganz Deutschland.", "current": True},
        ],
        "open_question": {"question": "Geöffnete Frage", "answer": _TEXT},
        "closed_question": {"question": "Geschlossene Frage", "answer": _TEXT},
        "quote": {
            "text": "Wir werden weiterhin neutral und unparteiisch agieren.",
            "attribution": "António Vitorino, 2022",
        },
        "sources": [
            Source("IOM: World Migration Report 2024", "https://worldmigrationreport.iom.int/"),
            Source("Auskunft der IOM"),
        ],
        "recording": Recording("Stimmen", "Guten Tag.", "Wer spricht und worüber.", "2 Minuten", "#stories", "audio/mpeg", 1048576),
        "outside_film": OutsideFilm("Film", "https://www.iom.int/", "iom.int", "Was der Film zeigt.", Figure(_picture("film"))),
        "figure": Figure(_picture("partnership"), caption="Viele Wege, ein Ankommen.", credit="Beispiel"),
        "download": Download("Faltblatt Familiennachzug", "#text", "PDF", 327680, "Wer Hilfe bekommt.", pages=12, is_tagged=True),
    }


def _boxes() -> dict[str, object]:
    write = Link("#boxes", "Nachricht schreiben")
    note = shown.note("Bundesamt: Merkblatt", "https://example.org/merkblatt", "2025-07")
    kept = [
        ShownFact(1, "Startgeld", FactKind.FEE, "1.000\xa0€", note=note),
        ShownFact(2, "Frist", FactKind.DEADLINE, "4. März 2027", machine="2027-03-04", note=note),
        ShownFact(3, "Telefon", FactKind.PHONE, "+49 30 000000", machine="+4930000000"),
        ShownFact(4, "Zeiten", FactKind.HOURS, "Montag bis Donnerstag, 10:00 bis 16:00 Uhr"),
        ShownFact(5, "Anschrift", FactKind.ADDRESS, "IOM Deutschland\nBerlin"),
    ]
    return {
        "kept_facts": [{"term": fact.name, "description": fact.html} for fact in kept],
        "kept_contact": Contact("Kontakt mit gepflegten Angaben", facts=kept),
        "facts": [{"term": "Gegründet", "description": "1951"}, {"term": "Mitgliedsstaaten", "description": "175"}],
        "contact": Contact("Kontakt", "IOM Deutschland", "iom@example.org", "+49 30 000000", write),
        "short_contact": Contact("Kontakt", email="iom@example.org"),
        "tiles": tiles({"BE", "BY"}),
        "linked_tiles": tiles({"BE", "BB"}, {"BE": "#land-be", "BB": "#land-bb"}),
        "laender": [
            {"code": "BE", "anchor": "land-be", "name": "Berlin", "offices": [_card("Büro Berlin", "Beratung.", "offices")]},
            {"code": "BB", "anchor": "land-bb", "name": "Brandenburg", "serving": [_card("Büro Berlin", "Beratung.", "offices")]},
            {"code": "BY", "anchor": "land-by", "name": "Bayern", "offices": [_card("Nürnberg", "Hilfe bei der Reise.", "offices")]},
        ],
        "map_label": ", ".join(names({"BE", "BY"})),
        "land_map": _land_map(),
        "chart_sources": [Source("Beispielwerte, keine Statistik")],
    }


def _land_map() -> SimpleNamespace:
    """Return a map on which one of the Länder has no number."""
    lands = [
        SimpleNamespace(
            code=code, name=SimpleNamespace(text=land.name, language=""), number=str(number * 100),
            level=min(number, 1) + (number > 5) + (number > 10), column=land.column, row=land.row,
        )
        for number, (code, land) in enumerate(LAENDER.items())
    ]  # fmt: skip
    shades = [SimpleNamespace(level=level, text=text) for level, text in enumerate(("100 bis 500", "600 bis 1.000", "1.100 bis 1.500"), 1)]
    heading, measure = (SimpleNamespace(text=text, language="") for text in ("Land", "Beispielwerte"))
    return SimpleNamespace(heading=heading, measure=measure, tiles=lands, legend=shades)


@register.simple_tag
def sample_results(number: int) -> PaginatorPage:
    """Return one page of a long list, for the pager."""
    return Paginator(range(200), 10).get_page(number)
