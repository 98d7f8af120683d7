"""Content records: loaded once, changed, edited by people, wrong in every way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageLogEntry, Site
from wagtail_localize.models import StringTranslation, Translation

from home.models import ContentPage, HomePage, OurWorkPage
from news.models import NewsPage
from portal.language.languages import LANGUAGES
from portal.models import Footer, LoadedRecord, Region, Topic
from portal.records import outstanding
from portal.records.errors import LoadError
from portal.records.loading import load
from portal.records.reading import read
from translation import roles

pytestmark = pytest.mark.django_db

HOME = {
    "id": "home",
    "type": "home.HomePage",
    "lang": "de",
    "title": "Startseite",
    "fields": {"hero_title": "Willkommen", "hero_text": "Was Sie hier finden."},
    "body": [
        {
            "type": "section",
            "value": {
                "heading": "Womit können wir helfen?",
                "background": "sand",
                "content": [
                    {"type": "tasks", "value": [{"icon": "house", "title": "Familie", "text": "Hilfe.", "page": "resettlement"}]}
                ],
                "aside": [{"type": "facts", "value": {"heading": "Kurz", "items": [{"term": "Seit", "description": "1951"}]}}],
            },
        }
    ],
}
HOME_EN = {
    "id": "home.en",
    "type": "home.HomePage",
    "lang": "en",
    "title": "Home",
    "translation_of": "home",
    "fields": {"hero_title": "Welcome", "hero_text": "What you find here."},
    "body": [
        {
            "type": "section",
            "value": {
                "heading": "How can we help?",
                "background": "sand",
                "content": [
                    {"type": "tasks", "value": [{"icon": "house", "title": "Family", "text": "Help.", "page": "resettlement"}]}
                ],
                "aside": [
                    {"type": "facts", "value": {"heading": "In short", "items": [{"term": "Since", "description": "1951"}]}}
                ],
            },
        }
    ],
}
SECTION = {
    "id": "unsere-arbeit",
    "type": "home.OurWorkPage",
    "lang": "de",
    "title": "Unsere Arbeit",
    "parent": "home",
    "menu": {"title": "Unsere Arbeit", "intro": "Was wir tun."},
}
SECTION_EN = {
    "id": "unsere-arbeit.en",
    "type": "home.OurWorkPage",
    "lang": "en",
    "title": "Our work",
    "translation_of": "unsere-arbeit",
    "menu": {"title": "Our work", "intro": "What we do."},
}
PAGE = {
    "id": "resettlement",
    "type": "home.ContentPage",
    "lang": "de",
    "title": "Schutzbedürftige Migrant:innen",
    "parent": "unsere-arbeit",
    "lead": "Ein Satz.",
    "body": "Ein **Absatz** mit [Start](page:home) und [IOM](https://www.iom.int/de).\n\n## Ablauf\n\n- eins\n- zwei",
    "topics": ["topic-return"],
    "regions": ["region-germany"],
    "sources": [{"title": "Quelle", "url": "https://example.org/de", "date": "2024-10"}],
    "redirect_from": ["/de/alte-seite"],
    "fields": {"illustration": "return"},
}
PAGE_EN = {
    "id": "resettlement.en",
    "type": "home.ContentPage",
    "lang": "en",
    "title": "Vulnerable people",
    "translation_of": "resettlement",
    "lead": "One sentence.",
    "body": "[IOM](https://www.iom.int/en) and [home](page:home): a **paragraph**.\n\n## Process\n\n- one\n- two",
    "sources": [{"title": "Source", "url": "https://example.org/en"}],
    "redirect_from": ["/old-page"],
}
TOPIC = {"id": "topic-return", "type": "portal.Topic", "lang": "de", "title": "Rückkehr", "fields": {"illustration": "return"}}
TOPIC_EN = {"id": "topic-return.en", "type": "portal.Topic", "lang": "en", "title": "Return", "translation_of": "topic-return"}
REGION = {"id": "region-germany", "type": "portal.Region", "lang": "de", "title": "Deutschland"}
ALL = [HOME, HOME_EN, SECTION, SECTION_EN, PAGE, PAGE_EN, TOPIC, TOPIC_EN, REGION]


def write(folder: Path, records: list[dict]) -> Path:
    """Write records to a JSON Lines file and return its path."""
    path = folder / "records.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return path


def changed(record: dict, **values: object) -> dict:
    """Return a record with other values; None takes a key away."""
    return {key: value for key, value in {**record, **values}.items() if value is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_records_become_pages_in_both_languages(folder: Path) -> None:
    report = load(write(folder, ALL[::-1]))

    assert len(report.created) == len(ALL)
    home = HomePage.objects.get(locale__language_code="de")
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    page = ContentPage.objects.get(locale__language_code="de")
    assert page.slug == "schutzbeduerftige-migrant-innen"
    assert page.url_path.endswith("/unsere-arbeit/schutzbeduerftige-migrant-innen/")
    assert [block.block_type for block in page.body] == ["text", "heading", "text"]
    assert f'<a id="{home.pk}" linktype="page">Start</a>' in page.body[0].value.source
    assert [topic.name for topic in page.topics.all()] == ["Rückkehr"]
    assert page.reviewed_on is None

    english = ContentPage.objects.get(locale__language_code="en")
    assert english.slug == "vulnerable-people"
    assert english.live
    assert english.translation_key == page.translation_key
    assert english.published_version is not None
    assert 'href="https://www.iom.int/en"' in english.body[0].value.source
    assert english.sources[0].value["url"] == "https://example.org/en"
    assert english.sources[0].value["date"] == "2024-10"
    assert english.illustration == "return"
    assert Topic.objects.get(locale__language_code="en").name == "Return"
    assert Page.find_problems() == ([], [], [], [], [])


def test_translators_see_real_segments_and_progress(folder: Path) -> None:
    load(write(folder, ALL))

    for translation in Translation.objects.all():
        total, done = translation.get_progress()
        assert total == done > 0
    assert not StringTranslation.objects.filter(has_error=True).exists()


def test_loading_twice_changes_nothing(folder: Path) -> None:
    path = write(folder, ALL)
    load(path)
    before = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "last_published_at"))

    report = load(path)

    assert (report.created, report.updated, report.left_alone) == ([], [], [])
    assert list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "last_published_at")) == before


def test_what_is_being_done_is_said(folder: Path) -> None:
    path = write(folder, ALL)
    for created, written, translated in ((5, 5, 4), (0, 0, 0)):
        said: list[str] = []
        load(path, progress=said.append)
        assert said == [
            "Read 9 records.", f"Creating {created} pages and snippets.", f"Writing {written} in the source language.",
            f"Writing {translated} translations.",
        ]  # fmt: skip
    german = ContentPage.objects.get(locale__language_code="de")
    history = PageLogEntry.objects.filter(page=german.pk).order_by("pk").values_list("action", "content_changed")
    assert list(history) == [("wagtail.create", True), ("wagtail.edit", True), ("wagtail.publish", True)]


def test_a_changed_record_changes_its_page_and_its_translations_only(folder: Path) -> None:
    """The texts of the folder belong together: loaded over an older state they end as loaded for the first time."""
    load(write(folder, ALL))

    report = load(write(folder, [*ALL[:4], changed(PAGE, lead="Ein neuer Satz."), *ALL[5:]]))

    assert report.updated == ["resettlement", "resettlement.en"]
    assert ContentPage.objects.get(locale__language_code="de").lead == "Ein neuer Satz."
    assert ContentPage.objects.get(locale__language_code="en").lead == PAGE_EN["lead"]
    for translation in Translation.objects.all():
        total, done = translation.get_progress()
        assert total == done


def test_a_page_edited_by_a_person_is_left_alone_and_named(folder: Path, capsys: pytest.CaptureFixture) -> None:
    load(write(folder, ALL))
    page = ContentPage.objects.get(locale__language_code="de")
    page.lead = "Von Hand."
    page.save_revision().publish()
    path = write(folder, [changed(PAGE, lead="Aus der Datei.") if record is PAGE else record for record in ALL])

    output = io.StringIO()
    call_command("load_content", path, stdout=output)

    assert "a person has changed or deleted it: resettlement" in output.getvalue()
    page.refresh_from_db()
    assert page.lead == "Von Hand."

    revisions = page.revisions.count()
    assert load(path, overwrite=True).updated == ["resettlement", "resettlement.en"]
    page.refresh_from_db()
    assert page.lead == "Aus der Datei."
    assert page.revisions.count() == revisions + 1


def test_what_a_translator_has_typed_and_not_published_stays(folder: Path) -> None:
    load(write(folder, ALL))
    english = ContentPage.objects.get(locale__language_code="en")
    text = StringTranslation.objects.get(locale=english.locale, context__object_id=english.translation_key, context__path="lead")
    text.data, text.last_translated_by = "Typed, not finished.", User.objects.create_user("translator")
    text.save()
    path = write(folder, [changed(PAGE_EN, lead="From the file.") if record is PAGE_EN else record for record in ALL])
    assert load(path).left_alone == ["resettlement.en"]
    text.refresh_from_db()
    english.refresh_from_db()
    assert (text.data, english.lead) == ("Typed, not finished.", PAGE_EN["lead"])
    assert load(path, overwrite=True).updated == ["resettlement.en"]
    text.refresh_from_db()
    assert text.data == "From the file."


def test_the_administrator_reads_what_a_newer_portal_brought(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(write(folder, ALL))
    newer = changed(PAGE, id="flucht", title="Flucht und Ankunft", redirect_from=None)
    records = [changed(PAGE, lead="Aus der Datei."), changed(PAGE_EN, lead="From the file."), newer]
    rest = [record for record in ALL if record not in (PAGE, PAGE_EN)]
    new = tuple(read(write(folder, [*rest, *records])))
    monkeypatch.setattr(outstanding, "_records", lambda: new)

    def told(name: str) -> list[str]:
        """Return the lines of the box on somebody's start page."""
        client.force_login(User.objects.get(username=name))
        start = BeautifulSoup(client.get(reverse("wagtailadmin_home")).content, "html.parser")
        box = start.select_one("section:has(#box-outstanding-records)")
        return [" ".join(line.get_text(" ").split()) for line in box.select("li")] if box else []

    User.objects.create_superuser("admin")
    roles.set_up_roles()
    User.objects.create_user("redaktion").groups.add(Group.objects.get(name=roles.EDITORS))
    both = [f"{record['title']} {name} · seit dem Laden geändert" for record, name in ((PAGE, "Deutsch"), (PAGE_EN, "English"))]
    assert told("admin") == [*both, "Flucht und Ankunft Deutsch · neu"]
    assert told("redaktion") == []
    # What a person has changed is theirs: no load would touch it, and nobody is told of it.
    page = ContentPage.objects.get(locale__language_code="de")
    page.lead = "Von Hand."
    page.save_revision().publish()
    assert told("admin") == [both[1], "Flucht und Ankunft Deutsch · neu"]
    load(folder / "records.jsonl")
    page.refresh_from_db()
    assert (told("admin"), page.lead) == ([], "Von Hand.")
    # Content that came from elsewhere is nobody's initial content.
    LoadedRecord.objects.all().delete()
    assert told("admin") == []


