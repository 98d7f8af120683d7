"""Changes of figures alone: proposed in each language, confirmed by a person, published by the ways that there are."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, PageLogEntry
from wagtail_localize.models import SegmentOverride, StringTranslation, Translation, TranslationContext

from home.models import ContentPage
from portal import jobs
from tests.builders import make_content_page, make_home, make_section, publish, translate
from tests.forms import posted_page
from tests.translation.desk.test_desk import ID, body, change, sign_in, state, version
from tests.translation.desk.test_notices import lines
from tests.translation.desk.test_planning import come, plan
from translation import demo_accounts, roles
from translation.checks import marked
from translation.desk import figures, matrix
from translation.desk.models import SegmentVersion
from translation.desk.states import State

pytestmark = pytest.mark.django_db

COST = 'Sie zahlen <b>{} Euro</b> bis zum 1. März 2026. Mehr <a href="https://www.iom.int/{}">hier</a>.'
SECOND = "Der zweite Satz."
TARGETS = {
    "en": 'You pay <b>{} euros</b> by 1 March 2026. More <a id="a1">here</a>.',
    "ar": 'تدفع <b>{} يورو</b> حتى 1 آذار/مارس 2026. المزيد <a id="a1">هنا</a>.',
}


def german(cost: str = "1.200", link: str = "a", second: str = SECOND) -> list[dict[str, str]]:
    return body(f"<p>{COST.format(cost, link)}</p><p>{second}</p>")


@pytest.fixture(scope="module")
def shared_page(module_database: DjangoDbBlocker) -> Page:
    with module_database.unblock():
        page = make_content_page(make_section(make_home()), "Rückkehr", lead="Ein Satz.", body=german())
        source = COST.format("1.200", "a").replace(' href="https://www.iom.int/a"', ' id="a1"')
        for code in TARGETS:
            translate(page, code, words={source: TARGETS[code].format("1,200"), SECOND: f"{code} second"})
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        return page


@pytest.fixture
def page(shared_page: Page) -> Page:
    return ContentPage.objects.get(pk=shared_page.pk)


def screen(client: Client, page: Page) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse("translation_figures", args=[page.pk])).content, "html.parser")


def form(soup: BeautifulSoup) -> dict[str, list[str]]:
    seen = {field["name"]: [field["value"]] for field in soup.select("input[name^=seen-]")}
    return {**seen, "language": [box["value"] for box in soup.select("input[name=language][checked]")]}


def confirm(client: Client, page: Page, codes: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Confirm what is ticked on the screen, or these languages."""
    values = form(screen(client, page))
    answer = client.post(reverse("translation_figures", args=[page.pk]), {**values, **({"language": codes} if codes else {})}, follow=True)
    soup = BeautifulSoup(answer.content, "html.parser")
    return answer.status_code, [one.get_text("|", strip=True).split("|")[0] for one in soup.select(".messages li")]


def text(page: Page, code: str) -> str:
    return str(version(page, code).specific.body.raw_data[0]["value"])


def rows(page: Page) -> list[tuple]:
    found = StringTranslation.objects.filter(context__object_id=page.translation_key).order_by("pk")
    return list(found.values_list("pk", "data", "last_translated_by__username", "updated_at"))


def test_the_start_page_and_the_editor_lead_to_it(page: Page) -> None:
    people = ("freigabe", "uebersetzung-en", "uebersetzung-ar", "redaktion")
    assert [lines("Zahlen zu übernehmen", name) for name in people] == [[]] * 4
    change(page, body=german("2.500"))
    own = [lines("Zahlen zu übernehmen", name) for name in people]
    assert own == [["Rückkehr English, العربية"], ["Rückkehr English"], ["Rückkehr العربية"], []]
    # Handed over anew, the editor proposes the former translation with the new figure, and that as it was behind it.
    address = reverse("translation_order_new") + f"?pages={page.pk}"
    sign_in("redaktion").post(address, {"languages": [version(page, code).locale_id for code in TARGETS]})
    jobs.run_all()
    for code, target in TARGETS.items():
        translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
        address = reverse("translation_editor", args=[translation.pk])
        editor = BeautifulSoup(sign_in(f"uebersetzung-{code}").get(address).content, "html.parser")
        (first, second) = [one["data-proposal"] for one in editor.select("[data-proposal]")]
        figure = {"en": "2,500", "ar": "2,500"}[code]
        assert (first, second) == tuple(marked.to_marked(target.format(one)) for one in (figure, "1,200"))
        assert editor.select_one(f".portal-editor__note a[href='{reverse('translation_figures', args=[page.pk])}']")
    # What somebody cannot confirm does not wait for them.
    locked = Page.objects.filter(pk=version(page, "en").pk)
    locked.update(locked=True, locked_by=User.objects.get(username="uebersetzung-ar"), locked_at=timezone.now())
    assert [lines("Zahlen zu übernehmen", name) for name in people[:2]] == [["Rückkehr العربية"], []]
    locked.update(locked=False)
    assert confirm(sign_in("freigabe"), page)[0] == 200
    assert [lines("Zahlen zu übernehmen", name) for name in people] == [[]] * 4


