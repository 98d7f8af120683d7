"""Text by language: dates, numbers, words marked as another language."""

from __future__ import annotations

import datetime
import re

import pyphen
import pytest
from django.template.loader import render_to_string
from django.utils import formats, translation
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail_localize.models import StringSegment

from portal.language.dates import date_text
from portal.language.html_text import hold_lines_together
from portal.language.typography import hold_together, hyphenation, soft_hyphens
from tests.builders import make_content_page, make_home, submit, translate

DAY = datetime.date(2022, 3, 5)


@pytest.mark.parametrize(
    ("code", "day", "month", "number"),
    [
        ("de", "5. März 2022", "März 2022", "725.000,5"),
        ("en", "5 March 2022", "March 2022", "725,000.5"),
        ("uk", "5 березня 2022 р.", "березень 2022 р.", "725\xa0000,5"),
        ("ar", "5 آذار/مارس 2022", "آذار/مارس 2022", "725,000.5"),
        ("de-simple", "5. März 2022", "März 2022", "725.000,5"),
    ],
)
def test_dates_and_numbers(code: str, day: str, month: str, number: str) -> None:
    with translation.override(code):
        assert date_text(DAY) == day
        assert date_text(DAY, "YEAR_MONTH_FORMAT") == month
        assert date_text(DAY, "Y") == "2022"
        assert formats.number_format(725000.5, use_l10n=True, force_grouping=True) == number


def test_patterns_from_a_file_break_words_where_their_library_does() -> None:
    words = ["Unterstützungsprogramm", "Familienzusammenführung", "Rückkehrberatungsstelle", "Straßenverkehrsordnung", "Xyz"]
    library = pyphen.HyphDict(pyphen.LANGUAGES["de_DE"])
    assert [hyphenation().positions(word) for word in words] == [library.positions(word) for word in words]
    assert hyphenation().maxlen == library.maxlen


STORED = '<p>Die <a linktype="lang-en">Family Assistance</a> hilft.</p>'


@pytest.mark.django_db
class TestWordsInAnotherLanguage:
    def test_visitors_get_lang_and_dir(self) -> None:
        page = make_content_page(make_home(), body=[("text", STORED), ("text", '<p><a linktype="lang-ar">سلام</a></p>')])
        html = str(page.body)
        assert '<a lang="en" dir="ltr">Family Assistance</a>' in html
        assert '<a lang="ar" dir="rtl">سلام</a>' in html

    def test_the_editor_reads_and_writes_them(self) -> None:
        widget = get_rich_text_editor_widget(features=["bold", "lang-en"])
        content = widget.converter.from_database_format(STORED)
        assert '"LANG-EN"' in content
        assert 'linktype="lang-en"' in widget.converter.to_database_format(content)

    def test_a_translation_keeps_the_mark_inside_its_sentence(self) -> None:
        page = make_content_page(make_home(), title="Seite", body=[("text", STORED)])
        translation_ = submit(page)
        texts = StringSegment.objects.filter(source=translation_.source).values_list("string__data", flat=True)
        assert 'Die <a id="a1">Family Assistance</a> hilft.' in list(texts)
        assert '<a linktype="lang-en">Family Assistance</a>' in str(translate(page).body.raw_data[0]["value"])


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("de", "Unterstützungsprogramm für Familien", "Unterstützungs\u00adprogramm für Familien"),
        ("de", "Unterstützungsprogramm Familiennachzug", "Unterstützungs\u00adprogramm Familien\u00adnachzug"),
        ("de", "Migrationsrouten der Bundesregierung", "Migrations\u00adrouten der Bundes\u00adregierung"),
        ("de", "Bundestagsdrucksache", "Bundestags\u00addrucksache"),
        ("de", "Kontakt 2024", "Kontakt 2024"),
        ("de-simple", "Unterstützungsprogramm", "Unterstützungsprogramm"),
        ("en", "internationalisation", "internationalisation"),
        ("de", "73,2 Mio. US-Dollar per E-Mail", "73,2 Mio. US-\u2060Dollar per E-\u2060Mail"),
        ("de-simple", "EU-Länder, Familien-Nachzug, 2-5, A-", "EU-\u2060Länder, Familien-Nachzug, 2-5, A-"),
    ],
)
def test_long_german_words_may_break_in_headings(code: str, text: str, expected: str) -> None:
    assert soft_hyphens(text, code) == expected


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Nach §~24 Abs.~1 Satz~2 Nr.~3~AufenthG und Artikel~6~GG gilt das SGB~II seit dem 8.~Juli 2024."),
        ("de", "Es gibt z.~B. 10~000 Plätze, 281~Mio. Menschen, 5~% mehr, 12~km und 20~Uhr; der e.~V. hilft i.~d.~R. gern~– immer."),
        ("de", "Am 8. Tag kamen 24 Menschen. Im Jahr 2024 Gäste. Satz ohne Zahl."),
        ("de-simple", "Das steht in §~24. Am 8.~Juli."),
        ("en", "See Section~24~AufenthG, Article~6, on 8~July 2024: 281~million people, 10~000 places, 45~per cent~– Dr.~Mohn."),
        ("en", "May 24 people come. z. B. is German."),
        ("uk", "З~8~липня 2026~р. 10~000 людей у~Німеччині та й~далі, ст.~24, 5~млн~— це багато."),
        ("ar", "وفق المادة~24 من القانون، 281~مليون شخص في 8~تموز/يوليو، §~24~AufenthG"),
    ],
)
def test_what_belongs_together_stays_on_a_line(code: str, text: str) -> None:
    assert hold_together(text.replace("~", " "), code).replace("\u00a0", "~") == text