def test_a_deleted_page_stays_deleted(folder: Path) -> None:
    path = write(folder, ALL)
    load(path)
    ContentPage.objects.get(locale__language_code="en").delete()

    assert load(path).left_alone == ["resettlement.en"]
    assert load(path, overwrite=True).created == ["resettlement.en"]
    assert ContentPage.objects.filter(locale__language_code="en").count() == 1


def test_a_page_without_translation_gets_an_alias(folder: Path) -> None:
    load(write(folder, [record for record in ALL if record is not PAGE_EN]))

    alias = ContentPage.objects.get(locale__language_code="en")
    assert alias.alias_of is not None
    assert not hasattr(alias, "published_version")


def test_a_translation_may_come_later_and_from_another_file(folder: Path) -> None:
    load(write(folder, [record for record in ALL if record is not PAGE_EN]))

    report = load(write(folder, [PAGE_EN]))

    assert report.created == ["resettlement.en"]
    english = ContentPage.objects.get(locale__language_code="en")
    assert english.alias_of is None
    assert english.slug == "vulnerable-people"
    assert english.published_version is not None


def test_order_among_siblings_and_dates_as_known(folder: Path) -> None:
    index = {"id": "aktuelles", "type": "news.NewsIndexPage", "lang": "de", "title": "Aktuelles", "parent": "home"}
    item = {"id": "n1", "type": "news.NewsPage", "lang": "de", "title": "Statement", "parent": "aktuelles", "date": "2022-02"}
    load(write(folder, [HOME, changed(SECTION, order=2), changed(PAGE, topics=None, regions=None), index, item]))
    first = {"id": "b", "type": "home.ContentPage", "lang": "de", "title": "B", "parent": "home", "order": 1}

    load(write(folder, [HOME, changed(SECTION, order=2), changed(PAGE, topics=None, regions=None), index, item, first]))

    home = HomePage.objects.get(locale__language_code="de")
    assert [child.title for child in home.get_children()] == ["B", "Unsere Arbeit", "Aktuelles"]
    news = NewsPage.objects.get(locale__language_code="de")
    assert (news.known_date.text, news.known_date.machine) == ("Februar 2022", "2022-02")
    assert Page.find_problems() == ([], [], [], [], [])


