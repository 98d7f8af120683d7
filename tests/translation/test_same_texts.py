"""A text that did not change is the same text: it keeps its translation, whatever way it comes in and wherever it goes."""

from __future__ import annotations

import importlib
import json
import uuid
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Revision
from wagtail_localize.models import (
    String,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationContext,
    TranslationSource,
)
from wagtail_localize.strings import StringValue

from home.models import ContentPage
from portal.language.texts import plain, plain_html, plain_value
from tests.builders import make_content_page, make_home, make_section, translate
from tests.forms import posted_page
from tests.translation.files.items import say_yes
from translation.permissions import missing_texts

pytestmark = pytest.mark.django_db

TABLE = {
    "caption": "Programme",
    "columns": [{"type": "cell", "heading": "Programm"}, {"type": "cell", "heading": "Personen"}],
    "rows": [{"values": ["Berlin", "95"]}, {"values": ["Hessen", "40"]}, {"values": ["Bayern", "95"]}],
}
BODY = [
    {"type": "table", "value": TABLE, "id": str(uuid.uuid4())},
    {
        "type": "steps",
        "id": str(uuid.uuid4()),
        "value": [
            {"type": "item", "id": str(uuid.uuid4()), "value": {"heading": f"Schritt {n}", "text": f"Zeile\neins {n}."}}
            for n in range(3)
        ],
    },
    {
        "type": "accordion",
        "id": str(uuid.uuid4()),
        "value": [
            {
                "type": "item",
                "id": str(uuid.uuid4()),
                "value": {"question": f"Frage {n}?", "answer": f"<p>Antwort {n}.</p><ul><li>Punkt</li></ul>"},
            }
            for n in range(2)
        ],
    },
]


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("admin", password="x")


@pytest.fixture
def page() -> ContentPage:
    """A page with table, steps and questions, translated into English and Ukrainian."""
    body = ContentPage._meta.get_field("body").stream_block.to_python(BODY)
    page = make_content_page(make_section(make_home()), "Café und Auskunft", lead="Erste Zeile\nzweite Zeile.", body=body)
    for code in ("en", "uk"):
        translate(page, code)
    return page


@pytest.fixture
def save(client: Client, admin: User, page: ContentPage) -> Callable[..., dict[str, list[str]]]:
    """Save the page through the editor's form, bring its translations up to date; return what is missing by language."""

    def save(**changes: str | None) -> dict[str, list[str]]:
        client.force_login(admin)
        data = posted_page(page, admin)
        for name, value in changes.items():
            data[name] = value
        response = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {**data, "action-publish": "1"})
        assert response.status_code == 302, [response.context["form"].errors]
        TranslationSource.objects.get(object_id=page.translation_key).update_from_db()
        return missing(page)

    return save


def missing(page: Page) -> dict[str, list[str]]:
    found = {}
    for translation in Translation.objects.filter(source__object_id=page.translation_key):
        texts = missing_texts(translation).order_by("order").values_list("string__data", flat=True)
        found[translation.target_locale.language_code] = list(texts)
    return found


COMPLETE = {"en": [], "uk": []}


class TestForm:
    def test_a_page_saved_unchanged_lacks_nothing(self, save: Callable, page: ContentPage) -> None:
        before = sorted(StringSegment.objects.filter(source__object_id=page.translation_key).values_list("string_id", "context_id"))
        assert save() == COMPLETE
        after = sorted(StringSegment.objects.filter(source__object_id=page.translation_key).values_list("string_id", "context_id"))
        assert after == before
        page.refresh_from_db()
        assert page.lead == "Erste Zeile\nzweite Zeile."

    def test_other_letters_and_spaces_for_the_same_text(self, save: Callable, page: ContentPage) -> None:
        assert save(title="Cafe\u0301\u00a0und\u202fAuskunft", lead="Erste\u2009Zeile\rzweite Zeile.") == COMPLETE
        page.refresh_from_db()
        assert (page.title, page.lead) == ("Café und Auskunft", "Erste Zeile\nzweite Zeile.")

    def test_what_is_new_is_missing(self, save: Callable) -> None:
        assert save(lead="Neu.") == {"en": ["Neu."], "uk": ["Neu."]}


def _row(index: int, order: int, *cells: str, deleted: str = "") -> dict[str, str]:
    prefix = "body-0-value"
    data = {f"{prefix}-row-{index}-order": str(order), f"{prefix}-row-{index}-deleted": deleted}
    return data | {f"{prefix}-cell-{index}-{column}": cell for column, cell in enumerate(cells)}


