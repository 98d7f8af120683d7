"""Orders: many pages into several languages, carried out by the runner, seen and changed by those who work in each language."""

from __future__ import annotations

import datetime
import os
import signal
import sys
import traceback

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from home.models import ContentPage
from portal import jobs
from portal.models import Job
from tests.builders import make_alias, make_content_page, make_home, make_section, publish, translate, translate_texts
from translation import demo_accounts, roles
from translation.desk import matrix, orders
from translation.desk.models import Order, OrderItem
from translation.desk.order_models import Progress, Reason
from translation.desk.states import State
from translation.trees import find_problems
from translation.upstream import bulk

pytestmark = pytest.mark.django_db

CODES = ("en", "uk", "ar")


@pytest.fixture(scope="module")
def shared_section(module_database: DjangoDbBlocker) -> Page:
    """A German section with two pages that nobody translated, below home pages in every language."""
    with module_database.unblock():
        home = make_home()
        section = make_section(home)
        for title in ("Rückkehr", "Asyl"):
            make_content_page(section, title, lead=f"Ein Satz zu {title}.")
        for code in CODES:
            translate(home, code)
            for page in Page.objects.filter(path__startswith=section.path, locale__language_code="de").order_by("path"):
                make_alias(page.specific, code)
        easy = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
        easy.alias_of = None
        publish(easy)
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        return section


@pytest.fixture
def page(shared_section: Page) -> ContentPage:
    return ContentPage.objects.get(title="Rückkehr", locale__language_code="de")


@pytest.fixture
def other(shared_section: Page) -> ContentPage:
    return ContentPage.objects.get(title="Asyl", locale__language_code="de")


def user(name: str) -> User:
    return User.objects.get(username=name)


def sign_in(name: str) -> Client:
    client = Client()
    client.force_login(user(name))
    return client


def locale(code: str) -> Locale:
    return Locale.objects.get(language_code=code)


def version(page: Page, code: str) -> Page:
    return Page.objects.get(translation_key=page.translation_key, locale__language_code=code)


def state(page: Page, code: str) -> State:
    return matrix.cells([page.translation_key], [locale(code)])[page.translation_key][0].state


def order(client: Client, pages: list[Page], codes: tuple[str, ...] = CODES, **values: object) -> Order:
    """Order through the form, and let the runner carry it out."""
    address = f"{reverse('translation_order_new')}?pages={','.join(str(page.pk) for page in pages)}"
    answer = client.post(address, {"languages": [locale(code).pk for code in codes], **values})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".error-message")
    jobs.run_all()
    return Order.objects.latest("pk")


def progress(order: Order) -> dict[tuple[str, str], str]:
    rows = OrderItem.objects.filter(order=order)
    return {(title, code): found for title, code, found in rows.values_list("page__title", "locale__language_code", "progress")}


def finish(page: Page, code: str) -> None:
    """Translate all that is left and publish it, as its translator does in the editor."""
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
    translate_texts(translation)
    answer = sign_in(f"uebersetzung-{code}").post(reverse("wagtailadmin_pages:edit", args=[version(page, code).pk]), {"action": "publish"})
    assert answer.status_code == 302


def test_an_order_prepares_pages_and_leaves_aliases_as_they_are(page: Page, other: Page, client: Client) -> None:
    before = list(Page.objects.order_by("path").values())
    assert find_problems() == []
    placed = order(sign_in("redaktion"), [page, other], note="Bitte bald.", due_on=timezone.localdate() + datetime.timedelta(days=9))
    assert set(progress(placed).values()) == {Progress.OPEN}
    assert len(progress(placed)) == 6
    assert list(Page.objects.order_by("path").values()) == before
    assert find_problems() == []
    assert {(one.pk, code): state(one, code) for one in (page, other) for code in CODES} == {
        (one.pk, code): State.ORDERED for one in (page, other) for code in CODES
    }
    # Visitors read German, as before, until the translation is published.
    alias = version(page, "en")
    assert "Ein Satz zu Rückkehr." in client.get(alias.get_url()).text
    editor = sign_in("uebersetzung-en").get(reverse("wagtailadmin_pages:edit", args=[alias.pk]))
    assert "data-props" in editor.text
    finish(page, "en")
    online = version(page, "en").specific
    assert (online.alias_of_id, online.lead, online.live, state(page, "en")) == (None, "EN Ein Satz zu Rückkehr.", True, State.TRANSLATED)
    assert "EN Ein Satz zu Rückkehr." in client.get(online.get_url()).text
    assert find_problems() == []
    orders.settle()
    assert progress(placed)["Rückkehr", "en"] == Progress.DONE
    assert progress(placed)["Rückkehr", "uk"] == Progress.OPEN


