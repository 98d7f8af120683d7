"""The form: what it says, what it takes, what it refuses without losing a word."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Locale

from participate import forms, tokens
from participate.models import ContactPage, ContactTopic, Message
from tests.builders import make_alias, make_content_page, translate

from .conftest import OWN, faults, filled, make_topic, soup_of

Send = Callable[..., HttpResponse]
TEXT = "Guten Tag,\nich habe eine Frage: z. B. zu § 24 <b>\N{ARABIC LETTER ALEF}</b>."


def stored() -> list[tuple[object, ...]]:
    return list(Message.objects.order_by("pk").values_list("purpose", "topic__name", "language", "text", "name", "email"))


def test_a_message_comes_in_and_says_its_number(client: Client, page: ContactPage, send: Send) -> None:
    topic = ContactTopic.objects.get(name="Presse")
    response = send("/de/nachricht/", topic=topic.pk, text=TEXT, name="Amira K.", email="amira@example.org")
    assert stored() == [("contact", "Presse", "de", TEXT, "Amira K.", "amira@example.org")]
    assert response.status_code == 303
    assert response.url.startswith("/de/nachricht/?received=")
    message = Message.objects.get()
    shown = client.get(response.url)
    assert soup_of(shown).select_one(".notice--success strong").text == message.reference
    assert soup_of(shown).select("form.form") == []
    # No mail can be sent, so that none is promised.
    assert "Bestätigung" not in soup_of(shown).select_one(".notice--success").text
    # Nobody can make an address that says so.
    assert client.get("/de/nachricht/?received=K7PX-2222").content.count(b"notice--success") == 0


def test_nothing_of_a_form_is_kept_and_no_cookie_is_set(client: Client, page: ContactPage, send: Send) -> None:
    first, second = client.get("/de/nachricht/"), client.get("/de/nachricht/")
    assert filled(first)["token"] != filled(second)["token"]
    topic = ContactTopic.objects.first().pk
    sent = send("/de/nachricht/", topic=topic, text=TEXT)
    answers = [first, sent, client.get(sent.url), send("/de/nachricht/", text="")]
    for answer in answers:
        assert (answer.headers["Cache-Control"], dict(answer.cookies), answer.headers.get("Vary", "")) == ("private, no-store", {}, "")
    assert dict(client.cookies) == {}


def test_the_same_form_sent_twice_is_one_message(client: Client, page: ContactPage, slowly: None) -> None:
    topic = ContactTopic.objects.first().pk
    typed = {**filled(client.get("/de/nachricht/")), "text": TEXT, "topic": topic}
    first, second = (client.post("/de/nachricht/", typed, **OWN) for _ in range(2))
    assert (first.status_code, second.status_code, Message.objects.count()) == (303, 303, 1)
    number = Message.objects.get().reference
    assert [soup_of(client.get(answer.url)).select_one("strong").text for answer in (first, second)] == [number, number]
    # Another text in the same form, by the button “back”, is another message.
    assert client.post("/de/nachricht/", {**typed, "text": "Noch etwas."}, **OWN).status_code == 303
    assert Message.objects.count() == 2


def test_what_is_missing_is_said_at_the_field_and_on_top(page: ContactPage, send: Send) -> None:
    response = send("/de/nachricht/", topic="", text="  ", name="Amira", email="amira.k@")
    assert (response.status_code, stored()) == (422, [])
    assert faults(response) == [
        ("#form-topic", "Wählen Sie aus, worum es geht."),
        ("#form-text", "Schreiben Sie Ihre Nachricht in das Feld."),
        ("#form-email", "Die E-Mail-Adresse ist nicht vollständig. Sie sieht so aus: name@example.org"),
    ]
    soup = soup_of(response)
    assert soup.title.text == "Fehler: Nachricht – IOM Deutschland"
    summary = soup.select_one(".error-summary")
    assert (summary["role"], summary["tabindex"], summary.has_attr("autofocus")) == ("alert", "-1", True)
    for anchor, text in faults(response):
        field = soup.select_one(anchor)
        assert field["aria-invalid"] == "true"
        described = [soup.find(id=name).get_text(strip=True) for name in field["aria-describedby"].split()]
        assert described[-1].replace("\xa0", " ") == text
    assert filled(response) | {"token": "", "website": ""} == {
        "token": "", "page": "", "topic": "", "text": "  ", "name": "Amira", "email": "amira.k@", "website": "",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["en", "uk", "ar"])
def test_errors_are_in_the_readers_language(code: str, client: Client, page: ContactPage, send: Send) -> None:
    version = translate(page, code, title="Message")
    response = send(version.get_url(), text="", topic="")
    texts = {
        "en": ["Choose what it is about.", "Write your message into the field."],
        "uk": ["Оберіть, про що йдеться.", "Напишіть своє повідомлення в цьому полі."],
        "ar": ["اختاروا موضوع الرسالة.", "اكتبوا رسالتكم في الحقل."],
    }
    assert [text for _anchor, text in faults(response)] == texts[code]
    assert send(version.get_url(), text="x", topic=ContactTopic.objects.first().pk).status_code == 303
    assert stored()[0][2] == code


def test_where_a_language_has_no_form_the_german_one_opens_and_the_readers_language_is_kept(page: ContactPage, send: Send) -> None:
    translate(page.get_parent().specific, "uk")
    alias = make_alias(page, "uk")
    response = send(alias.get_url(), text="", topic="")
    assert [text for _anchor, text in faults(response)] == ["Wählen Sie aus, worum es geht.", "Schreiben Sie Ihre Nachricht in das Feld."]
    assert send(alias.get_url(), text="Питання", topic=ContactTopic.objects.first().pk).url.startswith(alias.get_url())
    assert stored()[0][2:4] == ("uk", "Питання")


def test_topics_are_named_in_the_readers_language(client: Client, page: ContactPage) -> None:
    topic = ContactTopic.objects.get(name="Rückkehr")
    ukrainian = topic.copy_for_translation(Locale.objects.get(language_code="uk"))
    ukrainian.name = "Повернення"
    ukrainian.save()
    version = translate(page, "uk", title="Повідомлення")
    options = soup_of(client.get(version.get_url())).select("#form-topic option")
    assert [(option["value"], option.text) for option in options][1:] == [
        (str(topic.pk), "Повернення"), (str(ContactTopic.objects.get(name="Presse").pk), "Presse"),
    ]  # fmt: skip
    ContactTopic.objects.filter(pk=topic.pk).update(sort_order=5)


def test_a_link_may_choose_the_topic(client: Client, page: ContactPage) -> None:
    topic = ContactTopic.objects.get(name="Presse")
    assert filled(client.get(f"/de/nachricht/?topic={topic.pk}"))["topic"] == str(topic.pk)
    assert filled(client.get("/de/nachricht/?topic=99999"))["topic"] == ""


# --- bots ----------------------------------------------------------------------------------------------------------------


def ready(client: Client, **values: object) -> dict[str, object]:
    return {**filled(client.get("/de/nachricht/")), "topic": ContactTopic.objects.first().pk, "text": TEXT, **values}


def test_who_fills_in_what_people_do_not_see_is_told_so(client: Client, page: ContactPage, slowly: None) -> None:
    response = client.post("/de/nachricht/", ready(client, website="https://spam.example"), **OWN)
    assert (response.status_code, stored()) == (422, [])
    assert faults(response) == [("#form-website", "Bitte lassen Sie dieses Feld leer. Nur Programme füllen es aus.")]
    # A person sees the field now, empties it and loses nothing.
    assert soup_of(response).select(".form__trap") == []
    assert client.post("/de/nachricht/", {**filled(response), "website": ""}, **OWN).status_code == 303
    assert stored()[0][3] == TEXT


def test_nobody_is_faster_than_three_seconds(client: Client, page: ContactPage, monkeypatch: pytest.MonkeyPatch) -> None:
    response = client.post("/de/nachricht/", ready(client), **OWN)
    assert (response.status_code, stored()) == (422, [])
    assert faults(response) == [("#form-send", "Das ging sehr schnell. Bitte warten Sie einen Moment und senden Sie den Text noch einmal.")]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + tokens.FASTEST + 1)
    assert client.post("/de/nachricht/", filled(response), **OWN).status_code == 303
    assert stored()[0][3] == TEXT


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "a:b:c", "\x00",
        signing.dumps(["nonce", time.time() - tokens.LONGEST - 60], salt="participate.form"),
        signing.dumps(["nonce", time.time() - 60], salt="another"),
        signing.dumps("text", salt="participate.form"),
        signing.dumps(["nonce", time.time() - 60], key="another key of another portal, long enough", salt="participate.form"),
    ],
    ids=["none", "odd", "parts", "nul", "old", "salt", "shape", "forged"],
)  # fmt: skip
def test_a_form_not_ours_or_open_for_a_day_is_sent_once_more(token: str, client: Client, page: ContactPage, slowly: None) -> None:
    response = client.post("/de/nachricht/", ready(client, token=token), **OWN)
    assert (response.status_code, stored()) == (422, [])
    assert [text for anchor, text in faults(response) if anchor == "#form-send"] == [
        "Das Formular war lange offen. Bitte senden Sie Ihren Text noch einmal."
    ]
    assert client.post("/de/nachricht/", filled(response), **OWN).status_code == 303
    assert stored()[0][3] == TEXT


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"HTTP_ORIGIN": "http://testserver"}, True),
        ({"HTTP_REFERER": "http://testserver/de/nachricht/"}, True),
        ({"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}, True),
        ({}, False),
        ({"HTTP_ORIGIN": "null"}, False),
        ({"HTTP_ORIGIN": "https://evil.example"}, False),
        ({"HTTP_ORIGIN": "http://testserver.evil.example"}, False),
        ({"HTTP_REFERER": "https://evil.example/http://testserver/"}, False),
        ({"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"}, False),
        ({"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-site"}, False),
    ],
)  # fmt: skip
def test_a_form_comes_from_a_page_of_the_portal(headers: dict, is_taken: bool, client: Client, page: ContactPage, slowly: None) -> None:
    response = client.post("/de/nachricht/", ready(client), **headers)
    assert (response.status_code, len(stored())) == ((303, 1) if is_taken else (403, 0))
    if not is_taken:
        assert filled(response)["text"] == TEXT
        assert client.post("/de/nachricht/", filled(response), **OWN).status_code == 303


def test_one_address_sends_so_many_an_hour_and_holds_up_no_other(client: Client, page: ContactPage, slowly: None, settings: object) -> None:
    settings.MESSAGE_RATE = 2
    answers = [client.post("/de/nachricht/", ready(client), **OWN) for _ in range(3)]
    assert ([answer.status_code for answer in answers], Message.objects.count()) == ([303, 303, 429], 2)
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60 * 60
    assert filled(answers[2])["text"] == TEXT
    assert client.post("/de/nachricht/", ready(client), **OWN, REMOTE_ADDR="192.0.2.7").status_code == 303
    # Errors are not counted: who mends them is not shut out.
    settings.MESSAGE_RATE = 1
    other = {**OWN, "REMOTE_ADDR": "192.0.2.8"}
    assert [client.post("/de/nachricht/", ready(client, text=""), **other).status_code for _ in range(3)] == [422, 422, 422]
    assert client.post("/de/nachricht/", ready(client), **other).status_code == 303


# --- odd input -----------------------------------------------------------------------------------------------------------


def test_a_text_that_is_too_long_says_by_how_much_and_is_kept(client: Client, page: ContactPage, slowly: None) -> None:
    text = "ж" * (forms.LONGEST_TEXT + 3)
    response = client.post("/de/nachricht/", ready(client, text=text), **OWN)
    assert (response.status_code, stored()) == (422, [])
    assert faults(response) == [("#form-text", f"Ihr Text ist 3 Zeichen zu lang. Es passen {forms.LONGEST_TEXT} Zeichen hinein.")]
    assert filled(response)["text"] == text
    whole = text[:-3].replace("жж", "ж\r\n", 1)
    assert client.post("/de/nachricht/", {**filled(response), "text": whole}, **OWN).status_code == 303
    assert stored()[0][3] == whole.replace("\r\n", "\n")


@pytest.mark.parametrize("size", [200_000, 5_000_000])
def test_what_nobody_types_is_refused_before_it_is_read(size: int, client: Client, page: ContactPage, slowly: None) -> None:
    response = client.post("/de/nachricht/", ready(client, text="x" * size), **OWN)
    assert (response.status_code, stored()) == (413, [])
    assert faults(response) == [("#form-send", "Was Sie senden, ist zu groß. Bitte senden Sie einen kürzeren Text und keine Dateien.")]


@pytest.mark.parametrize(
    ("email", "is_right"),
    [
        ("amira@example.org", True),
        ("", True),
        ("amira@", False),
        ("amira", False),
        ("amira@example", False),
        ("root@localhost", False),
        ("a@b.de, c@d.de", False),
        ("amira@example.org\nBcc: all@example.org", False),
        ("amira@example.org\r\nBcc: all@example.org", False),
        ("“amira”@example.org", False),
        (f"{'a' * 250}@example.org", False),
    ],
)
def test_an_address_is_one_or_says_what_is_wrong(email: str, is_right: bool, client: Client, page: ContactPage, slowly: None) -> None:
    response = client.post("/de/nachricht/", ready(client, email=email), **OWN)
    if is_right:
        assert (response.status_code, stored()[0][5]) == (303, email)
        return
    assert (response.status_code, stored()) == (422, [])
    assert [anchor for anchor, _text in faults(response)] == ["#form-email"]


def test_a_name_is_one_line_without_control_characters(client: Client, page: ContactPage, slowly: None) -> None:
    assert client.post("/de/nachricht/", ready(client, name="Amira\r\nBcc: x\x07 \tK.", text="a\x07b\tc\x1b"), **OWN).status_code == 303
    assert stored()[0][3:5] == ("ab\tc", "Amira Bcc: x K.")


def test_other_encodings_and_kinds_of_forms(client: Client, page: ContactPage, slowly: None) -> None:
    # The bytes of another encoding are kept as far as they can be read; another declared one is refused as HTTP says.
    typed = ready(client)
    body = "&".join(f"{name}={value}" for name, value in {**typed, "text": "Gr%FC%DFe"}.items())
    kind = "application/x-www-form-urlencoded"
    assert client.post("/de/nachricht/", body, content_type=kind, **OWN).status_code == 303
    assert stored()[0][3] == "Gr\ufffd\ufffde"
    assert client.post("/de/nachricht/", body, content_type=f"{kind}; charset=latin-1", **OWN).status_code == 400
    assert client.post("/de/nachricht/", b"{}", content_type="application/json", **OWN).status_code == 422
    assert client.post("/de/nachricht/", b"x", content_type="multipart/form-data; boundary=", **OWN).status_code == 400
    assert client.post("/de/nachricht/", ready(client, text="a\x00b"), **OWN).status_code == 303
    assert [message[3] for message in stored()] == ["Gr\ufffd\ufffde", "ab"]


def test_only_pages_with_a_form_take_what_is_sent(client: Client, page: ContactPage) -> None:
    other = make_content_page(page.get_parent().specific, title="Ohne")
    for address in ("/de/", other.get_url(), "/de/nirgends/"):
        answer = client.post(address, {"text": "x"}, **OWN)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)("/de/nachricht/").status_code == 405
    assert client.head("/de/nachricht/").status_code == 200


# --- the other forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_the_link_brought_along_goes_into_another_language(client: Client, barrier: ContactPage, code: str) -> None:
    other = make_content_page(barrier.get_parent().specific, title="Familiennachzug")
    translate(barrier, code)
    tree = soup_of(client.get(f"/de/barriere-melden/?page={other.pk}&utm=x"))
    link = next(link["href"] for link in tree.select(".lang__list a") if link.span["lang"] == code)
    assert link.endswith(f"/?page={other.pk}")
    assert soup_of(client.get(link)).select_one("form.form input[name=page]")["value"] == str(other.pk)


def test_a_barrier_is_reported_with_its_page(client: Client, barrier: ContactPage, send: Send) -> None:
    other = make_content_page(barrier.get_parent().specific, title="Familiennachzug")
    query = f"?page={other.pk}"
    assert "Familiennachzug" in soup_of(client.get(f"/de/barriere-melden/{query}")).select_one("main").text
    assert send("/de/barriere-melden/", query=query, text="Kein Untertitel").status_code == 303
    assert Message.objects.values_list("purpose", "page", "text").get() == ("barrier", other.pk, "Kein Untertitel")


def test_feedback_and_what_was_not_found(client: Client, page: ContactPage, home: object, send: Send) -> None:
    draft = make_content_page(home, title="Entwurf", live=False)
    assert faults(send("/de/rueckmeldung/", text="")) == [("#form-helpful_0", "Wählen Sie eine Antwort.")]
    # A page that nobody may read is named to nobody.
    answer = client.get(f"/de/rueckmeldung/?page={draft.pk}")
    assert "Entwurf" not in soup_of(answer).select_one("main").text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert send("/de/rueckmeldung/", query=f"?page={draft.pk}", helpful="partly", text="").status_code == 303
    assert filled(client.get("/de/nicht-gefunden/?q=Visum"))["query"] == "Visum"
    assert send("/de/nicht-gefunden/", query="?q=Visum", text="").status_code == 303
    assert list(Message.objects.order_by("pk").values_list("purpose", "helpful", "query", "page")) == [
        ("helpful", "partly", "", None), ("search", "", "Visum", None),
    ]  # fmt: skip


def test_a_form_with_one_topic_asks_for_none(client: Client, page: ContactPage, send: Send) -> None:
    ContactTopic.objects.all().delete()
    topic = make_topic("Alles")
    assert "topic" not in filled(client.get("/de/nachricht/"))
    assert send("/de/nachricht/", text="x").status_code == 303
    assert Message.objects.get().topic == topic