@pytest.mark.parametrize("code", list(TARGETS))
def test_what_may_need_another_form_is_proposed_last_and_with_a_warning(page: Page, code: str) -> None:
    words = {"en": "There is {} place.", "ar": "يوجد {} مكان."}[code]
    change(page, lead="Es gibt 1 Platz.")
    translate(ContentPage.objects.get(pk=page.pk), code, words={"Es gibt 1 Platz.": words.format(1), SECOND: f"{code} second"})
    change(page, lead="Es gibt 5 Platz.")
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
    translation.source.update_from_db()
    client, address = sign_in(f"uebersetzung-{code}"), reverse("translation_editor", args=[translation.pk])

    def shown(place: str) -> BeautifulSoup:
        return BeautifulSoup(client.get(place).content, "html.parser")

    proposed = shown(address).select(".portal-proposal")
    warning = (
        "Das Wort hinter der Zahl braucht vielleicht eine andere Form. "
        "Lassen Sie jemanden darauf sehen, der diese Sprache schreibt."
    )
    assert [one.select_one("[data-proposal]")["data-proposal"] for one in proposed] == [words.format(1), words.format(5)]
    assert [one.small.get_text(" ", strip=True) if one.small else "" for one in proposed] == ["", warning]
    work = shown(reverse("translation_work", args=[page.pk, code])).select_one(".portal-todo")
    assert work.select("small")[-1].get_text(" ", strip=True) == warning
    # Its screen is named to those who may read the German page as it is online, and to nobody else.
    figures_screen = f".portal-editor__note a[href='{reverse('translation_figures', args=[page.pk])}']"
    assert len(shown(address).select(figures_screen)) == 1
    ContentPage.objects.get(pk=page.pk).unpublish()
    assert shown(address).select(figures_screen) == []


def test_twenty_pages_ask_as_little_of_the_start_page_as_two(page: Page) -> None:
    section = page.get_parent().specific
    english, person = [version(page, "en").locale], User.objects.get(username="freigabe")

    def asked() -> tuple[int, int]:
        figures.waiting(matrix.sources_for(person), english)
        with CaptureQueriesContext(connection) as found:
            waiting = figures.waiting(matrix.sources_for(person), english)
        return len(waiting), len(found)

    def more(number: int) -> None:
        for _one in range(number):
            added = make_content_page(section, "Zwei", lead="Sie zahlen 20 Euro.")
            translate(added, "en", words={"Zwei": "Two", "Sie zahlen 20 Euro.": "You pay 20 euros."})
            added.lead = "Sie zahlen 30 Euro."
            publish(added)

    more(2)
    number, few = asked()
    more(6)
    assert (number, asked()) == (2, (8, few))


