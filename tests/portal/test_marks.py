"""A new kind of mark is one declaration: editor, database, visitors, translators and records follow from it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest
from django.utils.html import format_html
from django.utils.translation import override
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.rich_text import features, get_rewriter
from wagtail_localize.models import StringSegment

from home.models import ContentPage
from portal.admin.marks import install
from portal.language.languages import current_language
from portal.pages import marks
from portal.records.values import References, ValueProblem, rich_text
from tests.builders import make_content_page, make_home, submit, translate

STORED = '<p>Im Jahr <a linktype="term" id="7">Asyl</a> und <a linktype="lang-en">return</a>.</p>'
NOTHING = References(page=int, image=int, document=int, fact=int)


class TermMark(marks.Mark):
    """A word that the glossary explains."""

    identifier = "term"
    label, description = "?", "A word of the glossary"
    attributes = ("id",)
    scheme = "term"

    @classmethod
    def stored(cls, name: str) -> dict[str, str] | None:
        return {"linktype": "term", "id": name} if name.isdecimal() else None

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        return format_html('<a class="term" href="/{}/t/{}">', current_language().code, attrs["id"])


@pytest.fixture(autouse=True)
def _term(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register the mark with Wagtail as at a start, for one test."""
    assert features.get_link_types()
    for name, known in vars(features).items():
        if isinstance(known, dict):
            monkeypatch.setattr(features, name, {key: copy.copy(value) for key, value in known.items()})
    monkeypatch.setattr(marks, "_registered", {**marks._registered, "term": TermMark})
    install(features)
    get_rewriter.cache_clear()
    yield
    get_rewriter.cache_clear()


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def page(self) -> ContentPage:
        return make_content_page(make_home(), title="Seite", body=[("text", STORED)])

    def test_every_text_offers_it_and_visitors_get_what_it_says(self, page: ContentPage) -> None:
        block = ContentPage._meta.get_field("body").stream_block.child_blocks["text"]
        assert block.features[-6:] == ["lang-de", "lang-en", "lang-uk", "lang-ar", "fact", "term"]
        for code in ("de", "ar"):
            with override(code):
                html = str(page.body)
            assert f'<a class="term" href="/{code}/t/7">Asyl</a> und <a lang="en" dir="ltr">return</a>' in html

    @pytest.mark.parametrize("code", ["en", "uk"])
    def test_translators_move_it_with_its_words(self, page: ContentPage, code: str) -> None:
        source = submit(page, code).source
        text = 'Im Jahr <a id="a1">Asyl</a> und <a id="a2">return</a>.'
        assert StringSegment.objects.filter(source=source, string__data=text).count() == 1
        turned = '<a id="a2">return</a>, <a id="a1">asylum</a>'
        translated = translate(page, code, words={text: turned})
        assert translated.body.raw_data[0]["value"] == '<p><a linktype="lang-en">return</a>, <a id="7" linktype="term">asylum</a></p>'


def test_the_editor_reads_and_writes_it() -> None:
    converter = get_rich_text_editor_widget(features=["bold", *marks.names()]).converter
    content = converter.from_database_format(STORED)
    assert '"TERM"' in content
    assert re.sub(r' data-block-key="\w+"', "", converter.to_database_format(content)) == STORED


def test_records_write_it() -> None:
    assert rich_text("[Asyl](term:7) und [return](lang:en)", None, NOTHING, "body") == (
        '<p><a id="7" linktype="term">Asyl</a> und <a linktype="lang-en">return</a></p>'
    )
    for link in ("term:asyl", "lang:tlh", "word:1"):
        with pytest.raises(ValueProblem, match=r"page:, file:, lang:, fact:, term:, https:, mailto: nor tel:"):
            rich_text(f"[Asyl]({link})", None, NOTHING, "body")
