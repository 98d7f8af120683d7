"""From a changed German page to checked versions in two languages, and what “jetzt falsch” does until it is taken back.

What visitors read is asked after each step. The pictures are those of `docs/translators.de.md` and `docs/translators.en.md`:
`PORTAL_PICTURES=docs/pictures` keeps them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.public import fetch
from tests.journeys.test_editing import choose, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

DESK = {"viewport": {"width": 1280, "height": 800}}
ROOT = Path(__file__).parents[2]
TITLES = {"de": "Geschichtenseite", "uk": "Сторінка історії", "ar": "صفحة القصة"}
BEFORE = {"de": "Der Antrag kostet eine Gebühr.", "uk": "За заяву треба платити.", "ar": "تقديم الطلب مقابل رسوم."}
AFTER = {"de": "Der Antrag ist jetzt kostenlos.", "uk": "Заява тепер безкоштовна.", "ar": "أصبح تقديم الطلب مجانيًا."}
HASTY = "Заява безкоштовна."
CHANGED = {"uk": "Німецьку версію відтоді змінено.", "ar": "عُدّلت النسخة الألمانية منذ ذلك الحين."}
ANEW = {"uk": "Цю сторінку зараз перекладають заново", "ar": "تُعاد ترجمة هذه الصفحة الآن"}
CODES = ("de", "uk", "ar")

_PREPARE = """
import json
from wagtail.models import Page
from tests.builders import make_content_page, translate
from translation import cascades
titles, leads = json.loads({titles!r}), json.loads({leads!r})
section = Page.objects.get(slug="unsere-arbeit", locale__language_code="de").specific
page = make_content_page(section, titles["de"], lead=leads["de"])
cascades.make_followers(page)
for code in ("uk", "ar"):
    translate(page, code, words={{titles["de"]: titles[code], leads["de"]: leads[code]}})