def test_old_addresses_lead_to_the_page(folder: Path) -> None:
    load(write(folder, ALL))

    german = ContentPage.objects.get(locale__language_code="de")
    english = ContentPage.objects.get(locale__language_code="en")
    assert Redirect.objects.get(old_path="/de/alte-seite").redirect_page_id == german.pk
    assert Redirect.objects.get(old_path="/old-page").redirect_page_id == english.pk


def test_images_and_files_belong_to_their_record(folder: Path, settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    Image.new("RGB", (1600, 900), "navy").save(folder / "bild.png")
    (folder / "blatt.pdf").write_bytes(b"%PDF-1.4 test")
    page = changed(
        PAGE,
        images=[{"id": "bild", "file": "bild.png", "title": "Bild", "credit": "IOM 2023", "lead": True}],
        files=[{"id": "blatt", "file": "blatt.pdf", "title": "Blatt"}],
        body=[
            {"type": "text", "value": "Das [Blatt](file:blatt)."},
            {"type": "image", "value": {"image": {"image": "bild", "alt_text": "Ein Bild"}, "caption": "Hier"}},
            {"type": "downloads", "value": [{"document": "blatt", "description": "Kurz erklärt."}]},
        ],
    )
    records = [HOME, SECTION, page, TOPIC, REGION]
    load(write(folder, records))

    image = get_image_model().objects.get()
    assert (image.width, image.height, image.credit) == (1600, 900, "IOM 2023")
    stored = ContentPage.objects.get(locale__language_code="de")
    assert stored.image == image
    assert stored.picture["image"] == image
    assert stored.body[1].value["image"].contextual_alt_text == "Ein Bild"
    assert stored.body[2].value[0]["document"] == get_document_model().objects.get()

    load(write(folder, records))
    assert get_image_model().objects.count() == 1
    # A newer record brings its picture along, until a person has named it otherwise.
    for title, expected in (("Neues Bild", "Neues Bild"), ("Noch eins", "Von Hand")):
        newer = {**page, "images": [{**page["images"][0], "title": title}]}
        load(write(folder, [HOME, SECTION, newer, TOPIC, REGION]))
        image.refresh_from_db()
        assert image.title == expected
        image.title = "Von Hand"
        image.save()


def test_a_failed_load_writes_nothing_not_even_files(folder: Path, settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    Image.new("RGB", (16, 9), "navy").save(folder / "bild.png")
    page = changed(PAGE, images=[{"id": "bild", "file": "bild.png", "title": "Bild", "lead": True}])
    wrong = changed(PAGE, id="other", title="Anders", redirect_from=None, body=[{"type": "unknown", "value": ""}])

    with pytest.raises(LoadError):
        load(write(folder, [HOME, SECTION, page, wrong, TOPIC, REGION]))

    assert not HomePage.objects.exists()
    assert not Topic.objects.exists()
    assert not LoadedRecord.objects.exists()
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


def test_check_does_everything_and_takes_it_back(folder: Path) -> None:
    call_command("load_content", write(folder, ALL), check=True, verbosity=0)

    assert not HomePage.objects.exists()


@pytest.mark.parametrize(
    ("records", "line", "reason"),
    [
        ([changed(HOME, colour="blau")], 1, "unknown key: colour"),
        ([changed(HOME, title=None)], 1, "“title” is missing"),
        ([HOME, changed(SECTION, lang="xx")], 2, "the portal has no language “xx”"),
        ([HOME, changed(SECTION, type="home.Nothing")], 2, "there is no type “home.Nothing”"),
        ([HOME, changed(SECTION, type="auth.User")], 2, "neither a page type nor a translatable snippet"),
        ([HOME, changed(SECTION, parent="nirgends")], 2, "“parent” names “nirgends”"),
        ([HOME, changed(SECTION, parent=None)], 2, "“parent” is missing"),
        ([HOME, changed(SECTION, order="zwei")], 2, "“order” must be"),
        ([HOME, SECTION, SECTION], 3, "the id “unsere-arbeit” stands in"),
        ([HOME, changed(SECTION, id="a", parent="b"), changed(SECTION, id="b", parent="a")], 2, "circle"),
        ([HOME, changed(SECTION, fields={"path": "0001"})], 2, "no field of home.OurWorkPage"),
        ([HOME, changed(SECTION, topics=["x"])], 2, "“topics” names “x”"),
        ([HOME, SECTION, PAGE], 3, "“topics” names “topic-return”"),
        ([HOME, SECTION, changed(SECTION, id="x", type="home.TakePartPage", parent="unsere-arbeit")], 3, "may not lie below"),
        ([HOME, SECTION, changed(PAGE, topics=None, regions=None, reviewed="2026-11-12")], 3, "said by a person in the admin alone"),
        ([HOME, SECTION, changed(PAGE, topics=None, regions=None, body="[x](page:weg)")], 3, "“weg” is no page record"),
        ([HOME, SECTION, changed(PAGE, topics=None, regions=None, body="[x](ftp://a)")], 3, "is neither page:, file:"),
        ([HOME, SECTION, changed(PAGE, topics=None, regions=None, body="<p>a<script>b</script></p>")], 3, "<script> is not available"),
        ([HOME, SECTION, changed(PAGE, topics=None, regions=None, body=[{"type": "quote", "value": {"text": "x"}}])], 3, "attribution"),
        (
            [HOME, SECTION, changed(PAGE, topics=None, regions=None, body=[{"type": "notice", "value": {"level": "loud", "text": "x"}}])],
            3,
            "level",
        ),
        (
            [HOME, SECTION, changed(PAGE, topics=None, regions=None, files=[{"id": "a", "file": "../x.pdf", "title": "X"}])],
            3,
            "outside the record's folder",
        ),
        (
            [HOME, SECTION, changed(PAGE, topics=None, regions=None, files=[{"id": "a", "file": "x.pdf", "title": "X"}])],
            3,
            "there is no file “x.pdf”",
        ),
        ([changed(HOME, body=None, fields={"hero_title": "x"})], 1, "hero_text"),
        ([HOME, changed(SECTION, redirect_from=["/de"])], 2, "/de is the address of the page “Startseite”"),
        (
            [changed(HOME, body=None, redirect_from=["/alt"]), changed(SECTION, redirect_from=["/ALT/"])],
            2,
            "/ALT/ is an old address of “home” already: ",
        ),
        ([HOME, changed(SECTION, redirect_from=["http://[x"])], 2, "“http://[x” is no address"),
        ([HOME, changed(HOME_EN, parent="home")], 2, "takes parent from its source"),
        ([HOME, changed(HOME_EN, translation_of="weg")], 2, "which is no record"),
        ([HOME, changed(HOME_EN, type="home.ContentPage")], 2, "but its source"),
    ],
)
def test_a_wrong_record_is_named_with_file_line_and_reason(folder: Path, records: list[dict], line: int, reason: str) -> None:
    path = write(folder, [changed(record, body=None) if record is HOME else record for record in records])

    with pytest.raises(CommandError) as failure:
        call_command("load_content", path, verbosity=0)

    message = str(failure.value)
    assert f"{path}:{line}: " in message
    assert reason in message
    assert "nothing was written" in message
    assert not HomePage.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("One paragraph.", "body: 1 instead of 3 entries"),
        ("[IOM](https://www.iom.int/en), [home](page:home).\n\nToo many.\n\n## Process\n\n- one\n- two", "paragraphs instead of"),
        ("[IOM](https://www.iom.int/en) only.\n\n## Process\n\n- one\n- two", "1 instead of 2 links"),
        ("[IOM](https://www.iom.int/en), [x](page:resettlement).\n\n## Process\n\n- one\n- two", "leads to another page"),
        ("[IOM](https://www.iom.int/en), [home](page:home).\n\n## Process\n\n- one", "paragraphs instead of"),
    ],
)
def test_a_translation_that_does_not_match_names_both_places(folder: Path, body: str, reason: str) -> None:
    path = write(folder, [HOME, HOME_EN, SECTION, SECTION_EN, PAGE, changed(PAGE_EN, body=body), TOPIC, REGION])

    with pytest.raises(LoadError) as failure:
        load(path)

    message = str(failure.value)
    assert f"{path}:6: does not match its source {path}:5: " in message
    assert reason in message
    assert not HomePage.objects.exists()


