"""What is wrong by now: nobody reads it, nothing of it is lost, and it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, PageLogEntry, PageViewRestriction

from news.models import NewsPage
from portal import changes, jobs
from portal.models import PublishedVersion
from portal.pages import versions
from portal.tags import WITHDRAWN
from tests.builders import (
    make_news,
    make_news_index,
    publish,
    submit,
    translate,
    translate_texts,
)
from tests.translation.desk.items import CODES, WORDS, all_states, change, sign_in, submit_target
from tests.translation.desk.test_desk import rows_of, state, version
from tests.translation.test_returning import publish_in_bulk, unpublish
from translation import aliases, cascades
from translation.desk import states, withdrawing
from translation.desk.states import State

pytestmark = pytest.mark.django_db

def shown(client: Client, page: Page, code: str) -> dict[str, bool]:
    """Return where visitors find a page's own text in a language, or that there is any."""
    title, word = f"{code} return", WORDS[code]
    address = version(page, code).get_url()
    german = client.get(page.get_url()).text
    return {
        "page": word in client.get(address).text,
        "list": title in client.get(version(page.get_parent(), code).get_url()).text,
        "feed": title in client.get(f"/{code}/feed.rss").text,
        "site map": address in client.get(f"/sitemap-{code}.xml").text,
        "api": page.translation_key in {item.translation_key for item in versions.real(Page.objects.filter(locale__language_code=code))},
        "api list": title in client.get("/api/v2/pages/", {"locale": code, "fields": "*", "limit": 20}).text,
        "api search": title in client.get("/api/v2/pages/", {"locale": code, "search": word, "limit": 20}).text,
        "search": title in client.get(search_address(code), {"q": word}).text,
        "language links": f'href="{address}"' in german and f'hreflang="{code}"' in german.split("</head>")[0],
    }


def search_address(code: str) -> str:
    with translation.override(code):
        return reverse("search")


NOWHERE = dict.fromkeys(("page", "list", "feed", "site map", "api", "api list", "api search", "search", "language links"), False)
EVERYWHERE = dict.fromkeys(NOWHERE, True)


def test_nobody_reads_what_is_wrong_by_now_until_it_is_taken_back(page: NewsPage, client: Client) -> None:
    assert {code: shown(client, page, code) for code in CODES} == dict.fromkeys(CODES, EVERYWHERE)
    texts = {code: version(page, code).specific.lead for code in CODES}
    change(page, "wrong").publish()
    assert {code: shown(client, page, code) for code in CODES} == dict.fromkeys(CODES, NOWHERE)
    for code in CODES:
        soup = BeautifulSoup(client.get(version(page, code).get_url()).content, "html.parser")
        # What was there is said in German, with its notice.
        assert soup.select_one("main .lead").get_text() == "Es kostet jetzt mehr."
        assert soup.select_one("main .lead").find_parent(lang="de") is not None
        assert soup.select_one("html")["lang"] == code
        assert "translated anew" in str(soup.select_one("#fallback")) or code != "en"
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]
    assert {code: version(page, code).specific.lead for code in CODES} == texts
    editor, address = sign_in("freigabe"), reverse("translation_desk_page", args=[page.pk])
    forms = BeautifulSoup(editor.get(address).content, "html.parser").select(f"form[action='{address}show-again/']")
    # One for each language, and one for all.
    assert [len(form.select("[name=version]")) for form in forms] == [1, 1, 2]
    editor.post(forms[-1]["action"], {"version": [field["value"] for field in forms[-1].select("[name=version]")]})
    assert {code: shown(client, page, code) for code in CODES} == dict.fromkeys(CODES, EVERYWHERE)
    assert all_states(page) == [State.OUT_OF_DATE, State.OUT_OF_DATE]
    entries = PageLogEntry.objects.filter(page=version(page, "en")).order_by("pk").values_list("action", "user__username")
    assert [entry for entry in entries if entry[0].startswith("translation.")] == [
        ("translation.withdrawn", None),
        ("translation.shown_again", "freigabe"),
    ]


def test_kept_answers_hear_of_it_both_ways(page: NewsPage, django_capture_on_commit_callbacks: Callable) -> None:
    told: list[frozenset] = []
    changes._listeners.append((changes.Order.SEARCH, told.append))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            change(page, "wrong").publish()
        with django_capture_on_commit_callbacks(execute=True):
            withdrawing.show_again(version(page, "en"))
    finally:
        changes._listeners.pop()
    told = [tags for tags in told if WITHDRAWN in tags]
    assert [changes.page(page.translation_key) in tags for tags in told] == [True, True]


