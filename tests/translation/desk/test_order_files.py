"""An order as files: a zip for each language, taken back as one, by those who work in the language."""

from __future__ import annotations

import io
import zipfile
from xml.etree.ElementTree import tostring

import pytest
from defusedxml.ElementTree import fromstring
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import StringTranslation

from tests.builders import make_alias, make_content_page, publish
from tests.translation.desk.test_order_roles import ROLES
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    order,
    other,
    page,
    shared_section,
    sign_in,
    state,
)
from tests.translation.files.items import in_german, outcomes, said, say_yes
from translation.desk.models import Order
from translation.desk.states import State
from translation.files import xliff

pytestmark = pytest.mark.django_db

WORDS = {"uk": "Слово", "ar": "كلمة"}


def archive(client: Client, placed: Order, code: str, file_format: str = "xliff") -> dict[str, bytes]:
    answer = client.get(reverse("translation_order_file", args=[placed.pk, code, file_format]))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def filled(data: bytes, word: str) -> bytes:
    """Return an XLIFF 2.1 file in which each text is translated."""
    root = fromstring(data)
    for segment in root.iter(f"{{{xliff.NS_2}}}segment"):
        segment.set("state", "translated")
        target = fromstring(tostring(segment[0]))
        target.tag, target.text = f"{{{xliff.NS_2}}}target", f"{word} {target.text}"
        segment.append(target)
    return tostring(root)


def send(client: Client, placed: Order, files: dict[str, bytes]) -> HttpResponse:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as found:
        for name, data in files.items():
            found.writestr(name, data)
    file = SimpleUploadedFile("a.zip", stream.getvalue())
    return client.post(reverse("translation_order_files", args=[placed.pk]), {"file": file}, follow=True)


@pytest.mark.parametrize("code", list(WORDS))
def test_an_order_goes_out_as_a_zip_and_comes_back(page: Page, other: Page, code: str) -> None:  # noqa: F811
    placed = order(sign_in("redaktion"), [page, other], ("uk", "ar"), note="Bitte mit Sie.")
    client = sign_in(f"uebersetzung-{code}")
    files = archive(client, placed, code)
    assert len(files) == 2
    assert all("Bitte mit Sie." in data.decode() for data in files.values())
    answer = send(client, placed, {name: filled(data, WORDS[code]) for name, data in files.items()})
    assert not StringTranslation.objects.filter(data__startswith=WORDS[code]).exists()
    assert [outcome.value for file in answer.context["files"] for outcome, _number in file["counts"]] == ["new", "new"]
    say_yes(client, answer)
    assert [state(one, each) for one in (page, other) for each in ("uk", "ar")] == [
        State.IN_WORK if each == code else State.ORDERED for _one in (page, other) for each in ("uk", "ar")
    ]
    # What belongs to the other language is named and left out, the rest is taken.
    foreign = archive(sign_in("freigabe"), placed, "ar" if code == "uk" else "uk").popitem()[1]
    mixed = {**archive(client, placed, code), "other.xlf": foreign}
    answer = send(client, placed, mixed)
    assert [name for name, _reason in answer.context["errors"]] == ["other.xlf"]
    assert len(answer.context["files"]) == 2


@pytest.mark.parametrize("code", list(WORDS))
def test_what_is_out_of_date_changes_nothing_and_says_why(page: Page, other: Page, code: str) -> None:  # noqa: F811
    """The German page was changed and ordered anew since the file was handed out; then the order was called off."""
    placed = order(sign_in("redaktion"), [page, other], (code,))
    client = sign_in(f"uebersetzung-{code}")
    files = {name: filled(data, WORDS[code]) for name, data in archive(client, placed, code).items()}
    changed = page.specific
    former, changed.lead = changed.lead, "Ein neuer Satz."
    publish(changed)
    order(sign_in("redaktion"), [page], ("en",))
    answer = send(client, placed, files)
    assert outcomes(answer) == {
        former: ("refused", in_german("The German text was changed since the file was handed out.")),
        page.title: ("new", ""),
        other.title: ("new", ""),
        f"Ein Satz zu {other.title}.": ("new", ""),
    }
    say_yes(client, answer)
    stored = StringTranslation.objects.filter(locale__language_code=code, data__startswith=WORDS[code])
    assert set(stored.values_list("translation_of__data", flat=True)) == {page.title, other.title, f"Ein Satz zu {other.title}."}
    before = sorted(stored.values_list("pk", "data", "updated_at"))
    sign_in("redaktion").post(reverse("translation_order_call_off", args=[placed.pk]))
    reason = "The file belongs to no translation of this portal, or to one that was called off. Please download it anew."
    answer = send(client, placed, files)
    assert {why for _name, why in answer.context["errors"]} == {in_german(reason)}
    assert sorted(stored.values_list("pk", "data", "updated_at")) == before


def test_each_role_hands_out_and_takes_back_its_own_languages(page: Page) -> None:  # noqa: F811
    placed = order(sign_in("redaktion"), [page], ("uk", "ar"))
    data = archive(sign_in("freigabe"), placed, "uk")
    for name, own in ROLES.items():
        client, may = sign_in(name), name not in ("redaktion", "leichte-sprache", "anfragen")
        screen = client.get(reverse("translation_order_files", args=[placed.pk]))
        sees = bool(own & {"uk", "ar"})
        assert screen.status_code == (200 if sees else 404 if own else 302), name
        for code in WORDS:
            address = reverse("translation_order_file", args=[placed.pk, code, "po"])
            answer = client.get(address)
            is_own = may and code in own
            assert answer.status_code == (200 if is_own else 404 if own else 302), (name, code)
            assert (address.encode() in screen.content) == is_own
        if sees and not (may and "uk" in own):
            assert said(send(client, placed, data)) != []
    assert not StringTranslation.objects.filter(locale__language_code="uk", context__object_id=page.translation_key).exists()
    assert sign_in("uebersetzung-uk").get(reverse("translation_order_file", args=[placed.pk, "uk", "doc"])).status_code == 404


@pytest.mark.once
def test_the_screen_asks_the_same_however_many_pages_there_are(page: Page) -> None:  # noqa: F811
    numbers = []
    for count in (1, 20):
        pages = [make_content_page(page.get_parent().specific, f"Seite {count} {number}") for number in range(count)]
        for one in pages:
            make_alias(one, "uk")
        placed = order(sign_in("redaktion"), pages, ("uk",))
        client = sign_in("uebersetzung-uk")
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("translation_order_files", args=[placed.pk])).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