def test_one_person_confirms_all_languages_which_are_online_with_the_new_figure_in_their_own_format(page: Page) -> None:
    assert [state(page, code) for code in TARGETS] == [State.TRANSLATED] * 2
    before = rows(page)
    change(page, body=german("2.500"))
    assert [state(page, code) for code in TARGETS] == [State.OUT_OF_DATE] * 2
    approver = sign_in("freigabe")
    shown = screen(approver, page)
    changes = [item.get_text() for item in shown.select(".portal-changes li")]
    assert changes == [
        "Sie zahlen 1.2002.500 Euro bis zum 1. März 2026. Mehr hier.", "You pay 1,2002,500 euros by 1 March 2026. More here.",
        "Sie zahlen 1.2002.500 Euro bis zum 1. März 2026. Mehr hier.", "تدفع 1,2002,500 يورو حتى 1 آذار/مارس 2026. المزيد هنا.",
    ]  # fmt: skip
    marks = [(item["lang"], item["dir"]) for item in shown.select(".portal-changes li")]
    assert marks == [("de", "ltr"), ("en", "ltr"), ("de", "ltr"), ("ar", "rtl")]
    # Looking at it writes nothing.
    assert rows(page) == before
    status, messages = confirm(approver, page)
    assert (status, messages) == (200, ["Online mit den neuen Angaben: English, العربية."])
    assert [state(page, code) for code in TARGETS] == [State.TRANSLATED] * 2
    for code, target in TARGETS.items():
        words = target.format("2,500").replace(' id="a1"', ' href="https://www.iom.int/a"')
        assert text(page, code) == f"<p>{words}</p><p>{code} second</p>"
    entries = PageLogEntry.objects.filter(action="translation.figures").order_by("pk")
    assert [(entry.page_id, entry.user.username, entry.message) for entry in entries] == [
        (version(page, code).pk, "freigabe", "Geänderte Angaben der deutschen Seite übernommen, in 1 Text") for code in TARGETS
    ]
    new = [row for row in rows(page) if row not in before]
    assert [row[2] for row in new] == ["freigabe"] * 2
    kept = SegmentVersion.objects.filter(origin="figures").order_by("pk")
    assert list(kept.values_list("data", flat=True)) == [TARGETS[code].format("2,500") for code in TARGETS]
    assert len(rows(page)) == len(before) + 2
    assert not screen(approver, page).select(".portal-changes")


def test_a_link_that_leads_elsewhere_is_a_figure_too(page: Page) -> None:
    change(page, body=german(link="b"))
    assert [state(page, code) for code in TARGETS] == [State.OUT_OF_DATE] * 2
    shown = screen(sign_in("freigabe"), page)
    said = [" ".join(item.get_text().split()) for item in shown.select(".portal-changes li:not([lang])")]
    assert said == ["Der Link führt jetzt zu https://www.iom.int/b und nicht mehr zu https://www.iom.int/a."] * 2
    confirm(sign_in("freigabe"), page)
    assert [state(page, code) for code in TARGETS] == [State.TRANSLATED] * 2
    assert all('href="https://www.iom.int/b"' in text(page, code) for code in TARGETS)


def test_a_language_whose_link_leads_elsewhere_by_its_own_decision_is_left_out(page: Page) -> None:
    english = version(page, "en")
    context = TranslationContext.objects.get(object_id=page.translation_key, path=f"body.{ID}.'https://www.iom.int/a'")
    SegmentOverride.objects.create(locale=english.locale, context=context, data_json='"https://www.iom.int/en"')
    change(page, body=german("2.500", link="b"))
    assert form(screen(sign_in("freigabe"), page))["language"] == ["ar"]


def test_each_confirms_their_own_languages_alone_by_screen_and_by_address(page: Page) -> None:
    change(page, body=german("2.500"))
    address = reverse("translation_figures", args=[page.pk])
    everything = form(screen(sign_in("freigabe"), page))
    before = rows(page)
    assert set(everything) == {"language", "seen-en", "seen-ar"}
    for name, seen, refused in (
        ("uebersetzung-en", {"seen-en"}, 302), ("redaktion", {"seen-en", "seen-ar"}, 403),
    ):  # fmt: skip
        client = sign_in(name)
        own = screen(client, page)
        assert {field["name"] for field in own.select("input[name^=seen-]")} == seen, name
        assert len(own.select("input[name=language]")) == (1 if name == "uebersetzung-en" else 0)
        # Whoever sees a language and may not write it is refused; one that they do not see is not there.
        wanted = ["ar"] if name == "uebersetzung-en" else ["en", "ar"]
        assert client.post(address, {**everything, "language": wanted}).status_code == refused, name
        assert rows(page) == before
    for client in (sign_in("anfragen"), Client()):
        assert client.post(address, everything).status_code == 302
    assert rows(page) == before
    confirm(sign_in("uebersetzung-en"), page)
    assert [state(page, code) for code in TARGETS] == [State.TRANSLATED, State.OUT_OF_DATE]
    assert screen(sign_in("uebersetzung-en"), page).select("form [name=language]") == []
    assert form(screen(sign_in("uebersetzung-ar"), page))["language"] == ["ar"]


