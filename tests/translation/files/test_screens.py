"""Files through the admin: handed out, looked at, taken back; what does not fit changes nothing and says why."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.etree.ElementTree import tostring

import polib
import pytest
from bs4 import BeautifulSoup
from defusedxml.ElementTree import fromstring
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.users.models import UserProfile
from wagtail_localize.models import StringTranslation, Translation

from tests.builders import make_content_page, publish, submit, translate_texts
from tests.people import Portal, client_of
from tests.translation.files.items import in_german, outcomes, said, say_yes
from tests.translation.files.test_formats import SUITE, outside
from translation.files import archives, xliff

pytestmark = pytest.mark.django_db

FORMATS = ("po", "xliff", "xliff-1.2")
BODY = '<p>Wir <b>helfen</b> mit <a href="https://www.example.org/">einem Link</a>.</p>'
SOURCE = 'Wir <b>helfen</b> mit <a id="a1">einem Link</a>.'


@pytest.fixture
def fresh(portal: Portal) -> Translation:
    """A page with tags in a text, handed over into English and French, and not translated."""
    section = portal.pages["de"].get_parent().specific
    page = make_content_page(section, "Beratung", lead="Ein Satz.", body=[{"type": "text", "value": BODY}])
    for code in ("fr", "en"):
        translation = submit(page, code)
        # As it is while nobody has translated it: a draft in its place.
        translation.save_target(publish=False)
    return translation


def client_of_name(name: str) -> Client:
    return client_of(User.objects.get(username=name))


def texts(translation: Translation) -> dict[str, str]:
    """Return what stands in the database, by the German texts."""
    rows = StringTranslation.objects.filter(context__object_id=translation.source.object_id, locale=translation.target_locale)
    return dict(rows.values_list("translation_of__data", "data"))


def handed_out(client: Client, translation: Translation, file_format: str) -> bytes:
    answer = client.get(reverse("translation_file", args=[translation.pk, file_format]))
    assert answer.status_code == 200
    return answer.content


def filled(data: bytes, words: Callable[[str], str]) -> bytes:
    """Return a file in which each text is translated: its plain texts by `words`, its tags left where they are."""
    if not data.startswith(b"<"):
        po = polib.pofile(data.decode())
        for entry in po:
            entry.msgstr = "".join(words(part) if not part.startswith("<") else part for part in split_tags(entry.msgid))
        return str(po).encode()
    root = fromstring(data)
    for source in [one for one in root.iter() if one.tag.endswith("}source")]:
        unit = next(one for one in root.iter() if source in list(one))
        for old in [one for one in unit if one.tag.endswith("}target")]:
            unit.remove(old)
        target = fromstring(tostring(source))
        target.tag = source.tag.replace("}source", "}target")
        for one in target.iter():
            one.text = words(one.text) if one.text else one.text
            one.tail = words(one.tail) if one.tail and one is not target else None if one is target else one.tail
        unit.insert(list(unit).index(source) + 1, target)
        if "state" in unit.attrib:
            unit.set("state", "translated")
    return tostring(root)


def split_tags(text: str) -> list[str]:
    soup = BeautifulSoup(text, "html.parser")
    found: list[str] = []
    for one in soup.contents:
        found += [str(one)] if isinstance(one, str) else [str(one).split(one.string)[0], one.string, f"</{one.name}>"]
    return found


def send(client: Client, translation: Translation, data: bytes, name: str = "a.xlf") -> HttpResponse:
    return client.post(reverse("translation_files", args=[translation.pk]), {"file": SimpleUploadedFile(name, data)}, follow=True)


def english(text: str) -> str:
    return f"«{text}»" if text.strip() else text


@pytest.mark.parametrize(("code", "file_format"), [("en", "po"), ("fr", "xliff"), ("en", "xliff-1.2")])
def test_a_page_goes_out_and_comes_back(portal: Portal, fresh: Translation, file_format: str, code: str) -> None:
    translation = Translation.objects.get(source=fresh.source, target_locale__language_code=code)
    people = {"en": "uebersetzung-en", "fr": "uebersetzung-fr"}
    client = client_of_name(people[code])
    data = filled(handed_out(client, translation, file_format), english)
    answer = send(client, translation, data)
    assert texts(translation) == {}
    assert {outcome for outcome, _reason in outcomes(answer).values()} == {"new"}
    assert outcomes(answer)[SOURCE] == ("new", "")
    say_yes(client, answer)
    stored = texts(translation)
    assert stored[SOURCE] == '«Wir »<b>«helfen»</b>« mit »<a id="a1">«einem Link»</a>«.»'
    assert set(stored) == set(translation.source.stringsegment_set.values_list("string__data", flat=True))
    other = Translation.objects.get(source=fresh.source, target_locale__language_code="fr" if code == "en" else "en")
    assert texts(other) == {}
    # Handed out and sent back as it is, nothing changes; sent twice neither.
    again = send(client, translation, handed_out(client, translation, file_format))
    assert "translation/files_preview.html" in [one.name for one in again.templates]
    assert {outcome.value: count for file in again.context["files"] for outcome, count in file["counts"]} == {"same": len(stored)}
    assert texts(translation) == stored


def test_what_is_handed_out_says_state_place_and_length(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    StringTranslation.objects.create(
        translation_of=fresh.source.stringsegment_set.get(context__path="title").string,
        context=fresh.source.stringsegment_set.get(context__path="title").context,
        locale=fresh.target_locale,
        data="Advice",
    )
    root = fromstring(handed_out(client, fresh, "xliff"))
    units = {one.get("name"): one for one in root.iter(f"{{{xliff.NS_2}}}unit")}
    title = units["title"]
    assert title.get(f"{{{xliff.NS_SIZE}}}sizeRestriction") == "255"
    assert [one.get("state") for one in title.iter(f"{{{xliff.NS_2}}}segment")] == ["translated"]
    body = next(one for name, one in units.items() if name.startswith("body."))
    assert [one.get("state") for one in body.iter(f"{{{xliff.NS_2}}}segment")] == ["initial"]
    assert [note.text for note in body.iter(f"{{{xliff.NS_2}}}note")] != [""]
    assert [child.tag.split("}")[1] for child in next(body.iter(f"{{{xliff.NS_2}}}source"))] == ["pc", "pc"]
    old = fromstring(handed_out(client, fresh, "xliff-1.2"))
    one = next(one for one in old.iter(f"{{{xliff.NS_1}}}trans-unit") if one.get("resname") == "title")
    assert (one.get("maxwidth"), one.get("size-unit")) == ("255", "char")
    po = polib.pofile(handed_out(client, fresh, "po").decode())
    assert "255" in next(entry for entry in po if entry.msgctxt == "title").comment


def replaced(data: bytes, *pairs: tuple[str, str]) -> bytes:
    text = data.decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("file_format", FORMATS)
def test_files_that_belong_elsewhere_change_nothing_and_say_why(portal: Portal, fresh: Translation, file_format: str) -> None:
    client = client_of_name("uebersetzung-en")
    french = Translation.objects.get(source=fresh.source, target_locale__language_code="fr")
    own = handed_out(client, fresh, file_format)
    other_code = {"po": ("Language: en", "Language: fr"), "xliff": ('trgLang="en"', 'trgLang="fr"')}
    elsewhere = replaced(own, (str(fresh.uuid), "8b8d6ad2-6b43-4d8c-9d0e-4f3a5f1c2b77"))
    cases = {
        "The file belongs to another page.": handed_out(client, portal.translations["en"], file_format),
        "The file belongs to another language of this page: %(language)s.": filled(archives.write(french, file_format), english),
        "The file belongs to no translation of this portal, or to one that was called off. Please download it anew.": elsewhere,
        "The file translates into another language: %(language)s instead of %(expected)s.": replaced(
            own, other_code.get(file_format, ('target-language="en"', 'target-language="fr"'))
        ),
        "The file is too large. At most %(size)d MB are possible for one file of texts.": own + b" " * archives.MAX_SIZE,
    }
    for reason, data in cases.items():
        values = {"language": "Français" if "this page" in reason else "fr", "expected": "en", "size": 5}
        assert said(send(client, fresh, data)) == [in_german(reason, **values)]
    assert texts(fresh) == {}


def test_texts_that_do_not_fit_are_left_out_one_by_one(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    data = filled(handed_out(client, fresh, "xliff"), english)
    page = Page.objects.get(translation_key=fresh.source.object_id, locale__language_code="de").specific
    page.lead = "Ein anderer Satz."
    publish(page)
    fresh.source.update_from_db()
    # A link that is gone, a title that is too long, and a text that was changed in German since.
    root = fromstring(data)
    for unit in root.iter(f"{{{xliff.NS_2}}}unit"):
        target = next(unit.iter(f"{{{xliff.NS_2}}}target"))
        if unit.get("name") == "title":
            target.text = "x" * 256
        elif unit.get("name", "").startswith("body."):
            target.remove(list(target)[-1])
    answer = send(client, fresh, tostring(root))
    found = outcomes(answer)
    assert found["Beratung"] == (
        "refused", in_german("The text is too long: %(length)d characters, %(limit)d are possible.", length=256, limit=255),
    )
    assert found[SOURCE] == ("refused", in_german("A link of the German text is missing (%(link)s).", link="a1"))
    assert found["Ein Satz."] == ("refused", in_german("The German text was changed since the file was handed out."))
    assert texts(fresh) == {}


def test_a_text_longer_than_any_is_left_out(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    root = fromstring(filled(handed_out(client, fresh, "xliff"), english))
    (unit,) = (one for one in root.iter(f"{{{xliff.NS_2}}}unit") if one.get("name", "").startswith("body."))
    target = next(unit.iter(f"{{{xliff.NS_2}}}target"))
    target.text = "x" * 50_001
    length = len("".join(target.itertext()))
    reason = in_german("The text is too long: %(length)d characters, %(limit)d are possible.", length=length, limit=50_000)
    assert outcomes(send(client, fresh, tostring(root)))[SOURCE] == ("refused", reason)


def test_who_is_faster_while_a_file_is_imported_loses_nothing(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    answer = send(client, fresh, filled(handed_out(client, fresh, "xliff"), english))
    segment = fresh.source.stringsegment_set.first()
    faster = [StringTranslation(
        translation_of_id=segment.string_id, context_id=segment.context_id, locale=fresh.target_locale, data="Faster",
    )]  # fmt: skip

    def be_faster(execute: Callable, sql: str, *args: object) -> object:
        if faster and sql.startswith('INSERT INTO "wagtail_localize_stringtranslation"'):
            faster.pop().save()
        return execute(sql, *args)

    with connection.execute_wrapper(be_faster):
        shown = say_yes(client, answer)
    assert said(shown) == [in_german("Texts were changed here meanwhile. Nothing was imported; please choose the file once more.")]
    assert not faster


def test_who_changed_a_text_meanwhile_is_not_overwritten_unseen(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    data = filled(handed_out(client, fresh, "xliff"), english)
    translate_texts(fresh, {"Ein Satz.": "One sentence."})
    before = texts(fresh)
    answer = send(client, fresh, data)
    assert {outcome for outcome, _reason in outcomes(answer).values()} == {"conflict"}
    say_yes(client, answer)
    assert texts(fresh) == before
    # What stood there when the person looked is not there any more: nothing is written, not even the rest.
    StringTranslation.objects.filter(data="One sentence.").update(data="Another one.")
    assert said(say_yes(client, answer, with_conflicts="on")) == [
        in_german("Texts were changed here meanwhile. Nothing was imported; please choose the file once more.")
    ]
    assert texts(fresh) == {**before, "Ein Satz.": "Another one."}
    answer = send(client, fresh, data)
    say_yes(client, answer, with_conflicts="on")
    stored = texts(fresh)
    assert stored["Ein Satz."] == "«Ein Satz.»"
    assert said(say_yes(client, answer, with_conflicts="on")) == [in_german("All of it stands here already. Nothing was changed.")]
    assert texts(fresh) == stored


def test_what_is_unfinished_in_the_file_is_not_taken(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    reason = ("refused", in_german("The file says that this is not finished."))
    data = replaced(filled(handed_out(client, fresh, "xliff"), english), ('state="translated"', 'state="initial"'))
    assert set(outcomes(send(client, fresh, data)).values()) == {reason}
    po = polib.pofile(filled(handed_out(client, fresh, "po"), english).decode())
    for entry in po:
        entry.flags = ["fuzzy"]
    assert set(outcomes(send(client, fresh, str(po).encode())).values()) == {reason}


def test_what_was_seen_cannot_be_altered_nor_used_by_another(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    answer = send(client, fresh, filled(handed_out(client, fresh, "xliff"), english))
    sealed = answer.context["sealed"]["changes"]
    for who, text in (("uebersetzung-fr", sealed), ("freigabe", sealed), ("uebersetzung-en", sealed[:-1]), ("uebersetzung-en", "")):
        shown = said(client_of_name(who).post(reverse("translation_files_apply"), {"changes": text}, follow=True))
        assert shown == [in_german("That was too long ago. Please choose the file once more.")]
    # Whoever lost the right meanwhile writes nothing.
    client.get("/admin/").wsgi_request.user.groups.clear()
    assert client.post(reverse("translation_files_apply"), {"changes": sealed}).status_code in (302, 403)
    assert texts(fresh) == {}


@pytest.mark.parametrize("code", ["de", "fr"])
def test_other_languages_are_closed_at_every_address(portal: Portal, fresh: Translation, code: str) -> None:
    """Whoever translates into English hands nothing out and takes nothing back in French; editors of German neither."""
    french = Translation.objects.get(source=fresh.source, target_locale__language_code="fr")
    client = client_of_name("uebersetzung-en" if code == "fr" else "redaktion")
    data = filled(archives.write(french, "xliff"), english)
    assert client.get(reverse("translation_files", args=[french.pk])).status_code == 403
    assert send(client, french, data).status_code == 403
    upload = reverse("wagtail_localize:upload_pofile", args=[french.pk])
    assert client.post(upload, {"file": SimpleUploadedFile("a", data)}).status_code == 403
    for one in FORMATS:
        assert client.get(reverse("translation_file", args=[french.pk, one])).status_code == 403
    assert client_of_name("uebersetzung-fr").get(reverse("translation_file", args=[french.pk, "doc"])).status_code == 404
    assert texts(french) == {}


def test_a_locked_page_takes_nothing_back(portal: Portal, fresh: Translation) -> None:
    client = client_of_name("uebersetzung-en")
    data = filled(handed_out(client, fresh, "xliff"), english)
    answer = send(client, fresh, data)
    target = fresh.get_target_instance()
    target.locked = True
    target.save()
    assert send(client, fresh, data).status_code == 403
    assert say_yes(client, answer).status_code == 403
    assert texts(fresh) == {}


def zipped(*files: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize("language", ["de", "en"])
def test_zips_that_are_no_zips(portal: Portal, fresh: Translation, language: str) -> None:
    client = client_of_name("uebersetzung-en")
    UserProfile.objects.filter(user__username="uebersetzung-en").update(preferred_language=language)
    good = zipped(("a.xlf", b"<xliff/>"))
    bomb = zipped(("a.xlf", b"0" * (archives.MAX_SIZE + 1)))
    assert len(bomb) < 100_000
    for data, reason, values in (
        (good[:-30], "The zip file is broken, or needs a password.", {}),
        (zipped(), "Please upload a valid PO file.", {}),
        (bomb, "The file is too large. At most %(size)d MB are possible for one file of texts.", {"size": 5}),
        (zipped(("a.xlf", b"")), "The file is empty.", {}),
        (zipped(*((f"{number}.xlf", b"x") for number in range(archives.MAX_FILES + 1))), "The zip file holds too many files.", {}),
    ):
        expected = in_german(reason, **values) if language == "de" else reason % values
        assert said(send(client, fresh, data, "a.zip")) == [expected]


@outside
def test_the_suite_of_oasis_changes_nothing(portal: Portal, fresh: Translation) -> None:
    files = [file for kind in ("valid", "invalid") for file in sorted((SUITE / "core" / kind).glob("*.xlf"))]
    assert len(files) == 144
    data = zipped(*((f"{file.parent.name}/{file.name}", file.read_bytes()) for file in files))
    answer = send(client_of_name("uebersetzung-en"), fresh, data, "suite.zip")
    assert [name for name, _reason in answer.context["errors"]] == [f"{file.parent.name}/{file.name}" for file in files]
    assert all(reason for _name, reason in answer.context["errors"])
    assert b'name="changes"' not in answer.content
    assert texts(fresh) == {}
