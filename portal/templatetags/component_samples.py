"""Sample values for the component page, as an editor would type them; used in development only."""

from __future__ import annotations

from types import SimpleNamespace

from django import template
from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.utils.safestring import mark_safe

from portal.blocks.illustrations import illustration_url
from portal.blocks.people import LAENDER, OfficesBlock
from portal.blocks.text import NoticeBlock

register = template.Library()

_LINK = {"href": "#links", "text": "Zu den Daten", "hreflang": "", "mark": "", "is_external": False}


def _picture(name: str) -> dict[str, object]:
    return {"image": None, "url": illustration_url(name)}


def _card(title: str, text: str, drawing: str, **more: str) -> SimpleNamespace:
    values = {"card_kind": "", "card_language": "", "card_text_language": "", "card_mark": "", "date_text": "", "machine_date": "", **more}
    return SimpleNamespace(card_title=title, card_text=text, picture=_picture(drawing), card_url="#cards", **values)


def _found(*texts: str) -> list[SimpleNamespace]:
    """Return the segments of a text that was found: every second one is marked."""
    return [SimpleNamespace(text=text, marked=bool(number % 2)) for number, text in enumerate(texts)]


@register.simple_tag
def component_samples() -> dict[str, object]:
    """Return values for every component; none comes from the database."""
    offices = [
        {"state": "BE", "place": "Berlin", "address": "Charlottenstraße 68, 10117 Berlin", "note": "Leitung"},
        {"state": "BY", "place": "Nürnberg", "address": "Neumeyerstraße 22–26, 90411 Nürnberg", "note": ""},
    ]
    map_context = OfficesBlock().get_context(offices)
    return {
        "link": _LINK,
        "foreign_link": {**_LINK, "text": "World Migration Report", "hreflang": "en"},
        "outside_link": {**_LINK, "href": "https://www.iom.int/", "text": "iom.int", "is_external": True},
        "text": mark_safe("<p>Ein bis drei Sätze, mit <a href='#notices'>Link</a> und <b>Auszeichnung</b>.</p>"),  # noqa: S308
        "notices": [(level, icon, f"Hinweis der Stufe „{level}“") for level, icon in NoticeBlock.ICONS.items()],
        "cards": [
            _card("Resettlement und humanitäre Aufnahme", "Wege nach Deutschland.", "resettlement"),
            _card(
                "Statement zur Situation in der Ukraine",
                "",
                "ukraine",
                card_kind="Stellungnahme",
                date_text="Februar 2022",
                machine_date="2022-02",
            ),
            _card("Unterstützungsprogramm Familiennachzug", "Hilfe bei Visumanträgen.", "family", card_kind="Projekt"),
        ],
        "tasks": [
            ("house", "Familie nachholen", "Begleitung im Visumverfahren."),
            ("undo-2", "Über Rückkehr sprechen", "Unabhängige Beratung."),
        ],
        "figures": [
            ("1951", "gegründet", ""),
            ("175", "Mitgliedsstaaten", "in über 100 Ländern"),
            ("8.614", "humanitäre Aufnahmen", "seit 2021"),
        ],
        "steps": [
            ("Auswahl", "Das UNHCR schlägt Personen vor."),
            ("Visum", "Wir helfen beim Antrag."),
            ("Flug", "Wir buchen die Reise."),
        ],
        "milestones": [
            ("1951", "Gründung", "Die IOM entsteht.", False),
            ("Heute", "Vier Standorte", "In ganz Deutschland.", True),
        ],
        "facts": [{"term": "Gegründet", "description": "1951"}, {"term": "Mitgliedsstaaten", "description": "175"}],
        "sources": [
            {"title": "IOM: World Migration Report 2024", "url": "https://worldmigrationreport.iom.int/"},
            {"title": "Auskunft der IOM", "url": ""},
        ],
        "offices": offices,
        "tiles": map_context["tiles"],
        "map_label": ", ".join(LAENDER[office["state"]][0] for office in offices),
        "contents": [{"text": "Karten", "anchor": "cards"}, {"text": "Hinweise", "anchor": "notices"}],
        "site_map": [
            {
                "title": "Unsere Arbeit",
                "url": "#navigation",
                "children": [{"title": "Resettlement", "url": "#navigation", "children": []}],
            }
        ],
        "found": {
            "title": _found("Familie nachholen: ", "Familiennachzug"),
            "text": _found("Was unterscheidet Resettlement vom ", "Familiennachzug", "? Beim Nachzug lebt schon jemand in Deutschland."),
        },
        "picture": _picture("partnership"),
        "contact_link": SimpleNamespace(
            url="#boxes", title="Nachricht schreiben", hreflang="", title_language="", mark=""
        ),
    }


@register.simple_tag
def sample_results(number: int) -> PaginatorPage:
    """Return one page of a long list, for the pager."""
    return Paginator(range(200), 10).get_page(number)