versions = Page.objects.filter(translation_key=page.translation_key).select_related("locale")
print("PAGES" + json.dumps([page.pk, {{version.locale.language_code: version.get_url() for version in versions}}]))
"""

See = Callable[[Page, str], None]
Open = Callable[..., Page]


@pytest.fixture
def see(tmp_path: Path) -> See:
    """Return what takes a picture: for the documents where `PORTAL_PICTURES` names a folder."""
    folder = Path(os.environ.get("PORTAL_PICTURES") or tmp_path)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"desk-{name}.jpg", type="jpeg", quality=55)

    return take


def prepare(portal: support.Portal) -> tuple[int, dict[str, str]]:
    """Make a German page with finished versions in Ukrainian and Arabic; return its id and the addresses by language."""
    code = _PREPARE.format(titles=json.dumps(TITLES), leads=json.dumps(BEFORE))
    line = next(line for line in portal.manage("shell", "-c", code).splitlines() if line.startswith("PAGES"))
    page, addresses = json.loads(line.removeprefix("PAGES"))
    return page, {code: addresses[code] for code in CODES}


def read(portal: support.Portal, addresses: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """Return what visitors read at each address: the title, the first sentence, and what they are told of the German page."""
    found = {}
    for code, address in addresses.items():
        status, text = fetch(portal, address)
        assert status == 200, (code, status)
        soup = BeautifulSoup(text, "html.parser")
        told = [part.get_text(" ", strip=True) for part in soup.select(".versions p, #fallback")]
        notes = [note for note in (CHANGED.get(code), ANEW.get(code)) if note in told]
        found[code] = (soup.select_one("h1").get_text().replace("\xad", "").strip(), soup.select_one(".lead").get_text(), "".join(notes))
    return found


def own(code: str, lead: str, note: str = "") -> tuple[str, str, str]:
    return TITLES[code], lead, note


def sign(open_page: Open, name: str) -> Page:
    return sign_in(open_page("/admin/login/", **DESK), name)


def change_german(editor: Page, page: int, lead: str, effect: str, see: See | None = None) -> None:
    """Change the first sentence and publish, and say what that means."""
    editor.goto(f"/admin/pages/{page}/edit/")
    editor.fill("textarea[name=lead]", lead)
    answer = editor.locator(f"input[name=effect][value={effect}]")
    answer.scroll_into_view_if_needed()
    answer.check()
    if see is not None:
        see(editor, "question")
    editor.wait_for_load_state("networkidle")
    choose(editor, "button[name='action-publish']")
    editor.wait_for_url(re.compile(r"/admin/pages/\d+/(\?.*)?$"))


def states(editor: Page, page: int) -> dict[str, str]:
    """Return what the desk says of each language."""
    editor.goto(f"/admin/translations/{page}/")
    heads = editor.locator(".portal-version h2").all()
    found = {head.evaluate("head => head.firstChild.textContent.trim()"): head.locator(".portal-cell").inner_text() for head in heads}
    return {code: found[name] for code, name in (("uk", "Українська"), ("ar", "العربية"))}


def order(editor: Page, page: int, language: str, person: str, see: See | None = None) -> None:
    """Order from somebody, and wait until the runner has prepared it."""
    editor.goto(f"/admin/translations/orders/new/?pages={page}")
    editor.get_by_label(language, exact=True).check()
    # Languages whose version is true are not asked for; the person is found by the name that people see.
    option = editor.locator("select[name=assignee] option", has_text=person)
    editor.locator("select[name=assignee]").select_option(value=option.get_attribute("value"))
    editor.fill("textarea[name=note]", "Bitte bis Freitag.")
    if see is not None:
        see(editor, "order")
    editor.locator("main form button[type=submit]").click()
    editor.wait_for_url(re.compile(r"/orders/\d+/$"))

    def is_prepared() -> bool:
        editor.reload()
        return editor.locator("#prepared").count() == 0

    support.wait_for(is_prepared, "The prepared order")


def write_in_editor(translator: Page, text: str) -> None:
    """Write the one text that is open: it has the focus."""
    field = translator.locator(".portal-segment:not(.portal-segment--done) .portal-segment__editor")
    expect(field).to_be_focused()
    field.fill(text)
    expect(translator.locator("[data-status]")).to_have_text("Gespeichert")


def submit(translator: Page) -> None:
    translator.locator("button[data-do=submit]").click()
    expect(translator.locator("button[data-do=submit]")).to_have_count(0)


def to_work(person: Page) -> None:
    """Follow the one line of “Meine Arbeit” on the start page."""
    person.goto("/admin/")
    person.locator(".portal-box", has_text="Meine Arbeit").locator(".portal-box__lines a", has_text=TITLES["de"]).click()
    person.wait_for_load_state("networkidle")


def work_of(portal: support.Portal, page: int, code: str) -> str:
    return f"/admin/translations/{page}/in/{code}/"


def translate_by_file(translator: Page, page: int, folder: Path, see: See) -> None:
    """Hand out the XLIFF, fill in the one text that has no translation, and take it back."""
    translator.goto(f"/admin/translations/{page}/in/ar/")
    translator.get_by_role("link", name="Dateien für die Übersetzung").click()
    with translator.expect_download() as waiting:
        translator.get_by_role("link", name="XLIFF 2.1").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    new = re.sub(
        rf'<segment([^>]*)state="initial"([^>]*)>(\s*)<source>{re.escape(AFTER["de"])}</source>',
        rf'<segment\1state="translated"\2>\3<source>{AFTER["de"]}</source><target>{AFTER["ar"]}</target>',
        text,
    )
    assert new != text
    file = folder / "zurueck.xlf"
    file.write_text(new, encoding="utf-8")
    translator.locator("input[type=file]").set_input_files(file)
    translator.get_by_role("button", name="Ansehen, was sich ändert").click()
    expect(translator.locator("table.listing tbody tr")).to_have_count(1)
    see(translator, "file")
    translator.get_by_role("button", name="1 Text importieren").click()
    translator.wait_for_load_state("networkidle")
    translator.goto(f"/admin/translations/{page}/in/ar/")
    translator.get_by_role("button", name="Zur Prüfung geben").click()
    expect(translator.locator("[name=do][value=submit]")).to_have_count(0)


def decide(reviewer: Page, page: int, code: str, button: str, comment: str = "", see: See | None = None) -> None:
    reviewer.goto(f"/admin/translations/{page}/in/{code}/")
    if comment:
        reviewer.fill("textarea[name=comment]", comment)
    if see is not None:
        see(reviewer, "review")
    reviewer.get_by_role("button", name=button, exact=True).click()
    expect(reviewer.locator("[name=do][value=approve]")).to_have_count(0)


def test_from_a_changed_german_page_to_checked_versions(
    live_portal: support.Portal, open_page: Open, see: See, tmp_path: Path
) -> None:
    page, addresses = prepare(live_portal)
    assert read(live_portal, addresses) == {code: own(code, BEFORE[code]) for code in CODES}
    editor = sign(open_page, "freigabe")
    change_german(editor, page, AFTER["de"], "content", see)
    stale = {"de": own("de", AFTER["de"]), **{code: own(code, BEFORE[code], CHANGED[code]) for code in ("uk", "ar")}}
    assert read(live_portal, addresses) == stale
    assert states(editor, page) == {"uk": "veraltet", "ar": "veraltet"}
    change = editor.locator(".portal-version", has_text="Українська").locator(".portal-changes li")
    assert [part.inner_text().strip() for part in change.locator(".addition").all()] == ["ist jetzt kostenlos"]
    assert [part.inner_text().strip() for part in change.locator(".deletion").all()] == ["kostet eine Gebühr"]
    see(editor, "changed")
    editor.goto(f"/admin/translations/?q={TITLES['de']}")
    see(editor, "matrix")

    order(editor, page, "Українська", "Übersetzung Ukrainisch", see)
    order(editor, page, "العربية", "Übersetzung Arabisch")
    assert read(live_portal, addresses) == stale

    ukrainian = sign(open_page, "uebersetzung-uk")
    to_work(ukrainian)
    write_in_editor(ukrainian, HASTY)
    see(ukrainian, "editor")
    submit(ukrainian)
    arabic = sign(open_page, "uebersetzung-ar")
    translate_by_file(arabic, page, tmp_path, see)
    assert read(live_portal, addresses) == stale
    assert states(editor, page) == {"uk": "in Prüfung", "ar": "in Prüfung"}

    reviewer = sign(open_page, "pruefung-uk")
    decide(reviewer, page, "uk", "Zurückgeben", "Es fehlt: ab jetzt.", see)
    assert read(live_portal, addresses) == stale
    ukrainian.goto(work_of(live_portal, page, "uk"))
    expect(ukrainian.locator("q")).to_have_text("Es fehlt: ab jetzt.")
    ukrainian.get_by_role("link", name="Übersetzung bearbeiten").first.click()
    ukrainian.locator(".portal-segment__editor").filter(has_text=HASTY).fill(AFTER["uk"])
    expect(ukrainian.locator("[data-status]")).to_have_text("Gespeichert")
    submit(ukrainian)
    assert read(live_portal, addresses) == stale

    decide(reviewer, page, "uk", "Freigeben und veröffentlichen")
    assert read(live_portal, addresses) == {**stale, "uk": own("uk", AFTER["uk"])}
    decide(sign(open_page, "pruefung-ar"), page, "ar", "Freigeben und veröffentlichen")
    assert read(live_portal, addresses) == {code: own(code, AFTER[code]) for code in CODES}
    assert states(editor, page) == {"uk": "übersetzt", "ar": "übersetzt"}
    assert [one.errors for one in (editor, ukrainian, arabic, reviewer)] == [[]] * 4


def test_what_is_wrong_now_is_read_by_nobody_until_it_is_taken_back(live_portal: support.Portal, open_page: Open, see: See) -> None:
    page, addresses = prepare(live_portal)
    editor = sign(open_page, "freigabe")
    change_german(editor, page, AFTER["de"], "wrong")
    german = ("de", AFTER["de"])
    now = read(live_portal, addresses)
    assert now == {"de": own(*german), **{code: own(*german, ANEW[code]) for code in ("uk", "ar")}}
    assert states(editor, page) == {"uk": "zurückgezogen", "ar": "zurückgezogen"}
    see(editor, "wrong")
    # One language by its own button, the other by what its translator writes.
    section = editor.locator(".portal-version", has_text="Українська")
    section.get_by_role("button", name="Zurücknehmen: wieder zeigen, wie sie ist").click()
    editor.wait_for_load_state("networkidle")
    assert read(live_portal, addresses) == {**now, "uk": own("uk", BEFORE["uk"], CHANGED["uk"])}
    order(editor, page, "العربية", "Übersetzung Arabisch")
    arabic = sign(open_page, "uebersetzung-ar")
    to_work(arabic)
    write_in_editor(arabic, AFTER["ar"])
    submit(arabic)
    assert read(live_portal, addresses)["ar"] == now["ar"]
    decide(sign(open_page, "pruefung-ar"), page, "ar", "Freigeben und veröffentlichen")
    assert read(live_portal, addresses)["ar"] == own("ar", AFTER["ar"])
    assert [one.errors for one in (editor, arabic)] == [[]] * 2