def test_an_incomplete_translation_of_an_alias_is_not_published(page: Page) -> None:
    order(sign_in("redaktion"), [page], ("uk",))
    alias = version(page, "uk")
    translator = sign_in("uebersetzung-uk")
    assert translator.post(reverse("wagtailadmin_pages:edit", args=[alias.pk]), {"action": "publish"}).status_code == 403
    bulk = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={alias.pk}"
    assert translator.post(bulk).status_code == 302
    assert version(page, "uk").alias_of_id == page.pk


def test_an_update_keeps_what_did_not_change_and_proposes_what_was_there(page: Page) -> None:
    editor = sign_in("redaktion")
    order(editor, [page], ("en",))
    finish(page, "en")
    orders.settle()
    changed = ContentPage.objects.get(pk=page.pk)
    changed.lead = "Ein Satz zu Rückkehr und Reise."
    publish(changed)
    assert state(page, "en") == State.OUT_OF_DATE
    known = dict(StringTranslation.objects.values_list("pk", "data"))
    placed = order(editor, [page], ("en", "uk"))
    assert progress(placed) == {("Rückkehr", "en"): Progress.OPEN, ("Rückkehr", "uk"): Progress.OPEN}
    assert dict(StringTranslation.objects.values_list("pk", "data")) == known
    answer = sign_in("uebersetzung-en").get(reverse("translation_work", args=[page.pk, "en"]))
    (item,) = BeautifulSoup(answer.content, "html.parser").select("#next .portal-todo li")
    source, proposal = item.select("p")
    assert [part.get_text() for part in source.select(".addition")] == [" und Reise"]
    assert proposal.select_one("[lang=en]").get_text() == "EN Ein Satz zu Rückkehr."
    # It is a proposal: the text is missing until somebody translates it.
    assert sign_in("uebersetzung-en").post(
        reverse("wagtailadmin_pages:edit", args=[version(page, "en").pk]), {"action": "publish"}
    ).status_code == 403  # fmt: skip
    finish(page, "en")
    orders.settle()
    assert progress(placed) == {("Rückkehr", "en"): Progress.DONE, ("Rückkehr", "uk"): Progress.OPEN}


def test_what_is_ordered_or_done_already_is_left_out_and_named(page: Page, other: Page) -> None:
    editor = sign_in("redaktion")
    first = order(editor, [page], ("en",))
    order(editor, [other], ("en",))
    finish(other, "en")
    orders.settle()
    address = f"{reverse('translation_order_new')}?pages={page.pk},{other.pk}"
    answer = editor.post(address, {"languages": [locale("en").pk]}, follow=True)
    texts = [message.message for message in answer.context["messages"]]
    assert texts == [
        "Ausgelassen, weil in einer dieser Sprachen schon bestellt: Rückkehr.",
        "Ausgelassen, weil in einer dieser Sprachen schon übersetzt: Asyl.",
        "Es wurde nichts bestellt.",
    ]
    assert list(OrderItem.objects.filter(page=page).values_list("order_id", flat=True)) == [first.pk]


def test_leichte_sprache_is_a_task_with_a_draft_and_without_segments(shared_section: Page, page: Page) -> None:
    editor = sign_in("redaktion")
    sources = TranslationSource.objects.count()
    placed = order(editor, [page], ("de-simple",))
    # Its section has no page there: it begins below the home page, if a page of this type may stand there.
    items = OrderItem.objects.get(order=placed)
    assert (items.progress, items.by_hand, items.reason) == (Progress.FAILED, False, Reason.PLACE) or items.by_hand
    easy = Page.objects.filter(translation_key=page.translation_key, locale__language_code="de-simple").first()
    assert TranslationSource.objects.count() == sources
    assert easy is not None
    assert (easy.live, easy.alias_of_id) == (False, None)
    assert not Translation.objects.filter(source__object_id=page.translation_key).exists()
    assert find_problems() == []
    publish(easy.specific)
    orders.settle()
    assert progress(placed) == {("Rückkehr", "de-simple"): Progress.DONE}
    changed = ContentPage.objects.get(pk=page.pk)
    changed.lead = "Ein anderer Satz."
    publish(changed)
    again = order(editor, [page], ("de-simple",))
    answer = sign_in("leichte-sprache").get(reverse("translation_work", args=[page.pk, "de-simple"]))
    soup = BeautifulSoup(answer.content, "html.parser")
    assert [part.get_text() for part in soup.select(".portal-changes .addition")] == ["anderer "]
    assert progress(again) == {("Rückkehr", "de-simple"): Progress.OPEN}