class TestTable:
    def test_a_row_inserted_above_the_others(self, save: Callable) -> None:
        moved = {f"body-0-value-row-{i}-order": str(i + 1) for i in range(3)}
        found = save(**{"body-0-value-row-count": "4"}, **moved, **_row(3, 0, "Bremen", "95"))
        assert found == {"en": ["Bremen"], "uk": ["Bremen"]}

    def test_a_row_deleted_and_the_others_sorted(self, save: Callable, page: ContentPage) -> None:
        found = save(**{"body-0-value-row-0-deleted": "1", "body-0-value-row-1-order": "2", "body-0-value-row-2-order": "1"})
        assert found == COMPLETE
        translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="en")
        translation.save_target()
        english = ContentPage.objects.get(translation_key=page.translation_key, locale__language_code="en")
        table = english.get_latest_revision_as_object().body[0].value
        assert [row["values"] for row in table.row_data] == [["EN Bayern", "EN 95"], ["EN Hessen", "EN 40"]]
        assert [column["heading"] for column in table.columns] == ["EN Programm", "EN Personen"]
        assert table.caption == "EN Programme"

    def test_columns_change_places_and_a_new_one_comes(self, save: Callable) -> None:
        prefix = "body-0-value"
        column = {"type": "cell", "heading": "Jahr", "order": "0", "deleted": ""}
        data = {f"{prefix}-column-2-{name}": value for name, value in column.items()}
        data |= {f"{prefix}-column-count": "3", f"{prefix}-column-0-order": "2", f"{prefix}-column-1-order": "1"}
        data |= {f"{prefix}-cell-{row}-2": "2024" for row in range(3)}
        assert save(**data) == {"en": ["Jahr", "2024", "2024", "2024"], "uk": ["Jahr", "2024", "2024", "2024"]}

    def test_a_cell_without_text_moves_nothing(self, save: Callable, page: ContentPage) -> None:
        assert save(**{"body-0-value-cell-1-1": ""}) == COMPLETE
        Translation.objects.get(
            source__object_id=page.translation_key, target_locale__language_code="en"
        ).save_target()
        english = ContentPage.objects.get(translation_key=page.translation_key, locale__language_code="en")
        rows = english.get_latest_revision_as_object().body[0].value.row_data
        assert [row["values"] for row in rows] == [["EN Berlin", "EN 95"], ["EN Hessen", ""], ["EN Bayern", "EN 95"]]


