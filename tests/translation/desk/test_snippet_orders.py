"""Orders of snippets: from the form to what is done, each language by its own people."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource

from portal import jobs
from portal.models import Fact, Topic
from tests.builders import make_fact, make_topic
from tests.translation.desk.test_orders import locale, page, shared_section, sign_in, user, version  # noqa: F401 (fixtures)
from tests.translation.desk.test_snippets import CODES, desk_page, finish, in_language, order, rename, soup, states_of
from translation.desk import orders, snippet_orders, snippets
from translation.desk.models import Notice, Order, OrderItem
from translation.desk.order_models import NoticeKind, Progress, Reason
from translation.desk.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_section")]


def test_a_list_of_snippets_leads_to_the_form_and_twice_is_once() -> None:
    topics = [make_topic("Rückkehr"), make_topic("Asyl")]
    order(topics[0], ("en",))
    client = sign_in("redaktion")
    action = reverse("wagtail_bulk_action", args=["portal", "topic", "order_snippet_translations"])
    # A version leads to the German one.
    answer = client.get(f"{action}?id={in_language(topics[0], 'en').pk}&id={topics[1].pk}&next=/admin/")
    assert answer.status_code == 302
    form = BeautifulSoup(client.get(answer.url).content, "html.parser")
    assert [one.get_text() for one in form.select("main p bdi")] == ["Asyl", "Rückkehr"]
    values = {"languages": [locale("uk").pk, locale("en").pk]}
    first, second = (client.post(answer.url, values, follow=True) for _time in range(2))
    assert first.redirect_chain[0][0].startswith("/admin/translations/orders/")
    assert second.redirect_chain[0][0] == reverse("translation_desk")
    jobs.run_all()
    rows = OrderItem.objects.values_list("snippet_key", "locale__language_code").order_by("snippet_key", "locale__language_code")
    assert sorted(rows) == sorted((topic.translation_key, code) for topic in topics for code in ("en", "uk"))


def test_what_a_killed_runner_left_is_prepared_by_the_next() -> None:
    topic = make_topic("Rückkehr")
    row = snippets.row_of(topic, [locale(code) for code in CODES])
    placed = orders.place(Order(creator=user("redaktion")), [(row, locale(code).pk) for code in CODES])
    snippet_orders._prepare(placed, OrderItem.objects.filter(order=placed).order_by("pk")[0])
    jobs.run_all()
    assert set(OrderItem.objects.filter(order=placed).values_list("progress", flat=True)) == {Progress.OPEN}
    assert sorted(Topic.objects.values_list("locale__language_code", flat=True)) == ["ar", "de", "en", "uk"]
    assert TranslationSource.objects.filter(object_id=topic.translation_key).count() == 1


def test_called_off_there_is_nothing_left_but_the_texts() -> None:
    topic = make_topic("Rückkehr")
    placed = order(topic, ("en", "uk"))
    finish(topic, "en", "Return")
    sign_in("redaktion").post(reverse("translation_order_call_off", args=[placed.pk]))
    assert states_of(topic) == [State.TRANSLATED, State.MISSING, State.MISSING]
    assert not Translation.objects.filter(target_locale=locale("uk"), source__object_id=topic.translation_key).exists()


def test_each_language_is_its_own_peoples() -> None:
    topic = make_topic("Rückkehr")
    order(topic, ("en", "uk"), who="redaktion", group=None or "")
    for code in ("en", "uk"):
        finish(topic, code, f"Return {code}")
    rename(topic, "Freiwillige Rückkehr")
    client, address = sign_in("uebersetzung-en"), desk_page(topic)
    found = soup(client, address)
    assert [one.get_text(" ", strip=True).split(" ")[0] for one in found.select(".portal-version h2")] == ["English"]
    confirm = found.select_one(".portal-version form")["action"]
    values = {"seen": found.select_one("[name=seen]")["value"], "version": [in_language(topic, "uk").pk, in_language(topic, "en").pk]}
    # What is another language's is not there for them: the own one is confirmed, the other stays as it is.
    client.post(confirm, values)
    assert states_of(topic) == [State.TRANSLATED, State.OUT_OF_DATE, State.MISSING]
    assert client.get(confirm).status_code == 405
    new = f"{reverse('translation_order_new')}?snippet={snippets.row_of(topic, []).name}"
    assert [label for _pk, label in client.get(new).context["form"].fields["languages"].choices] == ["English"]
    assert set(client.post(new, {"languages": [locale("uk").pk]}).context["form"].errors) == {"languages"}
    type_id, pk = address.rstrip("/").split("/")[-2:]
    for kind, number in ((type_id, 10**8), (10**8, pk), (Page.objects.first().content_type_id, pk)):
        assert client.get(reverse("translation_desk_snippet", args=[kind, number])).status_code == 404
    assert sign_in("anfragen").get(address).status_code == 302
    # Somebody who works in a language and has no right on topics knows of none.
    Group.objects.get(name="Übersetzung Englisch").permissions.remove(*Permission.objects.filter(content_type__model="topic"))
    assert client.get(address).status_code == 404
    assert "Freiwillige Rückkehr" not in client.get(reverse("translation_desk")).text


def test_an_order_by_somebody_who_may_not_any_more_fails_and_says_why() -> None:
    topic = make_topic("Rückkehr")
    row = snippets.row_of(topic, [locale("en")])
    placed = orders.place(Order(creator=user("redaktion")), [(row, locale("en").pk)])
    User.objects.get(username="redaktion").groups.clear()
    jobs.run_all()
    item = OrderItem.objects.get(order=placed)
    assert (item.progress, item.reason) == (Progress.FAILED, Reason.RIGHT)
    assert not Topic.objects.filter(locale=locale("en")).exists()


def test_a_notice_of_an_order_leads_to_the_snippet_in_its_language() -> None:
    topic = make_topic("Rückkehr")
    placed = order(topic, ("uk",), assignee=user("uebersetzung-uk").pk)
    notice = Notice.objects.get(kind=NoticeKind.ASSIGNED)
    edit = reverse("wagtailsnippets_portal_topic:edit", args=[in_language(topic, "uk").pk])
    client = sign_in("uebersetzung-uk")
    assert client.get(reverse("translation_notice", args=[notice.pk])).url == edit
    for screen in ("translation_my_work", "wagtailadmin_home"):
        assert edit in [link["href"] for link in soup(client, reverse(screen)).select("main a[href]")], screen
    links = [link["href"] for link in soup(client, reverse("translation_order", args=[placed.pk])).select("td a")]
    assert links == [desk_page(topic)]
    # It has no text any more: it is known to its order alone.
    Topic.objects.filter(pk=topic.pk).update(name="")
    assert client.get(reverse("translation_notice", args=[notice.pk])).url == reverse("translation_order", args=[placed.pk])
    assert "" not in [link["href"] for link in soup(client, reverse("translation_my_work")).select("main a[href]")]


def test_an_orders_files_hold_them_and_take_them_back() -> None:
    topic = make_topic("Rückkehr")
    placed = order(topic, ("en", "uk"))
    client = sign_in("uebersetzung-en")
    data = client.get(reverse("translation_order_file", args=[placed.pk, "en", "xliff"])).getvalue()
    (name,) = ZipFile(BytesIO(data)).namelist()
    text = ZipFile(BytesIO(data)).read(name).decode()
    assert text.count("<source>") == 1
    back = text.replace("</source>", "</source><target>Return</target>").replace('state="initial"', 'state="translated"')
    sent = client.post(reverse("translation_order_files", args=[placed.pk]), {"file": SimpleUploadedFile(name, back.encode())})
    form = BeautifulSoup(sent.content, "html.parser").select_one("main form[action*=apply]")
    assert form is not None, BeautifulSoup(sent.content, "html.parser").select_one("main").get_text(" ", strip=True)
    client.post(form["action"], {field["name"]: field["value"] for field in form.select("input")})
    assert states_of(topic)[:2] == [State.IN_WORK, State.ORDERED]
    assert client.get(reverse("translation_order_file", args=[placed.pk, "uk", "xliff"])).status_code == 404


def test_a_language_with_pages_of_its_own_is_left_out_and_said_so(page: Page) -> None:  # noqa: F811
    topic = make_topic("Rückkehr")
    address = f"{reverse('translation_order_new')}?page={page.pk}&snippet={snippets.row_of(topic, []).name}"
    values = {"languages": [locale("de-simple").pk, locale("en").pk]}
    answer = sign_in("redaktion").post(address, values, follow=True)
    told = [one.get_text(" ", strip=True) for one in BeautifulSoup(answer.content, "html.parser").select(".messages li")]
    assert told == [
        "Ausgelassen in Sprachen mit eigenen Seiten, weil dort von Hand geschrieben wird: Rückkehr."
    ]
    jobs.run_all()
    found = OrderItem.objects.filter(snippet_key=topic.translation_key)
    assert [item.locale.language_code for item in found] == ["en"]


def test_what_has_no_text_any_more_is_done() -> None:
    fact, other = make_fact("address", text="Zimmer 5", name="Anschrift"), make_fact("address", text="Zimmer 7", name="Lager")
    placed = [order(fact, ("en", "ar")), order(other, ("en", "ar"))]
    orders.settle()
    assert set(OrderItem.objects.values_list("progress", flat=True)) == {Progress.OPEN}
    fact.text = ""
    fact.save()
    orders.settle()
    for one, progress in zip(placed, (Progress.DONE, Progress.OPEN), strict=True):
        assert list(OrderItem.objects.filter(order=one).values_list("progress", flat=True)) == [progress] * 2
    # It still stands in its order, under its name, and leads nowhere.
    for name, title in (("redaktion", "Anschrift"), ("uebersetzung-en", "Anschrift")):
        (cell, *_others) = soup(sign_in(name), reverse("translation_order", args=[placed[0].pk])).select("td.title")
        assert ([part.get_text() for part in cell.select("bdi, small")], cell.select("a")) == ([title, str(Fact._meta.verbose_name)], [])


def test_what_was_taken_back_is_called_off_and_can_be_ordered_anew() -> None:
    topic = make_topic("Rückkehr")
    placed = order(topic, ("en", "uk"))
    in_language(topic, "uk").delete()
    orders.settle()
    found = {item.locale.language_code: item.progress for item in OrderItem.objects.filter(order=placed).select_related("locale")}
    assert found == {"en": Progress.OPEN, "uk": Progress.CALLED_OFF}
    anew = order(topic, ("uk",))
    orders.settle()
    assert list(OrderItem.objects.filter(order=anew).values_list("progress", flat=True)) == [Progress.OPEN]