def test_who_orders_from_somebody_names_one_who_works_in_all_the_languages(page: Page) -> None:
    editor, translator = sign_in("redaktion"), user("uebersetzung-uk")
    group = Group.objects.get(name="Übersetzung Ukrainisch")
    address = f"{reverse('translation_order_new')}?pages={page.pk}"
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    for values, wrong in (
        ({"languages": [locale("uk").pk, locale("en").pk], "assignee": translator.pk}, {"assignee"}),
        ({"languages": [locale("ar").pk], "group": group.pk}, {"group"}),
        ({"languages": [locale("uk").pk], "assignee": translator.pk, "group": group.pk}, {"group"}),
        ({"languages": [locale("uk").pk], "due_on": yesterday}, {"due_on"}),
        ({"note": "Bitte"}, {"languages"}),
    ):
        assert set(editor.post(address, values).context["form"].errors) == wrong
    assert not Order.objects.exists()
    placed = order(editor, [page], ("uk",), assignee=translator.pk)
    matrix_page = BeautifulSoup(editor.get(reverse("translation_desk")).content, "html.parser")
    notes = [link.get_text() for link in matrix_page.select(f"a[href='{reverse('translation_order', args=[placed.pk])}']")]
    assert notes == [placed.assignee_name]
    for who, titles in ((f"u{translator.pk}", ["Rückkehr"]), ("", ["Startseite", "Unsere Arbeit", "Rückkehr", "Asyl"])):
        soup = BeautifulSoup(editor.get(reverse("translation_desk"), {"person": who}).content, "html.parser")
        assert [row.get_text() for row in soup.select("tbody tr td:first-child a bdi")] == titles


def test_pages_below_are_ordered_too_and_the_explorer_leads_to_the_form(page: Page, other: Page) -> None:
    editor, section = sign_in("freigabe"), page.get_parent()
    bulk_action = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "order_translations"])
    answer = editor.get(f"{bulk_action}?id={page.pk}&id={version(other, 'en').pk}")
    assert answer.url == f"{reverse('translation_order_new')}?pages={page.pk}%2C{other.pk}"
    placed = order(editor, [section], ("en",), below="on")
    assert {title for title, _code in progress(placed)} == {"Unsere Arbeit", "Rückkehr", "Asyl"} - {
        title for title in ("Unsere Arbeit",) if state(section, "en") == State.TRANSLATED
    }


def test_a_draft_is_ordered_by_those_who_may_read_it_as_it_was_last_written(page: Page) -> None:
    section = page.get_parent().specific
    draft = make_content_page(section, "Entwurf", lead="Alter Satz.", live=False)
    for code in CODES:
        make_alias(draft, code)
    draft.lead = "Neuer Satz."
    draft.save_revision()
    private = make_content_page(section, "Vertraulich")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    translator, alias = sign_in("uebersetzung-uk"), version(draft, "uk")
    edit = reverse("wagtailadmin_pages:edit", args=[alias.pk])
    for hidden in (draft, private):
        answer = translator.get(f"{reverse('translation_order_new')}?pages={hidden.pk}")
        assert (answer.status_code, answer.url) == (302, reverse("translation_desk"))
        assert translator.get(reverse("translation_work", args=[hidden.pk, "uk"])).status_code == 404
    assert translator.get(edit).status_code == 302
    placed = order(sign_in("redaktion"), [draft], ("uk",), assignee=user("uebersetzung-uk").pk)
    assert set(progress(placed).values()) == {Progress.OPEN}
    # Whoever hands it over shows its text by that: in this language, and in no other.
    translator = sign_in("uebersetzung-uk")
    assert "Neuer Satz." in translator.get(reverse("translation_work", args=[draft.pk, "uk"])).text
    assert "Neuer Satz." in translator.get(edit).text
    assert "Entwurf" in translator.get(reverse("translation_order", args=[placed.pk])).text
    assert sign_in("uebersetzung-en").get(reverse("translation_work", args=[draft.pk, "en"])).status_code == 404


def test_who_may_not_hand_over_any_more_when_it_is_prepared_orders_nothing(page: Page) -> None:
    placed = orders.place(Order(creator=user("redaktion")), [(page, locale("en").pk)])
    user("redaktion").groups.clear()
    jobs.run_all()
    assert OrderItem.objects.values_list("order_id", "progress", "reason").get() == (placed.pk, Progress.FAILED, Reason.RIGHT)
    assert state(page, "en") == State.ALIAS
    user("redaktion").groups.add(Group.objects.get(name=roles.EDITORS))
    sign_in("redaktion").post(reverse("translation_order_again", args=[placed.pk]))
    jobs.run_all()
    assert progress(placed) == {("Rückkehr", "en"): Progress.OPEN}