class TestLists:
    @pytest.mark.parametrize(("block", "field"), [(1, "heading"), (2, "question")])
    def test_entries_are_sorted_deleted_and_inserted(self, save: Callable, block: int, field: str) -> None:
        prefix = f"body-{block}-value"
        count = 3 if block == 1 else 2
        rich_text = {"key": "a", "text": "Ganz neu.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
        answer = json.dumps({"blocks": [rich_text], "entityMap": {}})
        other = {"text": "Ganz neu."} if block == 1 else {"answer": answer, "sources-count": "0"}
        new = {"deleted": "", "order": "0", "id": "", f"value-{field}": "Neu?"}
        new |= {f"value-{name}": text for name, text in other.items()}
        data = {f"{prefix}-{count}-{name}": value for name, value in new.items()}
        data |= {f"{prefix}-count": str(count + 1), f"{prefix}-0-deleted": "1", f"{prefix}-1-order": "5"}
        assert save(**data) == {"en": ["Neu?", "Ganz neu."], "uk": ["Neu?", "Ganz neu."]}

    def test_an_entry_typed_again_or_copied_keeps_its_words(self, save: Callable, page: ContentPage) -> None:
        StringTranslation.objects.filter(locale__language_code="uk").update(translation_type="machine", tool_name="Probe")
        assert save(**{"body-1-value-0-id": "", "body-1-value-2-id": str(uuid.uuid4())}) == COMPLETE
        kept = StringTranslation.objects.filter(translation_of__data="Schritt 2", locale__language_code="uk")
        assert set(kept.values_list("translation_type", "tool_name", "data")) == {("machine", "Probe", "EN Schritt 2")}
        assert len(set(kept.values_list("updated_at", flat=True))) == 1


class TestOtherWaysIn:
    def test_segments(self, client: Client, admin: User, page: ContentPage) -> None:
        client.force_login(admin)
        segment = StringSegment.objects.get(source__object_id=page.translation_key, context__path="title")
        translation = Translation.objects.get(source=segment.source, target_locale__language_code="en")
        address = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk])
        body = "value=Cafe%CC%81%C2%A0and%0D%0Ainformation%26nbsp%3B%21"
        assert client.put(address, body, "application/x-www-form-urlencoded").status_code == 200
        stored = StringTranslation.objects.get(translation_of=segment.string, context=segment.context, locale=translation.target_locale)
        assert stored.data == "Café and\ninformation !"

    def test_a_po_file_from_before_and_from_another_tool(self, client: Client, admin: User, page: ContentPage) -> None:
        client.force_login(admin)
        translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="en")
        po = translation.export_po()
        for entry in po:
            entry.msgid = entry.msgid.replace("é", "e\u0301").replace(" ", "\u00a0").replace("<br", "\r<br")
            entry.msgstr = f"Tool\u202f{entry.msgid}"
        # As tables were handed out before.
        cells = [entry for entry in po if entry.msgctxt.endswith(".cells")]
        for number, entry in enumerate(cells):
            entry.msgctxt = entry.msgctxt.replace(".cells", f".rows.{number}.1")
        file = SimpleUploadedFile("a.po", str(po).encode())
        say_yes(client, client.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": file}))
        segments = StringSegment.objects.filter(source=translation.source).annotate_translation(translation.target_locale)
        assert {(segment.string.data, segment.translation) for segment in segments} == {
            (segment.string.data, f"Tool {segment.string.data}") for segment in segments
        }

    @pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\u2028b", "a\nb"])
    def test_line_ends(self, text: str) -> None:
        assert plain(text) == "a\nb"

    def test_what_carries_meaning_stays(self) -> None:
        text = "می\u200cخواهم \u200eabc\u200f Schiff\u00adfahrt"
        assert plain(text) == text
        assert plain_html("&amp;nbsp; &lt;") == "&amp;nbsp; &lt;"
        assert plain_value({"body": '[{"value": "a\\u00a0b\\r\\nc"}]'}) == {"body": '[{"value": "a b\\nc"}]'}


class TestMigration:
    """What was stored before: `translation/migrations`."""

    def test_texts_meet_and_none_is_lost(self, page: ContentPage) -> None:
        segment = StringSegment.objects.get(source__object_id=page.translation_key, context__path="lead")
        english = ContentPage.objects.get(translation_key=page.translation_key, locale__language_code="en")
        old = "Erste Zeile\r\nzweite\u00a0Zeile."
        # Past the forms that texts have now, as an older release stored them.
        ContentPage.objects.filter(pk=page.pk).update(lead=old)
        Revision.objects.filter(pk=page.latest_revision_id).update(content={**page.latest_revision.content, "lead": old})
        source = TranslationSource.objects.get(pk=segment.source_id)
        TranslationSource.objects.filter(pk=source.pk).update(
            content_json=source.content_json.replace("Erste Zeile\\nzweite Zeile.", "Erste Zeile\\r\\nzweite\\u00a0Zeile.")
        )
        segment_of_old = StringValue.from_plaintext(old).data
        [former] = String.objects.bulk_create(
            [String(locale=source.locale, data=segment_of_old, data_hash=String._get_data_hash(segment_of_old))]
        )
        StringSegment.objects.filter(pk=segment.pk).update(string=former)
        [newer] = StringTranslation.objects.bulk_create(
            [
                StringTranslation(
                    translation_of=former, context=segment.context, locale=english.locale, data="The\u00a0newer one",
                    translation_type="manual",
                )
            ]
        )
        ukrainian = StringTranslation.objects.get(translation_of=segment.string, locale__language_code="uk", context=segment.context)
        migration = importlib.import_module("translation.migrations.0001_plain_texts")
        for step in (migration.make_rows_plain, migration.make_contents_plain, migration.make_segments_plain):
            step(apps, None)
        assert missing(page) == COMPLETE
        segment.refresh_from_db()
        assert segment.string.data == "Erste Zeile<br/>zweite Zeile."
        assert not String.objects.filter(pk=former.pk).exists()
        kept = StringTranslation.objects.get(translation_of=segment.string, context=segment.context, locale=english.locale)
        assert (kept.pk, kept.data, kept.updated_at) == (newer.pk, "The newer one", newer.updated_at)
        assert StringTranslation.objects.filter(pk=ukrainian.pk, updated_at=ukrainian.updated_at).exists()
        page.refresh_from_db()
        assert page.lead == page.get_latest_revision_as_object().lead == "Erste Zeile\nzweite Zeile."
        [entry] = PageLogEntry.objects.filter(action="translation.text_replaced")
        assert (entry.page_id, entry.data["lost"]) == (english.pk, "EN Erste Zeile<br/>zweite Zeile.")
        assert entry.data["kept"] == "The\u00a0newer one"
        assert "EN Erste Zeile" in entry.message
        TranslationSource.objects.get(pk=source.pk).update_from_db()
        assert missing(page) == COMPLETE

    def test_tables(self, page: ContentPage) -> None:
        source = TranslationSource.objects.get(object_id=page.translation_key)
        before = set(
            StringTranslation.objects.filter(context__path__endswith=".cells").values_list("translation_of__data", "locale_id", "data")
        )
        # As an older release stored them: a place for each cell.
        for number, segment in enumerate(StringSegment.objects.filter(source=source, context__path__endswith=".cells").order_by("order")):
            path = segment.context.path.replace(".cells", f".rows.{number // 2}.{number % 2}")
            context = TranslationContext.objects.create(object_id=source.object_id, path=path)
            for translation in StringTranslation.objects.filter(context=segment.context, translation_of=segment.string):
                StringTranslation.objects.create(
                    translation_of=segment.string, context=context, locale=translation.locale, data=translation.data,
                    translation_type="manual",
                )
            StringSegment.objects.filter(pk=segment.pk).update(context=context)
        StringTranslation.objects.filter(context__path__endswith=".cells").delete()
        importlib.import_module("translation.migrations.0002_table_paths").rename_contexts(apps, None)
        assert missing(page) == COMPLETE
        assert before == set(
            StringTranslation.objects.filter(context__path__endswith=".cells").values_list("translation_of__data", "locale_id", "data")
        )
        assert not TranslationContext.objects.filter(path__contains=".rows.").exists()
        ids = set(source.stringsegment_set.values_list("pk", flat=True))
        source.update_from_db()
        assert set(source.stringsegment_set.values_list("pk", flat=True)) == ids
