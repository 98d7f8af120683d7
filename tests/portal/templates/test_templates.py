"""The templates: errors on an empty database, block previews, components without database, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.blocks import Block
from wagtail.contrib.typed_table_block.blocks import TypedTable

from home.models import HomePage
from portal.blocks import SECTION_BLOCKS
from portal.discovery import head
from portal.http import views
from portal.language.languages import current_language
from portal.pages.readers import Reader
from portal.serving import styles
from portal.templatetags import value_tags
from tests.builders import make_content_page, make_home, make_news, make_news_index, make_section, make_topic, translate

TEMPLATES = settings.BASE_DIR / "templates"
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:\ssrc=|application/ld\+json))|javascript:|data:image", re.IGNORECASE)


def html_of(response: HttpResponse) -> str:
    return response.content.decode()


class TestErrors:
    @pytest.mark.django_db
    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_they_render_on_an_empty_database(self, status: int) -> None:
        answer = {400: views.bad_request, 403: views.permission_denied, 404: views.page_not_found}[status]
        with translation.override("en"):
            response = answer(RequestFactory().get("/en/nothing/"))
        html = html_of(response)
        assert response.status_code == status
        assert '<meta name="robots" content="noindex">' in html
        assert html.count("<h1") == 1

    @pytest.mark.django_db
    def test_404_has_menu_and_search(self, client: Client) -> None:
        section = make_section(make_home())
        html = html_of(client.get("/de/gibt-es-nicht/"))
        assert section.get_url() in html
        assert 'action="/de/suche/"' in html
        assert 'rel="canonical"' not in html

    def test_500_needs_nothing_else(self) -> None:
        source, _policy = views.standalone_page("500.html")
        assert "{%" not in source
        assert "{{" not in source
        assert "<script" not in source
        assert not re.search(r"\s(src|srcset|style)=|<link|url\(", source)
        assert set(re.findall(r'lang="(\w+)"', source)) == {"de", "en", "uk", "ar"}


class TestNothingInline:
    def test_no_template_holds_style_or_script(self) -> None:
        for path in TEMPLATES.rglob("*.html"):
            if path.name != "500.html":
                assert not INLINE.search(path.read_text(encoding="utf-8")), path

    def test_styles_embed_nothing(self) -> None:
        assert not re.search(r"url\(['\"]?data:|@import|https?://", styles.joined())

    @pytest.mark.django_db
    def test_answers_hold_neither(self, client: Client) -> None:
        home = make_home()
        make_news(make_news_index(home))
        for address in ("/de/", "/de/aktuelles/", "/de/aktuelles/meldung/", "/de/suche/?q=meldung"):
            response = client.get(address)
            assert not INLINE.search(html_of(response)), address
            assert "Cookie" not in response.headers.get("Vary", "")


def test_the_component_page_needs_no_content(client: Client, db: None) -> None:
    request = RequestFactory().get("/de/komponenten/")
    with translation.override("de"):
        html = html_of(views.components(request))
    for name in (
        "notice--danger",
        "callout",
        "stops",
        "timeline",
        "steps",
        "accordion",
        "facts",
        "contact",
        "tiles",
        "share",
        "error-summary",
        'id="form-text"',
        '<small class="muted">Quelle: ',
    ):
        assert name in html


@pytest.mark.once
@pytest.mark.parametrize(("name", "block"), SECTION_BLOCKS, ids=[name for name, _block in SECTION_BLOCKS])
@pytest.mark.django_db
def test_every_block_renders_its_preview(name: str, block: Block) -> None:
    if name != "image":  # a photograph has no sample
        block.render(block.get_preview_value(), context={"level": 3})


@pytest.mark.django_db
class TestHead:
    @pytest.fixture
    def home(self) -> HomePage:
        return make_home(search_description="Was wir tun.")

    def test_a_page_names_its_versions_and_a_default(self, client: Client, home: HomePage) -> None:
        page = make_content_page(home, title="Rückkehr")
        english = translate(page, title="Return")
        html = html_of(client.get(page.get_url()))
        for code, version in (("de", page), ("en", english), ("x-default", page)):
            assert f'<link rel="alternate" hreflang="{code}" href="{settings.PORTAL_URL}{version.get_url()}">' in html
        assert f'<link rel="canonical" href="{settings.PORTAL_URL}{page.get_url()}">' in html

    def test_a_further_page_of_a_list_stands_for_itself(self, client: Client, home: HomePage) -> None:
        index = make_news_index(home)
        for number in range(12):
            make_news(index, title=f"Meldung {number}")
        html = html_of(client.get(f"{index.get_url()}?page=2"))
        assert f'<link rel="canonical" href="{settings.PORTAL_URL}{index.get_url()}?page=2">' in html
        assert 'hreflang="x-default"' not in html

    @pytest.mark.once
    def test_versions_are_asked_for_once(self, home: HomePage) -> None:
        reader = Reader(current_language()).showing(home)
        assert set(reader.versions.real) == {"de"}
        with CaptureQueriesContext(connection) as captured:
            assert reader.versions == reader.showing(home).versions
        assert not captured

    def test_absolute(self) -> None:
        assert head.absolute("/de/") == f"{settings.PORTAL_URL}/de/"
        assert head.absolute("https://example.org/") == "https://example.org/"
        assert head.absolute(None) == ""


@pytest.mark.django_db
class TestHeadings:
    def test_no_level_is_left_out(self, client: Client) -> None:
        home = make_home()
        body = [
            ("notice", {"level": "info", "heading": "Zuerst", "text": "<p>Text</p>"}),
            ("heading", "Erstens"),
            ("steps", [{"heading": "Schritt", "text": "Text"}]),
        ]
        page = make_content_page(home, body=body)
        section = {"heading": "Abschnitt", "background": "sand", "content": [*body], "aside": []}
        top = make_section(home, body=[("section", section)])
        for address in (page.get_url(), top.get_url()):
            main = re.search(r"<main.*?</main>", html_of(client.get(address)), re.DOTALL)[0]
            levels = [int(level) for level in re.findall(r"<h(\d)", main)]
            assert levels[0] == 1
            assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False)), levels

    def test_a_news_item_links_its_topics_to_the_filtered_list(self, client: Client) -> None:
        index = make_news_index(make_home())
        topic = make_topic("Rückkehr")
        item = make_news(index, topics=[topic])
        assert f'href="{index.get_url()}?topic={topic.slug}"' in html_of(client.get(item.get_url()))


def test_columns_of_numbers() -> None:
    rows = [["A", "2019", "1.449", "12 %"], ["B", "2020", "–", "ab März"]]
    columns = [{"heading": str(n), "block": None} for n in range(4)]
    table = TypedTable(columns=columns, row_data=[{"values": row} for row in rows], caption="")
    assert value_tags.columns_of_numbers(table) == {2}


def test_dial() -> None:
    assert value_tags.dial("+49 (0)30 278 778 11") == "+493027877811"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_icons_are_mirrored_by_class(direction: str) -> None:
    html = Template('{% load portal_tags %}{% icon "arrow-right" directed=True %}{% icon "mail" %}').render(Context())
    assert html.count("icon-dir") == 1


def test_every_icon_is_in_the_sprite() -> None:
    sprite = (settings.BASE_DIR / "portal/static/portal/icons.svg").read_text(encoding="utf-8")
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', Path(path).read_text(encoding="utf-8"))
    }
    assert used
    assert not [name for name in used if f'id="{name}"' not in sprite]


MANY = 4
LONG = 160


def templates() -> list[Path]:
    folders = [TEMPLATES, *(settings.BASE_DIR / app / "templates" for app in ("portal", "translation", "news", "search", "home"))]
    return [path for folder in folders for path in folder.rglob("*.html")]


def test_components_take_values_not_lists_of_arguments() -> None:
    """An include hands on one value, where it takes it the level of the heading, and few words of its own."""
    found = {
        (path.name, include)
        for path in templates()
        for include, arguments in re.findall(r'\{% include "([^"]+)" with (.*?) %\}', path.read_text(encoding="utf-8"))
        if len(re.findall(r"\w+=", arguments)) > MANY
    }
    assert found == set()


LONG_LINES = {
    "500.html": "stands alone: its styles and its drawing lie in it",
}
"""Templates with lines that are longer, each with its reason."""


def test_no_line_of_a_template_is_too_long_to_read() -> None:
    found = {
        path.name for path in templates() if any(len(line) > LONG for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert found == set(LONG_LINES)


def test_components_ask_for_nothing() -> None:
    """What a component shows was handed to it: no tag reads the context."""
    libraries = [path for app in ("portal", "news", "search") for path in (settings.BASE_DIR / app / "templatetags").glob("*.py")]
    sources = [path.read_text(encoding="utf-8") for path in libraries]
    assert [source for source in sources if "def site_header(" in source]
    assert [source for source in sources if "takes_context" in source] == []
    includes = [
        (path.name, include)
        for path in templates()
        for include in re.findall(r'\{% include ("components/[^%]*) %\}', path.read_text(encoding="utf-8"))
    ]
    assert includes
    assert [place for place in includes if not place[1].endswith(" only")] == []