def test_values_that_are_no_text_are_the_same_in_every_language(folder: Path) -> None:
    other = json.loads(json.dumps(HOME_EN))
    other["body"][0]["value"]["content"][0]["value"][0]["icon"] = "plane"

    with pytest.raises(LoadError, match=r"icon: 'plane' where the source has 'house'"):
        load(write(folder, [HOME, other, SECTION, changed(PAGE, topics=None, regions=None)]))


def test_broken_json_is_named_with_its_line(folder: Path) -> None:
    path = folder / "records.jsonl"
    path.write_text(json.dumps(TOPIC) + "\n{\n", encoding="utf-8")

    with pytest.raises(LoadError, match=r"records\.jsonl:2: no valid JSON"):
        load(path)


def test_a_folder_of_single_records_and_a_missing_path(folder: Path) -> None:
    (folder / "de").mkdir()
    (folder / "de" / "topic.json").write_text(json.dumps(TOPIC, indent=2), encoding="utf-8")

    assert load(folder).created == ["topic-return"]
    with pytest.raises(LoadError, match="no such folder"):
        load(folder / "weg")


def test_the_footer_is_a_record_too(folder: Path) -> None:
    footer = {
        "id": "footer",
        "type": "portal.Footer",
        "lang": "de",
        "title": "Fußzeile",
        "body": [{"type": "column", "value": {"heading": "Themen", "links": [{"page": "unsere-arbeit"}]}}],
        "fields": {"about": "Das Büro.", "legal": [{"type": "link", "value": {"page": "home", "label": "Start"}}]},
    }
    english = {
        **footer,
        "id": "footer.en",
        "lang": "en",
        "translation_of": "footer",
        "body": [{"type": "column", "value": {"heading": "Topics", "links": [{"page": "unsere-arbeit"}]}}],
        "fields": {"about": "The office.", "legal": [{"type": "link", "value": {"page": "home", "label": "Home"}}]},
    }
    load(write(folder, [HOME, HOME_EN, SECTION, changed(PAGE, topics=None, regions=None), footer, english]))

    stored = Footer.objects.get(locale__language_code="en")
    assert (stored.about, stored.body[0].value["heading"]) == ("The office.", "Topics")
    assert Locale.objects.count() == len(LANGUAGES)
    assert Region.objects.count() == 0
    assert OurWorkPage.objects.filter(locale__language_code="de").exists()


def test_old_addresses_come_as_people_have_them(folder: Path) -> None:
    load(write(folder, [changed(HOME, body=None), changed(SECTION, redirect_from=["https://alt.example.org/Alt%20Neu.pdf?B=1&a=2"])]))
    assert [redirect.old_path for redirect in Redirect.objects.all()] == ["/alt neu.pdf?a=2&b=1"]


@pytest.mark.parametrize("with_translation", [True, False])
def test_a_record_that_is_not_live_takes_its_page_offline(folder: Path, with_translation: bool) -> None:
    """What an earlier folder had published goes in every language, and comes back when the record says so again. Twice."""
    load(write(folder, ALL))

    def online() -> dict[str, str]:
        return dict(ContentPage.objects.filter(live=True).values_list("locale__language_code", "title"))

    before = online()
    assert set(before) == {"de", "en", "uk", "ar"}
    offline = [changed(PAGE, live=False) if record is PAGE else record for record in ALL]
    for _time in range(2):
        load(write(folder, offline if with_translation else [record for record in offline if record is not PAGE_EN]))
        assert online() == {}
        load(write(folder, ALL))
        assert online() == before