def test_what_somebody_changed_meanwhile_is_not_overwritten(page: Page) -> None:
    change(page, body=german("2.500"))
    approver, address = sign_in("freigabe"), reverse("translation_figures", args=[page.pk])
    seen = form(screen(approver, page))
    one = StringTranslation.objects.get(locale__language_code="ar", data__contains="1,200")
    one.data = one.data.replace("تدفع", "تدفعون")
    one.save()
    before = rows(page)
    answer = BeautifulSoup(approver.post(address, seen, follow=True).content, "html.parser")
    said = "Inzwischen wurde etwas geändert. Nichts wurde geschrieben; sehen Sie sich an, was jetzt vorgeschlagen wird."
    assert answer.select_one(".messages li").get_text("|", strip=True).split("|")[0] == said
    assert rows(page) == before
    # The German page was changed once more.
    seen = form(screen(approver, page))
    change(page, body=german("2.600"))
    approver.post(address, seen)
    assert rows(page) == before
    # Sent twice, the second finds nothing.
    seen = form(screen(approver, page))
    approver.post(address, seen)
    after = rows(page)
    approver.post(address, seen)
    assert rows(page) == after != before


def test_what_is_to_be_translated_beside_it_keeps_it_offline_and_a_draft_stays_one(page: Page) -> None:
    change(page, body=german("2.500", second="Ein anderer Satz."))
    english = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="en")
    status, messages = confirm(sign_in("uebersetzung-en"), page)
    said = "English: Die neuen Angaben stehen in der Übersetzung, aber noch nicht online. 1 Text fehlt."
    assert (status, messages) == (200, [said])
    assert "1,200" in text(page, "en")
    assert english.get_target_instance().latest_revision_id == version(page, "en").live_revision_id
    # Arabic has a text that nobody published yet.
    change(page, body=german("2.500"))
    second = StringTranslation.objects.get(locale__language_code="ar", data="ar second")
    second.data = "ar noch nicht"
    second.save()
    confirm(sign_in("uebersetzung-ar"), page)
    assert (state(page, "ar"), text(page, "ar").count("noch nicht")) == (State.OUT_OF_DATE, 0)
    assert StringTranslation.objects.filter(locale__language_code="ar", data__contains="2,500").count() == 1


def test_a_lock_is_obeyed(page: Page) -> None:
    change(page, body=german("2.500"))
    english = version(page, "en")
    Page.objects.filter(pk=english.pk).update(
        locked=True, locked_by=User.objects.get(username="uebersetzung-en"), locked_at=timezone.now()
    )
    seen = form(screen(sign_in("freigabe"), page))
    assert seen["language"] == ["ar"]
    before = rows(page)
    address = reverse("translation_figures", args=[page.pk])
    assert sign_in("freigabe").post(address, {**seen, "language": ["en", "ar"]}).status_code == 403
    assert rows(page) == before


def test_whoever_publishes_other_figures_is_led_to_what_is_proposed(page: Page) -> None:
    approver, address = sign_in("freigabe"), reverse("translation_figures", args=[page.pk])

    def published(**fields: str) -> list[str]:
        found = ContentPage.objects.get(pk=page.pk)
        data = {**posted_page(found, User.objects.get(username="freigabe")), **fields, "action-publish": "1"}
        answer = approver.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data, follow=True)
        links = BeautifulSoup(answer.content, "html.parser").select(".messages a")
        return [link["href"] for link in links if link["href"] == address]

    assert published(lead="Ein anderer Satz.") == []
    value = posted_page(page, User.objects.get(username="freigabe"))["body-0-value"]
    assert published(**{"body-0-value": value.replace("1.200", "2.500")}) == [address]
    shown = BeautifulSoup(approver.get(reverse("translation_desk_page", args=[page.pk])).content, "html.parser")
    link = shown.select_one(f'a[href="{reverse("translation_figures", args=[page.pk])}"]')
    assert " ".join(link.get_text().split()) == "Geänderte Angaben übernehmen: English, العربية"