def test_a_page_that_fails_keeps_no_other_from_being_prepared(page: Page, other: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    write = bulk.write_sources

    def fail(pages: list[Page]) -> object:
        if any(one.pk == page.pk for one in pages):
            raise ValueError("broken")
        return write(pages)

    monkeypatch.setattr(bulk, "write_sources", fail)
    placed = order(sign_in("redaktion"), [page, other], ("en",))
    assert progress(placed) == {("Rückkehr", "en"): Progress.FAILED, ("Asyl", "en"): Progress.OPEN}
    assert "ValueError: broken" in sign_in("redaktion").get(reverse("translation_order", args=[placed.pk])).text


def test_what_is_called_off_is_as_it_was_and_can_be_ordered_again(page: Page, other: Page) -> None:
    editor = sign_in("redaktion")
    placed = order(editor, [page, other], ("en",))
    translation = Translation.objects.get(source__object_id=page.translation_key)
    translate_texts(translation, leave_out=1)
    editor.post(reverse("translation_order_call_off", args=[placed.pk]))
    assert set(progress(placed).values()) == {Progress.CALLED_OFF}
    assert [state(one, "en") for one in (page, other)] == [State.ALIAS, State.ALIAS]
    again = order(editor, [page], ("en",))
    # What was written is there still.
    assert (progress(again), state(page, "en")) == ({("Rückkehr", "en"): Progress.OPEN}, State.IN_WORK)


@pytest.mark.once
def test_twenty_pages_ask_as_little_of_the_order_as_two(page: Page, other: Page) -> None:
    editor, section = sign_in("redaktion"), page.get_parent().specific
    placed = order(editor, [page, other], ("en", "uk"))
    pages = [make_content_page(section, f"Seite {number}") for number in range(18)]

    def asked(name: str, *arguments: object) -> int:
        with CaptureQueriesContext(connection) as found:
            assert editor.get(reverse(name, args=arguments)).status_code == 200
        return len(found)

    screens = (("translation_order", placed.pk), ("translation_orders",), ("translation_desk",), ("wagtailadmin_home",))
    for screen in screens:
        asked(*screen)
    few = [asked(*screen) for screen in screens]
    OrderItem.objects.bulk_create([OrderItem(order=placed, page=one, locale=locale("en"), progress=Progress.OPEN) for one in pages])
    for _number in range(18):
        Order.objects.create(creator=user("redaktion"))
    asked("translation_desk")
    assert [asked(*screen) for screen in screens] == few


@pytest.mark.django_db(transaction=True)
def test_kill_9_in_the_middle_of_a_page_loses_nothing_and_does_nothing_twice(
    page: Page, other: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "BATCH", 1)
    placed = orders.place(Order(creator=user("redaktion")), [(one, locale(code).pk) for one in (page, other) for code in CODES])
    own = connections["default"]
    connections.close_all()
    if not (pid := os.fork()):
        try:
            # After tests with a browser Django keeps the connection in the context of an event loop, which a child has not got.
            connections["default"] = own
            opened, first = bulk.open_translations, []

            def die(pairs: object) -> None:
                opened(pairs)
                first.append(1)
                if len(first) == 2:
                    os.kill(os.getpid(), signal.SIGKILL)

            bulk.open_translations = die
            done = jobs.run_all()
            print(f"{done} jobs were done", *Job.objects.values_list("key", "error", "due_at", "lease_until"), sep="\n", file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    found = progress(placed)
    assert {title: {found[title, code] for code in CODES} for title in ("Rückkehr", "Asyl")} == {
        "Rückkehr": {Progress.OPEN}, "Asyl": {Progress.WAITING},
    }  # fmt: skip
    assert not TranslationSource.objects.filter(object_id=other.translation_key).exists()
    shown = BeautifulSoup(sign_in("redaktion").get(reverse("translation_order", args=[placed.pk])).content, "html.parser")
    assert [(bar["value"], bar["max"]) for bar in shown.select("progress")] == [("3", "6")]
    assert jobs.release_dead() == 1
    jobs.run_all()
    assert set(progress(placed).values()) == {Progress.OPEN}
    assert Translation.objects.filter(source__object_id__in=[page.translation_key, other.translation_key]).count() == 6
    assert find_problems() == []


def test_the_translation_of_an_ordered_draft_goes_online_alone_only_where_somebody_insists(page: Page) -> None:
    draft = make_content_page(page.get_parent().specific, "Entwurf", live=False)
    alias = {code: make_alias(draft, code) for code in CODES}["uk"]
    order(sign_in("redaktion"), [draft], ("uk",))
    translate_texts(Translation.objects.get(source__object_id=draft.translation_key))
    translator, edit = sign_in("uebersetzung-uk"), reverse("wagtailadmin_pages:edit", args=[alias.pk])
    bulk_action = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={alias.pk}"
    for address in (edit, bulk_action):
        translator.post(address, {"action": "publish"})
        found = Page.objects.get(pk=alias.pk)
        assert (found.live, found.alias_of_id) == (False, draft.pk)
    translator.post(edit, {"action": "publish", "publish-offline": "on"})
    found = Page.objects.get(pk=alias.pk)
    assert (found.live, found.alias_of_id, found.title) == (True, None, "EN Entwurf")
    assert find_problems() == []