def test_pages_hold_lines_together_in_text_and_in_each_language() -> None:
    html = (
        '<!DOCTYPE html><html lang="de"><head><title>§ 24 z. B.</title><script>"§ 24"</script></head><body>'
        '<h1>§ <b>24</b> AufenthG</h1><p>am 8.</p><p>Juli</p><a href="/?q=§ 24" title="z. B.">10 000</a>'
        '<div lang="uk"><div>у Німеччині <i lang="en">8 July</i> з нами</div></div><p>у Berlin</p><!-- § 24 -->'
        "<textarea>§ 24</textarea></body></html>"
    )
    expected = html.replace("§ <b>24</b> A", "§~<b>24</b>~A").replace(">10 000", ">10~000")
    expected = expected.replace("у Німеччині", "у~Німеччині").replace("8 July", "8~July").replace("</i> з нами", "</i> з~нами")
    assert hold_lines_together(html, "de").replace("\u00a0", "~") == expected


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("اتصل على +49 30 2902245500.", ["+49 30 2902245500"]),
        ("اتصل على 0800 987 654 8، مجانًا", ["0800\u00a0987\u00a0654 8"]),
        ("(030) 1234 أو 0911-123456", ["(030) 1234", "0911-123456"]),
        ("من 10:00-16:00، 10 x 15 سم", ["10:00-16:00", "10 x 15"]),
        ("الرقم VN-2026-07 أو 2026-ITB-11", ["VN-2026-07", "2026-ITB-11"]),
        ("الرقم (2026-ITB-11) و(VN-2026-07) والهاتف (0911-123456)", ["2026-ITB-11", "VN-2026-07", "(0911-123456)"]),
        ("report-2024.pdf، team-1@iom.int، ST/SG/2019.3.", ["report-2024.pdf", "team-1@iom.int", "ST/SG/2019.3"]),
        ("VN-2026-07/A.2، SF-19.12: 05-2026-ITB", ["VN-2026-07/A.2", "SF-19.12", "05-2026-ITB"]),
        # Numbers that are words of the sentence, and addresses that go on.
        ("في عام 2023 8.565 حالة، 2015–2024، 9/11/2026، 10 000، Start-up", []),
        ("https://iom.int/a-1/b www.iom.int/p-1?x=2-3#a-4 a-1+c@iom.int", []),
    ],
)
def test_numbers_keep_their_order_in_texts_from_the_right(text: str, isolated: list[str]) -> None:
    html = hold_lines_together(f'<p>{text}</p><p lang="de">{text}</p><option>{text}</option>', "ar")
    found = re.findall(r'<bdi dir="ltr">(.*?)</bdi>', html)
    assert found == isolated
    assert re.sub(r"</?bdi[^>]*>", "", html).replace("\u00a0", " ") == f'<p>{text}</p><p lang="de">{text}</p><option>{text}</option>'


def test_what_is_isolated_already_is_not_isolated_twice() -> None:
    html = '<p>هاتف: <a href="tel:+49302902245500"><bdi dir="ltr">+49 30 2902245500</bdi></a></p>'
    assert hold_lines_together(html, "ar") == html


def test_a_key_figure_stays_in_one_line() -> None:
    """Its value is a text of its own to the rules, though its label follows in the same line of HTML."""
    html = render_to_string("components/stop.html", {"figure": {"value": "30 %", "label": "weniger Geld", "note": "2025"}})
    assert re.findall(r"<b>(.*?)</b>", hold_lines_together(html, "de")) == ["30\u00a0%"]
