"""Sources and segments written in bulk are the rows that wagtail-localize writes one by one."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    OverridableSegment,
    RelatedObjectSegment,
    StringSegment,
    StringTranslation,
    TemplateSegment,
    Translation,
    TranslationContext,
    TranslationSource,
)

from home.models import ContentPage, HomePage
from tests.builders import make_content_page, make_section, publish, submit, translate_texts
from translation.upstream import bulk

pytestmark = pytest.mark.django_db
_MODELS = {
    StringSegment: ("string__data", "string__locale__language_code", "attrs"),
    TemplateSegment: ("template__template", "template__template_format", "template__string_count", "template__uuid"),
    RelatedObjectSegment: ("object_id", "object__content_type__model"),
    OverridableSegment: ("data_json",),
}
_PLACE = ("source__object_id", "context__path", "context__path_id", "context__field_path", "order")


def rows() -> dict[str, list]:
    """Return all that wagtail-localize keeps of what is to be translated, without its ids and times."""
    names = ("object_id", "locale__language_code", "specific_content_type__model", "object_repr", "schema_version")
    sources = TranslationSource.objects.order_by("object_id").values_list(*names, "content_json")
    found = {model.__name__: sorted(model.objects.values_list(*_PLACE, *own), key=str) for model, own in _MODELS.items()}
    return {"sources": [(*row[:-1], json.loads(row[-1])) for row in sources], **found}


def forget() -> None:
    """Delete it all."""
    for model in _MODELS:
        model.objects.all().delete()
    TranslationSource.objects.all().delete()
    TranslationContext.objects.all().delete()


def specific(pages: list[Page]) -> list[Page]:
    return list(Page.objects.filter(pk__in=[page.pk for page in pages]).specific().order_by("pk"))


@pytest.mark.usefixtures("content")
def test_pages_of_the_initial_content_are_cut_as_wagtail_localize_cuts_them() -> None:
    by_type: dict[int, list[Page]] = {}
    for page in Page.objects.filter(locale__language_code="de", alias_of=None, depth__gt=1).order_by("path"):
        by_type.setdefault(page.content_type_id, []).append(page)
    pages = specific([page for found in by_type.values() for page in found[:2]])
    assert len(pages) > 20
    forget()
    for page in pages:
        TranslationSource.update_or_create_from_instance(page)
    one_by_one = rows()
    # No page of ours refers to another object that is translated with it.
    assert [name for name, found in one_by_one.items() if not found] == ["RelatedObjectSegment"]
    forget()
    written = bulk.write_sources(specific(pages))
    assert rows() == one_by_one
    assert {(one.is_new, one.is_changed) for one in written.values()} == {(True, True)}
    # Nothing has changed since: nothing is written.
    with CaptureQueriesContext(connection) as found:
        assert {one.is_changed for one in bulk.write_sources(specific(pages)).values()} == {False}
    assert not [query for query in found if query["sql"].startswith(("UPDATE", "DELETE"))]


def block(text: str, number: int = 1) -> dict[str, str]:
    return {"type": "text", "id": f"5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b1{number}", "value": text}


def test_what_changed_is_renewed_and_what_stays_keeps_its_translation(home: HomePage) -> None:
    section = make_section(home)
    body = [block("<p>Der erste Satz.</p><p>Der zweite Satz.</p>"), block("<p>Ein anderer.</p>", 2)]
    page = make_content_page(section, "Rückkehr", lead="Ein Satz.", body=body)
    translate_texts(submit(page, "en"))
    before = dict(StringTranslation.objects.values_list("pk", "data"))
    page = ContentPage.objects.get(pk=page.pk)
    page.lead, page.body = "Ein neuer Satz.", [block("<p>Der zweite Satz.</p><p>Der dritte Satz.</p>")]
    page = publish(page)
    (one,) = bulk.write_sources(specific([page])).values()
    assert (one.is_new, one.is_changed) == (False, True)
    in_bulk = rows()
    segments = StringSegment.objects.filter(source=one.source).annotate_translation(Locale.objects.get(language_code="en"))
    assert {row.string.data: row.translation for row in segments.select_related("string")} == {
        "Rückkehr": "EN Rückkehr",
        "Ein neuer Satz.": None,
        "Der zweite Satz.": "EN Der zweite Satz.",
        "Der dritte Satz.": None,
    }
    assert before.items() <= dict(StringTranslation.objects.values_list("pk", "data")).items()
    forget()
    TranslationSource.update_or_create_from_instance(Page.objects.get(pk=page.pk))
    assert rows() == in_bulk


@pytest.mark.once
def test_a_page_more_takes_no_more_than_its_own_queries(home: HomePage) -> None:
    section = make_section(home)
    pages = [make_content_page(section, f"Seite {number}", lead=f"Satz {number}.", body=[block("<p>Satz.</p>")]) for number in range(22)]

    def asked(some: list[Page]) -> int:
        some = specific(some)
        with CaptureQueriesContext(connection) as found:
            bulk.write_sources(some)
        return len(found)

    # What is asked more is asked of each page itself: its topics and regions, and its form.
    assert asked(pages[2:]) - asked(pages[:2]) <= 5 * 18


def test_translations_are_opened_once_and_those_that_were_stopped_go_on(home: HomePage) -> None:
    translation = submit(make_content_page(make_section(home), "Rückkehr"), "en")
    Translation.objects.filter(pk=translation.pk).update(enabled=False)
    locales = list(Locale.objects.filter(language_code__in=["en", "uk"]).order_by("language_code"))
    for _time in range(2):
        bulk.open_translations((translation.source, locale.pk) for locale in locales)
    found = Translation.objects.order_by("target_locale__language_code").values_list("target_locale__language_code", "enabled")
    assert list(found) == [("en", True), ("uk", True)]
    assert Translation.objects.filter(pk=translation.pk).exists()