def test_what_is_translated_anew_comes_back_and_what_is_published_as_it_was_does_not(page: NewsPage, client: Client) -> None:
    change(page, "wrong").publish()
    submit_target(page, "en").save_target(publish=True)
    assert state(page, "en") == State.WITHDRAWN
    translate(page, "en", title="en return")
    assert all_states(page) == [State.TRANSLATED, State.WITHDRAWN]
    assert client.get(version(page, "en").get_url()).text.count("EN Es kostet jetzt mehr.") > 0
    # What German says again is not wrong any more.
    change(page, lead="Sie zahlen 20 Euro.").publish()
    assert all_states(page) == [State.OUT_OF_DATE, State.TRANSLATED]
    assert shown(client, page, "ar") == EVERYWHERE


def test_a_translation_made_of_the_draft_before_it_was_published_is_not_withdrawn(page: NewsPage) -> None:
    revision = change(page, "wrong")
    ordered = submit(revision.as_object(), "en")
    translate_texts(ordered)
    ordered.save_target(publish=True)
    assert state(page, "en") == State.OUT_OF_DATE
    revision.publish()
    assert all_states(page) == [State.TRANSLATED, State.WITHDRAWN]


def test_still_true_shows_it_again(page: NewsPage) -> None:
    change(page, "wrong").publish()
    states.confirm(version(page, "ar"))
    assert all_states(page) == [State.WITHDRAWN, State.TRANSLATED]


def test_what_goes_offline_with_its_source_and_comes_back_is_withdrawn_still(page: NewsPage, client: Client) -> None:
    change(page, "wrong").publish()
    # Meanwhile its translator was given the new text, and has not published it.
    submit(NewsPage.objects.get(pk=page.pk), "en")
    admin = sign_in("admin")
    unpublish(admin, page)
    assert [version(page, code).live for code in CODES] == [False, False]
    publish_in_bulk(admin, page)
    assert [version(page, code).live for code in CODES] == [True, True]
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]
    assert {code: shown(client, page, code) for code in CODES} == dict.fromkeys(CODES, NOWHERE)


def test_what_is_offline_while_it_becomes_wrong_does_not_come_back_as_it_was(page: NewsPage, client: Client) -> None:
    admin = sign_in("admin")
    unpublish(admin, page)
    change(page, "wrong").publish()
    assert [version(page, code).live for code in CODES] == [True, True]
    assert {code: shown(client, page, code) for code in CODES} == dict.fromkeys(CODES, NOWHERE)


def test_a_private_page_tells_nobody_more_than_before(page: NewsPage, client: Client) -> None:
    change(page, "wrong").publish()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert [client.get(each.get_url()).status_code for each in (page, *(version(page, code) for code in CODES))] == [302, 302, 302]
    withdrawing.show_again(version(page, "en"))
    assert {code: shown_privately(client, page, code) for code in CODES} == dict.fromkeys(CODES, False)
    restriction.delete()
    assert [shown(client, page, code) for code in CODES] == [EVERYWHERE, NOWHERE]


def shown_privately(client: Client, page: Page, code: str) -> bool:
    return WORDS[code] in client.get(version(page, code).get_url(), follow=True).text


def test_it_moves_with_its_page_and_keeps_its_own_address(page: NewsPage, client: Client) -> None:
    change(page, "wrong").publish()
    second = make_news_index(page.get_ancestors().get(depth=2).specific, "Presse")
    for code in CODES:
        translate(second, code)
    before = version(page, "en").get_url()
    NewsPage.objects.get(pk=page.pk).move(second, pos="last-child")
    address = version(page, "en").get_url()
    assert address != before
    assert client.get(before, follow=True).redirect_chain[-1][0].endswith(address)
    assert client.get(address).text.count("Es kostet jetzt mehr.") > 0
    withdrawing.show_again(version(page, "en"))
    assert WORDS["en"] in client.get(address).text


def test_an_alias_has_nothing_that_could_be_wrong(page: NewsPage) -> None:
    other = NewsPage.objects.get(title="Asyl", locale__language_code="de")
    change(other, "wrong").publish()
    assert all_states(other) == [State.ALIAS, State.ALIAS]
    assert not PublishedVersion.objects.exclude(withdrawn_at=None).exists()


def test_taken_back_as_a_translation_it_is_an_alias_like_any_other(page: NewsPage) -> None:
    change(page, "wrong").publish()
    aliases.show_source(version(page, "en"), NewsPage.objects.get(pk=page.pk))
    assert all_states(page) == [State.ALIAS, State.WITHDRAWN]
    translate(page, "en")
    assert state(page, "en") == State.TRANSLATED


def test_a_version_that_stays_when_its_page_is_deleted_keeps_its_text_and_shows_nothing(page: NewsPage, client: Client) -> None:
    change(page, "wrong").publish()
    english = version(page, "en")
    with cascades.chosen(cascades.SOURCE_ONLY):
        NewsPage.objects.get(pk=page.pk).delete()
    assert Page.objects.get(pk=english.pk).specific.lead == f"{WORDS['en']} 20."
    assert client.get(english.get_url()).status_code == 404


