"""What changed for readers: one line, from its publication on, in each language its own; on the page, in one list and one feed."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ElementTree

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail_localize.models import StringTranslation

from portal import changes
from portal.jobs import publication
from tests.builders import add, let_pass, make_home, make_section, publish, submit, translate, translate_texts
from tests.forms import posted_page
from work.change_notes import ChangeNote
from work.models import ServicePage, ThemePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> ServicePage:
    theme = add(make_section(make_home()), ThemePage(title="Rückkehr"))
    return add(theme, ServicePage(title="Beratung", lead="Ein Satz."))


def with_line(service: ServicePage, line: str) -> ServicePage:
    service = ServicePage.objects.get(pk=service.pk)
    service.change_note = line
    return publish(service)


def lines(client: Client, address: str) -> list[str]:
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    return [" ".join(tag.get_text(" ").split()) for tag in tree.select(".changes li")]


def listed(client: Client, code: str) -> list[tuple[str, str]]:
    """Return title and line of what the list of a language says, which is what its feed says."""
    tree = BeautifulSoup(client.get(f"/{code}/updates/").text.replace("\xa0", " "), "html.parser")
    found = [(tag.h2.get_text(strip=True), tag.select("p")[-1].get_text(strip=True)) for tag in tree.select("main .items > li")]
    feed = ElementTree.fromstring(client.get(f"/{code}/updates.rss").content)  # noqa: S314
    assert [(item.findtext("title"), item.findtext("description")) for item in feed.iter("item")] == found
    assert feed.findtext("channel/language") == code
    return found


def test_each_line_is_told_once_with_its_day_newest_first(client: Client, service: ServicePage) -> None:
    assert lines(client, service.get_url()) == []
    with_line(service, "Die Gebühr ist jetzt 60 Euro.")
    publish(ServicePage.objects.get(pk=service.pk))
    with_line(service, " Es gibt einen neuen Antrag <b>. ")
    with_line(service, "")
    ChangeNote.objects.filter(line__startswith="Die").update(published_at=datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC))
    publish(ServicePage.objects.get(pk=service.pk))
    found = lines(client, service.get_url())
    assert [line.split(": ", 1)[1] for line in found] == ["Es gibt einen neuen Antrag <b>.", "Die Gebühr ist jetzt 60 Euro."]
    assert found[1].split(":")[0].strip() == "2. Januar 2026"
    expected = [("Beratung", "Es gibt einen neuen Antrag <b>."), ("Beratung", "Die Gebühr ist jetzt 60 Euro.")]
    assert listed(client, "de") == expected
    with CaptureQueriesContext(connection) as queries:
        client.get(service.get_url())
    assert [query["sql"] for query in queries if "changenote" in query["sql"]] == []


def test_what_was_pasted_with_signs_that_no_feed_holds_leaves_the_feed_whole(client: Client, service: ServicePage) -> None:
    with_line(service, "Neuer\x0bAntrag\x1f. \uffff")
    assert listed(client, "de") == [("Beratung", "Neuer\nAntrag.")]
    # As it may be stored from before.
    ChangeNote.objects.update(line="Alter\x1fAntrag.")
    changes.announce(changes.EVERYTHING)
    feed = ElementTree.fromstring(client.get("/de/updates.rss").content)  # noqa: S314
    assert [item.findtext("description") for item in feed.iter("item")] == ["AlterAntrag."]


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_translation_has_its_own_line_or_none(client: Client, service: ServicePage, code: str) -> None:
    address = translate(service, code, title="Advice").get_url()
    with_line(service, "Neuer Antrag.")
    assert (lines(client, address), listed(client, code), client.get(address).text.count("Neuer Antrag")) == ([], [], 0)
    begun = translate(ServicePage.objects.get(pk=service.pk), code, leave_out=1)
    assert (lines(client, address), listed(client, code), client.get(address).text.count("Neuer Antrag")) == ([], [], 0)
    for words, expected in (("New form.", "New form."), ("A new form.", "A new form.")):
        translation = submit(ServicePage.objects.get(pk=service.pk), code)
        translate_texts(translation, {"Neuer Antrag.": words, "Beratung": "Advice"})
        translation.source.create_or_update_translation(translation.target_locale, publish=True, fallback=True)
        assert [line.split(": ", 1)[1] for line in lines(client, address)] == [expected]
    assert listed(client, code) == [("Advice", "A new form.")]
    assert listed(client, "de") == [("Beratung", "Neuer Antrag.")]
    assert ChangeNote.objects.filter(page=begun).count() == 1


def test_a_title_that_is_not_translated_says_so_and_stands_in_no_feed(client: Client, service: ServicePage) -> None:
    translate(service, "ar", title="استشارة")
    service = ServicePage.objects.get(pk=service.pk)
    service.title, service.change_note = "Neue Beratung", "Neuer Antrag."
    publish(service)
    translation = submit(ServicePage.objects.get(pk=service.pk), "ar")
    translate_texts(translation, {"Neuer Antrag.": "طلب جديد."})
    StringTranslation.objects.filter(translation_of__data="Neue Beratung").delete()
    translation.source.create_or_update_translation(translation.target_locale, publish=True, fallback=True)
    tree = BeautifulSoup(client.get("/ar/updates/").content, "html.parser")
    found = [(tag.h2.a, tag.select("p")[-1]) for tag in tree.select("main .items > li")]
    assert [(link.get_text(), link.get("lang"), link.get("dir"), line.get_text()) for link, line in found] == [
        ("Neue Beratung", "de", "ltr", "طلب جديد."),
    ]  # fmt: skip
    feed = ElementTree.fromstring(client.get("/ar/updates.rss").content)  # noqa: S314
    assert list(feed.iter("item")) == []


def test_what_is_not_public_is_told_nowhere(client: Client, service: ServicePage) -> None:
    with_line(service, "Neu.")
    assert listed(client, "de") == [("Beratung", "Neu.")]
    draft = ServicePage.objects.get(pk=service.pk)
    draft.change_note = "Entwurf."
    draft.save_revision()
    assert listed(client, "de") == [("Beratung", "Neu.")]
    restriction = PageViewRestriction.objects.create(page=service, restriction_type="login")
    assert listed(client, "de") == []
    restriction.delete()
    assert listed(client, "de") == [("Beratung", "Neu.")]
    ServicePage.objects.get(pk=service.pk).unpublish()
    assert listed(client, "de") == []


def test_a_schedule_tells_it_at_its_time(client: Client, service: ServicePage) -> None:
    page = ServicePage.objects.get(pk=service.pk)
    page.change_note, page.go_live_at = "Ab heute anders.", timezone.now() + datetime.timedelta(days=1)
    page.save_revision().publish()
    assert lines(client, service.get_url()) == []
    let_pass(days=2)
    publication.run()
    assert [line.split(": ", 1)[1] for line in lines(client, service.get_url())] == ["Ab heute anders."]


def test_a_copy_tells_nothing(client: Client, service: ServicePage) -> None:
    with_line(service, "Neu.")
    copied = ServicePage.objects.get(pk=service.pk).copy(update_attrs={"title": "Zweite", "slug": "zweite"})
    assert (copied.change_note, copied.get_latest_revision_as_object().change_note) == ("", "")


def test_the_editor_begins_each_change_with_an_empty_line(client: Client, service: ServicePage) -> None:
    user = User.objects.create_superuser("admin", "", "password")
    client.force_login(user)
    address = f"/admin/pages/{service.pk}/edit/"

    def typed() -> str:
        return BeautifulSoup(client.get(address).content, "html.parser").select_one("[name=change_note]").get("value", "")

    def send(line: str, **action: str) -> None:
        data = posted_page(ServicePage.objects.get(pk=service.pk), user)
        assert client.post(address, {**data, "change_note": line, **action}).status_code == 302

    send("Neu.")
    assert (typed(), lines(client, service.get_url())) == ("Neu.", [])
    send("Neu.", **{"action-publish": "action-publish"})
    assert (typed(), len(lines(client, service.get_url()))) == ("", 1)
    send("", **{"action-publish": "action-publish"})
    assert (typed(), len(lines(client, service.get_url()))) == ("", 1)


def test_what_is_brought_back_is_not_told_anew(client: Client, service: ServicePage) -> None:
    """An earlier version brings its line along: it was told then."""
    user = User.objects.create_superuser("admin", "", "password")
    client.force_login(user)
    earlier = with_line(service, "Die Gebühr ist jetzt 60 Euro.").latest_revision
    with_line(service, "Es gibt einen neuen Antrag.")
    told = listed(client, "de")
    address = f"/admin/pages/{service.pk}/revisions/{earlier.pk}/revert/"
    form = BeautifulSoup(client.get(address).content, "html.parser").select_one("#page-edit-form")
    line = form.select_one("[name=change_note]").get("value", "")
    data = {**posted_page(ServicePage.objects.get(pk=service.pk), user), "change_note": line, "revision": earlier.pk}
    answer = client.post(form["action"], {**data, "action-publish": "action-publish"})
    assert (answer.status_code, line) == (302, "")
    assert (listed(client, "de"), ChangeNote.objects.count()) == (told, 2)
    # Who writes it again says that it changed again; a draft keeps it.
    client.post(f"/admin/pages/{service.pk}/edit/", {**data, "change_note": "Die Gebühr ist jetzt 60 Euro."})
    edited = BeautifulSoup(client.get(f"/admin/pages/{service.pk}/edit/").content, "html.parser")
    assert edited.select_one("[name=change_note]")["value"] == "Die Gebühr ist jetzt 60 Euro."
