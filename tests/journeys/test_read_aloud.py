"""A page is read aloud by voices of the device: with a stand-in for these, which says what it was asked to say.

What is held here: which button is shown where (on each type of page in `TYPES`, in each language that it has), which sentences are said in
which voice and in which order, how numbers are written for the voice, and that nothing leaves the device. How a voice sounds nobody has
tested here.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STAND_IN = """
window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [
    { lang: 'de-DE', localService: true }, { lang: 'de-AT', localService: true, default: true },
    { lang: 'en_GB', localService: true }, { lang: 'ar-SA', localService: false },
  ],
  addEventListener() {},
  speak(one) { this.now = one; said.push([one.lang, one.rate, one.text]); },
  cancel() { this.now = null; },
} });
window.end = () => speechSynthesis.now.onend();
"""

MARKED = "[...CSS.highlights.get('read') ?? []].map(String).join()"


VOICES = STAND_IN.replace("'ar-SA', localService: false", "'ar-SA', localService: true }, { lang: 'uk-UA', localService: true")
SPOKEN = {"de": "de-AT", "en": "en_GB", "uk": "uk-UA", "ar": "ar-SA", "de-simple": "de-AT"}
BUTTON = {"de": "Vorlesen", "en": "Read aloud", "uk": "Прочитати вголос", "ar": "القراءة بصوت عالٍ", "de-simple": "Vorlesen"}
TYPES = {
    "home": "/de/",
    "section": "/de/2030-agenda/",
    "news": "/de/aktuelles/7-667-tote-und-vermisste-auf-migrationsrouten-im-jahr-2025/",
    "article": "/de/daten-und-forschung/tote-und-vermisste-auf-migrationsrouten/",
    "data set": "/de/daten-und-forschung/daten/resettlement-nach-deutschland-nach-herkunftsland-2015-bis-2024/",
    "goal": "/de/2030-agenda/ziel-10/",
    "service": "/de/unsere-arbeit/unterstuetzte-rueckkehr-und-reintegration/starthilfeplus/",
    "contact": "/de/kontakt/",
}


@pytest.fixture
def reading(open_page: Callable[..., Page]) -> Callable[[str], Page]:
    def open_with_voices(path: str) -> Page:
        page = open_page("/de/")
        page.add_init_script(STAND_IN)
        page.goto(path)
        return page

    return open_with_voices


def texts(page: Page) -> list[str]:
    return [text for _lang, _rate, text in page.evaluate("said")]


def test_a_page_is_read_sentence_by_sentence(reading: Callable[[str], Page]) -> None:
    page = reading("/de/kontakt/")
    start, pause = page.get_by_role("button", name="Vorlesen"), page.get_by_role("button", name="Pause")
    start.press("Enter")
    expect(pause).to_be_focused()
    expect(start).to_be_hidden()
    title = page.locator("h1").inner_text()
    assert page.evaluate("said") == [["de-AT", 1, title]]
    assert page.evaluate(MARKED) == title
    page.evaluate("end()")
    lead = page.locator(".lead").inner_text()
    assert lead.startswith(texts(page)[1])
    assert page.evaluate(MARKED) == texts(page)[1]
    # A pause is one: an end that comes late says nothing more; then the same sentence is said again, at the speed that was chosen.
    page.evaluate("window.late = speechSynthesis.now")
    pause.press("Space")
    page.evaluate("late.onend()")
    assert len(texts(page)) == 2
    page.get_by_role("combobox", name="Tempo").select_option("1.5")
    page.get_by_role("button", name="Weiter").press("Enter")
    assert page.evaluate("said.at(-1)") == ["de-AT", 1.5, texts(page)[1]]
    page.get_by_role("button", name="Vorheriger Satz").press("Enter")
    assert texts(page)[-1] == title
    page.keyboard.press("Escape")
    expect(start).to_be_focused()
    assert page.evaluate(MARKED) == ""
    # The whole page, to its end; a telephone number digit by digit.
    start.press("Enter")
    page.evaluate("while (speechSynthesis.now) end()")
    expect(start).to_be_visible()
    number = page.locator("main a[href^='tel:']").first.get_attribute("href").removeprefix("tel:+")
    assert f"plus {' '.join(number)}" in texts(page)
    assert (page.outside, page.errors) == ([], [])


def test_each_passage_has_a_voice_of_its_language(reading: Callable[[str], Page]) -> None:
    page = reading("/de/daten-und-forschung/publikationen/world-migration-report-2024/")
    page.get_by_role("button", name="Vorlesen").click()
    support.wait_for(lambda: page.evaluate("said.length"), "What is said")
    assert page.evaluate("said[0]") == ["de-AT", 1, "Bericht"]
    page.evaluate("while (speechSynthesis.now) end()")
    title = "World Migration Report 2024"
    assert [lang for lang, _rate, text in page.evaluate("said") if text == title] == ["en_GB"]
    assert {lang for lang, _rate, _text in page.evaluate("said")} == {"de-AT", "en_GB"}
    # How numbers are written for the voice.
    said = page.evaluate(
        "async (texts) => { const { spoken } = await import((await (await fetch('/de/_util/read-aloud/')).json()).src);"
        " return texts.map((text) => spoken(text, { plus: 'plus', to: 'bis' })); }",
        ["Tel. 030 290 22 45 500", "725\u202f000 Men\u00adschen", "2021–2024", "8.614 Aufnahmen", "am 10.12.2018, 3,7 %"],
    )
    assert said == ["Tel. 0 3 0 2 9 0 2 2 4 5 5 0 0", "725000 Menschen", "2021 bis 2024", "8.614 Aufnahmen", "am 10.12.2018, 3,7 %"]


def test_without_a_voice_of_the_device_there_is_no_button(reading: Callable[[str], Page]) -> None:
    """A voice that a server would speak with is none: what is read would be sent there."""
    page = reading("/ar/")
    expect(page.locator(".read")).to_have_count(0)
    page.goto("/de/")
    expect(page.locator(".read")).to_be_visible()


def test_the_button_is_on_each_type_of_page_in_each_language(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/")
    page.add_init_script(VOICES)
    addresses, found, wanted = "link => [link.hreflang, link.href]", {}, {}
    for kind, address in TYPES.items():
        page.goto(address)
        versions = dict(page.locator("link[rel=alternate][hreflang]").evaluate_all(f"links => links.map({addresses})"))
        versions["de-simple"] = "/de-simple/" if kind == "home" else ""
        for code, version in versions.items():
            if code == "x-default" or not version:
                continue
            page.goto(version)
            page.get_by_role("button", name=BUTTON[code], exact=True).press("Enter")
            support.wait_for(lambda: page.evaluate("said.length"), "What is said")
            found[kind, code] = page.evaluate("said[0]")
            wanted[kind, code] = [SPOKEN[code], 1, found[kind, code][2]]
    assert found == wanted
    assert {code for _kind, code in found} == set(SPOKEN)
    assert {kind for kind, code in found if code == "ar"} == set(TYPES)
    assert (page.outside, page.errors) == ([], [])