def test_a_translation_that_lacks_texts_is_withdrawn_too(page: NewsPage, client: Client) -> None:
    other = make_news(page.get_parent().specific, "Dritte", lead="Drei.", search_description="Vier.")
    translate(other, "en", leave_out=1, words={"Dritte": "en return", "Drei.": WORDS["en"], "Vier.": ""})
    english = version(other, "en")
    PublishedVersion.objects.filter(page=english).update(completed_at=None)
    assert WORDS["en"] in client.get(english.get_url()).text
    change(other, "wrong", lead="Sechs.").publish()
    assert WORDS["en"] not in client.get(english.get_url()).text


def test_leichte_sprache_says_that_the_page_is_being_changed(page: NewsPage, easy: NewsPage, client: Client) -> None:
    address = easy.get_url()
    assert "Kappenblaurabe" in client.get(address).text
    change(page, "wrong").publish()
    answer = client.get(address)
    soup = BeautifulSoup(answer.content, "html.parser")
    assert (answer.status_code, soup.h1.get_text()) == (200, "Diese Seite wird gerade geändert")
    assert soup.select_one("meta[name=robots]")["content"].startswith("noindex")
    assert soup.select_one("main .stack a")["href"] == page.get_url()
    # Nothing of the page itself is told.
    assert "Kappenblaurabe" not in answer.text
    assert "Zurück" not in soup.select_one("main").get_text() + soup.title.get_text()
    assert easy.get_url() not in client.get(easy.get_parent().get_url()).text
    assert state(page, "de-simple") == State.WITHDRAWN
    # It is written by hand: whoever publishes it has decided.
    publish(NewsPage.objects.get(pk=easy.pk))
    assert "Kappenblaurabe" in client.get(address).text


def test_a_home_page_with_a_tree_of_its_own_stays(page: NewsPage, easy: NewsPage) -> None:
    home = page.get_ancestors().get(depth=2).specific
    publish(type(easy.get_ancestors().get(depth=2).specific).objects.get(locale__language_code="de-simple"))
    home.hero_text = "Etwas anderes."
    home.form_values = {"effect": "wrong"}
    home.save_revision().publish()
    assert version(home, "de-simple").published_version.withdrawn_at is None
    assert state(home, "en") == State.WITHDRAWN


def test_translators_are_told_by_mail_in_one_each(page: NewsPage) -> None:
    groups = [User.objects.get(username=f"uebersetzung-{code}").groups.get() for code in CODES]
    both = User.objects.create_user("beide", "beide@example.org")
    both.groups.add(*groups)
    change(page, "content").publish()
    jobs.run_all()
    assert mail.outbox == []
    change(page, "wrong", "Es kostet sehr viel mehr.").publish()
    jobs.run_all()
    expected = {
        "uebersetzung-en@example.org": ["en return"],
        "uebersetzung-ar@example.org": ["ar return"],
        "pruefung-en@example.org": ["en return"],
        "pruefung-ar@example.org": ["ar return"],
        "beide@example.org": ["en return", "ar return"],
    }
    lines = {message.to[0]: message.body.splitlines() for message in mail.outbox}
    assert {address: [line.split(" (")[0][2:] for line in found if line.startswith("- ")] for address, found in lines.items()} == expected
    assert len(mail.outbox) == len(expected)
    assert reverse("translation_desk_page", args=[page.pk]) in mail.outbox[0].body
    assert mail.outbox[0].subject == "Neu zu übersetzen: en return"


def test_the_matrix_filters_what_is_withdrawn(page: NewsPage) -> None:
    change(page, "wrong").publish()
    withdrawing.show_again(version(page, "ar"))
    client = sign_in("redaktion")
    assert rows_of(client)["Rückkehr"] == ["zurückgezogen", "fehlt", "veraltet", "fehlt"]
    assert [*rows_of(client, state="withdrawn")] == ["Rückkehr"]
    assert [*rows_of(client, state="withdrawn", language="ar")] == []


def test_only_who_may_publish_takes_it_back(page: NewsPage) -> None:
    change(page, "wrong").publish()
    address = reverse("translation_desk_show_again", args=[page.pk])
    ids = [version(page, code).pk for code in CODES]
    assert sign_in("anfragen").post(address, {"version": ids}).status_code == 302
    assert sign_in("uebersetzung-en").post(address, {"version": ids}).status_code == 403
    assert sign_in("freigabe").get(address).status_code == 405
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]
    sign_in("uebersetzung-en").post(address, {"version": [ids[0], "x", "99999999"]})
    assert all_states(page) == [State.OUT_OF_DATE, State.WITHDRAWN]
