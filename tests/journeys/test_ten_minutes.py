"""The README’s “Ten minutes”: its six steps one after the other, on the served portal; `make pictures` keeps what is seen."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from participate import tokens
from tests import support
from tests.journeys.conftest import Places
from tests.journeys.test_editing import choose, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.content, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

DESK = {"viewport": {"width": 1280, "height": 800}}
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text().partition("\n## Ten minutes\n")[2].partition("\n## ")[0]
STEPS = re.findall(r"^(\d)\. \*\*(.+?)\*\* · (`[\w-]+`|no account) · `(/[^`]*)`", README, re.MULTILINE)

SERVICE = "/de/unsere-arbeit/unterstuetzungsprogramm-familiennachzug-fap/hilfe-beim-visum-fuer-die-familie-fap/"
QUESTION = "Zehn Minuten: Wann darf meine Frau kommen?"
SENTENCE = "Dieser Satz ist neu."
TITLE = "Zehn Minuten"


@pytest.fixture
def see(tmp_path: Path) -> Callable[[Page, int], None]:
    """Return what takes the picture of a step: for the README where `PORTAL_PICTURES` names a folder."""
    folder = Path(os.environ.get("PORTAL_PICTURES") or tmp_path)

    def take(page: Page, step: int) -> None:
        page.screenshot(path=folder / f"ten-minutes-{step}.jpg", type="jpeg", quality=60)

    return take


@pytest.fixture
def preview(live_portal: support.Portal) -> Iterator[support.Portal]:
    """Return the portal as it is after the first start: not released, so that the demo account reads what visitors write."""
    live_portal.manage("shell", "-c", "from portal.discovery import release; release.set_released(False)")
    yield live_portal
    live_portal.manage(*support.RELEASE)


def test_the_readme_names_six_steps() -> None:
    assert [(int(number), who.strip("`"), address) for number, _name, who, address in STEPS] == [
        (1, "no account", "/uk/"),
        (2, "no account", "/de/suche/?q=Familennachzug"),
        (3, "anfragen", "/admin/"),
        (4, "redaktion", "/admin/"),
        (5, "freigabe", "/admin/"),
        (6, "uebersetzung-en", "/admin/"),
    ]
    for number, *_rest in STEPS:
        assert (ROOT / f"docs/pictures/ten-minutes-{number}.jpg").stat().st_size < 200_000


Open = Callable[..., Page]
See = Callable[[Page, int], None]


def read_find_and_write(reader: Page, open_page: Open, places: Places, see: See) -> None:
    """Steps 1 to 3: read in two languages, find in spite of a slip, write to the office and read what was written."""
    ukrainian = places.at(SERVICE, "uk")
    # By the very words of the README.
    section, theme, language, above = re.search(r"\(([^()]+) → ([^()]+)\).+?“(.+?)” behind “(.+?)”", README, re.DOTALL).groups()
    menu = reader.locator(".main-nav")
    menu.get_by_text(section, exact=True).first.click()
    menu.get_by_role("link", name=theme).first.click()
    reader.locator("main a", has_text=ukrainian.title).first.click()
    expect(reader.locator("h1")).to_have_text(ukrainian.title)
    reader.get_by_text(above, exact=True).locator("xpath=following-sibling::*[1]").get_by_role("link", name=language).click()
    rows = reader.locator(".beside__row")
    expect(rows.nth(1)).to_contain_text(places.at(SERVICE, "de").title)
    see(reader, 1)

    reader.goto(STEPS[1][3])
    expect(reader.locator(".result-head")).to_contain_text(re.compile("familiennachzug", re.IGNORECASE))
    expect(reader.locator(".results h3 a", has_text="Hilfe beim Visum für die Familie (FAP)")).to_have_attribute("href", SERVICE)
    see(reader, 2)

    assert reader.goto("/de/kontakt/nachricht-schreiben/").status == 200
    reader.locator("#form-topic").select_option(index=1)
    reader.locator("#form-text").fill(QUESTION)
    reader.wait_for_timeout(tokens.FASTEST * 1000)
    reader.locator("#form-send").click()
    expect(reader.locator(".notice--success")).to_be_visible()
    inbox = sign_in(open_page("/admin/login/", **DESK), "anfragen")
    box = inbox.locator(".portal-box", has_text="Nachrichten")
    expect(box.locator("a")).to_have_count(2)
    box.locator("a").last.click()
    expect(inbox.locator("main")).to_contain_text(QUESTION)
    see(inbox, 3)


def change_and_approve(reader: Page, open_page: Open, preview: support.Portal, see: See) -> None:
    """Steps 4 and 5: an editor adds a page and submits it, a moderator approves it."""
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    contact = page_id(preview, "Page.objects.get(slug='kontakt', locale__language_code='de').pk")
    editor.goto(f"/admin/pages/add/home/contentpage/{contact}/")
    editor.fill("input[name=title]", TITLE)
    editor.fill("textarea[name=lead]", SENTENCE)
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{contact}/"))
    see(editor, 4)
    assert reader.goto("/de/kontakt/zehn-minuten/").status == 404

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    see(moderator, 5)
    moderator.locator("main").get_by_role("link", name=TITLE).first.click()
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{contact}/"))
    assert reader.goto("/de/kontakt/zehn-minuten/").status == 200
    expect(reader.locator(".lead")).to_have_text(SENTENCE)


def translate_it(reader: Page, open_page: Open, preview: support.Portal, places: Places, see: See) -> None:
    """Step 6: a translator gives it an English address."""
    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-en")
    page = page_id(preview, f"Page.objects.get(title='{TITLE}', locale__language_code='de').pk")
    translator.goto(f"/admin/localize/submit/page/{page}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    translate_segment(translator, TITLE, "Ten minutes")
    translate_segment(translator, SENTENCE, "This sentence is new.")
    see(translator, 6)
    publish_translation(translator)
    answer = reader.goto(f"{places.at('/de/kontakt/', 'en').url}ten-minutes/")
    assert answer.status == 200
    expect(reader.locator(".lead")).to_have_text("This sentence is new.")


def test_the_six_steps(preview: support.Portal, places: Places, open_page: Open, see: See) -> None:
    reader = open_page(STEPS[0][3], **DESK)
    read_find_and_write(reader, open_page, places, see)
    change_and_approve(reader, open_page, preview, see)
    translate_it(reader, open_page, preview, places, see)