@pytest.mark.once
def test_more_texts_ask_for_no_more_queries(page: Page) -> None:
    approver = sign_in("freigabe")

    def asked() -> int:
        screen(approver, page)
        with CaptureQueriesContext(connection) as queries:
            assert screen(approver, page).select(".portal-changes")
        return len(queries)

    change(page, body=german("2.500"))
    few = asked()
    texts = {f"5f0c0f43-62f5-4d1c-9d0f-{number:012}": f"<p>Es sind {number} Euro.</p>" for number in range(1, 21)}
    blocks = [{"type": "text", "id": key, "value": value} for key, value in texts.items()]
    change(page, body=german("2.500") + blocks)
    for code in TARGETS:
        translate(ContentPage.objects.get(pk=page.pk), code)
    for block in blocks:
        block["value"] = block["value"].replace(" Euro", "00 Euro")
    change(page, body=german("2.600") + blocks)
    assert len(screen(approver, page).select(".portal-changes")) == 42
    assert asked() == few


def test_what_goes_online_is_built_as_the_german_page_is_by_now(page: Page) -> None:
    """The new figure comes with all else that was changed: fields that all languages share, and the order of the blocks."""
    heading = {"type": "heading", "id": "5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b12", "value": "Kosten"}
    change(page, body=[*german(), heading])
    for code in TARGETS:
        translate(ContentPage.objects.get(pk=page.pk), code)
    changed = change(page, body=[heading, *german("2.500")], quick_exit=True, reviewed_by="Fachdienst Rückkehr")
    status, messages = confirm(sign_in("freigabe"), page)
    assert (status, messages) == (200, ["Online mit den neuen Angaben: English, العربية."])

    def built(found: ContentPage) -> tuple[list[str], bool, str]:
        return [block["id"] for block in found.body.raw_data], found.quick_exit, found.reviewed_by

    assert built(changed) == ([heading["id"], ID], True, "Fachdienst Rückkehr")
    for code in TARGETS:
        found = version(page, code).specific
        assert (built(found), "2,500" in str(found.body.raw_data[1]["value"])) == (built(changed), True), code


def test_what_is_confirmed_is_read_anew_not_taken_from_what_was_read_before(page: Page) -> None:
    stale = change(page, body=german("2.500"))
    approver, locales = User.objects.get(username="freigabe"), [version(page, code).locale for code in TARGETS]
    seen = {offer.locale: offer.seen for offer in figures.offers(stale, locales)}
    assert len(seen) == 2
    # Somebody publishes another figure after the page was read and before it is locked.
    change(page, body=german("2.600"))
    before = rows(page)
    with pytest.raises(figures.ChangedMeanwhileError):
        figures.confirm(stale, seen, approver)
    assert rows(page) == before
    seen = {offer.locale: offer.seen for offer in figures.offers(ContentPage.objects.get(pk=page.pk), locales)}
    assert [result.is_online for result in figures.confirm(stale, seen, approver)] == [True] * 2
    assert [(text(page, code).count("2,600"), text(page, code).count("2,500")) for code in TARGETS] == [(1, 0)] * 2


@pytest.mark.parametrize("code", list(TARGETS))
def test_what_was_typed_while_a_version_waited_for_its_time_is_no_part_of_what_is_online(page: Page, code: str) -> None:
    row = StringTranslation.objects.get(locale__language_code=code, data=f"{code} second")
    row.data = f"{code} planned"
    row.save()
    plan(page, code)
    row.data = f"{code} noch nicht"
    row.save()
    assert come() == 1
    assert f"<p>{code} planned</p>" in text(page, code)
    change(page, body=german("2.500"))
    confirm(sign_in("freigabe"), page, (code,))
    assert ("1,200" in text(page, code), f"<p>{code} planned</p>" in text(page, code)) == (True, True)
    assert state(page, code) == State.OUT_OF_DATE
    # The figure is not lost: it waits with the text for whoever publishes both.
    assert StringTranslation.objects.filter(locale__language_code=code, data__contains="2,500").count() == 1
