"""Facts kept once: what visitors get of them, in each language, and what a change or a missing value does."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.test import Client
from django.utils.translation import override
from wagtail.models import Page, ReferenceIndex
from wagtail_localize.models import StringSegment, TranslationSource

from home.models import ContentPage, HomePage
from portal import changes
from portal.facts import kinds, shown, texts
from portal.models import Fact
from portal.templatetags import value_tags
from search import service, wagtail_hooks
from search.models import IndexVersion
from tests.builders import (
    make_content_page,
    make_fact,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)

pytestmark = pytest.mark.django_db

LANGUAGES = ("de", "en", "uk", "ar", "de-simple")


def mark(fact: Fact) -> str:
    return f'<a linktype="fact" id="{fact.pk}">{fact.name}</a>'


def in_languages(fact: Fact) -> dict[str, str]:
    """Return a fact as each language shows it."""
    found = {}
    for code in LANGUAGES:
        with override(code):
            found[code] = shown.all_facts()[fact.pk].html
    return found


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "typed", "stored"),
        [
            ("phone", " +49 30  2902245500 ", "+49 30 2902245500"),
            ("phone", "116 016", "116 016"),
            ("email", "hq@iom.int", "hq@iom.int"),
            ("hours", "Mo–Do 10–16 Uhr; Fr 9.30-12", "Mo-Do 10:00-16:00; Fr 09:30-12:00"),
            ("hours", "Mo-So 0-24", "Mo-So 00:00-24:00"),
            ("fee", "1.000 €", "1000 EUR"),
            ("fee", "75,5 Euro", "75.50 EUR"),
            ("fee", "100 USD", "100 USD"),
            ("deadline", "23.7.2027", "2027-07-23"),
            ("deadline", "2027", "2027"),
            ("phone", "", ""),
        ],
    )
    def test_what_is_typed_is_stored_in_one_form(self, kind: str, typed: str, stored: str) -> None:
        assert kinds.normalised(kind, typed) == stored
        assert kinds.normalised(kind, stored) == stored

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("phone", "wird ergänzt"), ("phone", "+49"), ("email", "hq@"), ("hours", "werktags"), ("hours", "Do-Mo 9-10"),
            ("hours", "Mo 16-10"), ("hours", "Mo 9:70-10"), ("hours", "Mo 9-25"), ("fee", "1000"), ("fee", "viel €"),
            ("deadline", "31.2.2027"), ("deadline", "bald"),
        ],
    )  # fmt: skip
    def test_what_is_no_value_is_refused_with_an_example(self, kind: str, typed: str) -> None:
        with pytest.raises(ValidationError):
            kinds.normalised(kind, typed)

    def test_each_language_writes_values_by_its_own_rules(self, home: HomePage) -> None:
        phone = '<a href="tel:+49302902245500"><bdi dir="ltr">+49 30 2902245500</bdi></a>'
        assert in_languages(make_fact("phone", "+49 30 2902245500")) == dict.fromkeys(LANGUAGES, phone)
        mail = '<a href="mailto:hq@iom.int"><bdi dir="ltr">hq@iom.int</bdi></a>'
        assert in_languages(make_fact("email", "hq@iom.int")) == dict.fromkeys(LANGUAGES, mail)
        assert in_languages(make_fact("fee", "1000 EUR")) == {
            "de": "<bdi>1.000 €</bdi>", "en": "<bdi>€1,000</bdi>", "uk": "<bdi>1\xa0000 €</bdi>", "ar": "<bdi>1,000 يورو</bdi>",
            "de-simple": "<bdi>1.000 €</bdi>",
        }  # fmt: skip
        assert in_languages(make_fact("hours", "Mo-Do 10:00-16:00")) == {
            "de": "<bdi>Montag bis Donnerstag, 10:00 bis 16:00 Uhr</bdi>",
            "en": "<bdi>Monday to Thursday, 10 a.m. to 4 p.m.</bdi>",
            "uk": "<bdi>понеділок – четвер, 10:00–16:00</bdi>",
            "ar": "<bdi>من الاثنين إلى الخميس، من الساعة 10:00 إلى الساعة 16:00</bdi>",
            "de-simple": "<bdi>Montag bis Donnerstag, 10:00 bis 16:00 Uhr</bdi>",
        }
        day = {code: re.sub("<[^>]*>", "", text) for code, text in in_languages(make_fact("deadline", "2027-07-23")).items()}
        assert day == {
            "de": "23. Juli 2027", "en": "23 July 2027", "uk": "23 липня 2027 р.", "ar": "23 تموز/يوليو 2027", "de-simple": "23. Juli 2027",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("number", "dialled"),
        [
            ("+49 (0)30 278778-0", "+49302787780"),
            ("+49 ( 0 ) 30 / 1", "+49301"),
            ("0049(0)30 1", "0049301"),
            ("(0)30 1", "0301"),
            ("Tel.: +49 (0)30 1", "+49301"),
            ("٠٣٠ ١", "0301"),
            ("116 016", "116016"),
        ],
    )
    def test_a_number_is_dialled_without_what_nobody_dials(self, number: str, dialled: str) -> None:
        assert (kinds.dialled(number), value_tags.dial(number)) == (dialled, dialled)

    def test_the_link_of_a_number_dials_it(self, home: HomePage) -> None:
        assert in_languages(make_fact("phone", "+49 (0)30 278")) == dict.fromkeys(
            LANGUAGES, '<a href="tel:+4930278"><bdi dir="ltr">+49 (0)30 278</bdi></a>'
        )

    def test_a_text_is_shown_in_german_until_it_is_translated_and_when_it_has_changed(self, home: HomePage) -> None:
        fact = make_fact("address", text="Hauptstraße 1\n10115 Berlin")
        german = '<bdi lang="de" dir="ltr">Hauptstraße 1, 10115 Berlin</bdi>'
        assert in_languages(fact)["ar"] == german
        assert in_languages(fact)["de-simple"] == "<bdi>Hauptstraße 1, 10115 Berlin</bdi>"
        translation = submit(fact, "ar")
        assert in_languages(fact)["ar"] == german
        segment = StringSegment.objects.get(source=translation.source)
        assert (segment.context.path, segment.string.data) == ("text", "Hauptstraße 1<br/>10115 Berlin")
        translate_texts(translation, {segment.string.data: "شارع 1<br/>برلين"})
        translation.save_target()
        assert in_languages(fact)["ar"] == "<bdi>شارع 1، برلين</bdi>"
        assert in_languages(fact)["en"] == german
        fact = Fact.objects.get(pk=fact.pk)
        fact.text = "Nebenstraße 2\n10115 Berlin"
        fact.save()
        assert in_languages(fact)["ar"] == '<bdi lang="de" dir="ltr">Nebenstraße 2, 10115 Berlin</bdi>'


class TestSources:
    """Where a fact comes from, and of what day that is, is read by visitors where it concerns rights or money."""

    @pytest.fixture
    def fee(self, home: HomePage) -> Fact:
        fact = make_fact("fee", "75 EUR", name="Visum")
        fact.source, fact.source_url, fact.source_date = "AufenthV <§ 46>", "https://example.org/?a=1&b=2", "10.2024"
        fact.full_clean()
        fact.save()
        return fact

    def test_in_each_language(self, fee: Fact) -> None:
        link = '<a href="https://example.org/?a=1&amp;b=2" rel="external">'
        time = '<time datetime="2024-10">'
        found = {code: html.partition('<small class="muted">')[2].removesuffix("</small>") for code, html in in_languages(fee).items()}
        german = f"Quelle: {link}<bdi>AufenthV &lt;§ 46&gt;</bdi></a>, Stand: {time}Oktober 2024</time>"
        other = '<bdi lang="de" dir="ltr">AufenthV &lt;§ 46&gt;</bdi></a>'
        assert found == {
            "de": german,
            "de-simple": german,
            "en": f"Source: {link}{other}, as of {time}October 2024</time>",
            "uk": f"Джерело: {link}{other}, станом на: {time}жовтень 2024 р.</time>",
            "ar": f"المصدر: {link}{other}، بتاريخ {time}تشرين الأول/أكتوبر 2024</time>",
        }

    def test_only_what_concerns_rights_or_money_and_has_a_source(self, home: HomePage) -> None:
        kinds_and_values = {"fee": "75 EUR", "deadline": "2027-03-04", "phone": "112", "email": "a@iom.int", "hours": "Mo 9-10"}
        told = {}
        for kind, value in kinds_and_values.items():
            for source in ("Gesetz", ""):
                fact = make_fact(kind, value, name=f"{kind} {source}")
                fact.source = source
                fact.save()
                told[kind, source] = "Gesetz" in in_languages(fact)["en"]
        assert {key for key, is_told in told.items() if is_told} == {("fee", "Gesetz"), ("deadline", "Gesetz")}
        assert "undated" in in_languages(Fact.objects.get(name="fee Gesetz"))["en"]

    def test_once_below_a_text_whatever_comes_from_it(self, client: Client, fee: Fact) -> None:
        child = make_fact("fee", "37 EUR", name="Visum für Kinder")
        Fact.objects.filter(pk=child.pk).update(source=fee.source, source_url=fee.source_url, source_date=fee.source_date)
        body = [
            ("text", f"<h3>Für {mark(fee)}</h3><p>Das Visum kostet {mark(fee)}.</p><p>Auch dort {mark(fee)}, {mark(child)}.</p>"),
            ("facts", {"heading": "Kosten", "items": [{"term": "Visum", "description": "", "fact": fee}]}),
        ]
        page = make_content_page(make_section(HomePage.objects.get()), title="Visum", body=body)
        arabic = translate(page, "ar", title="تأشيرة")
        for one in (page, arabic):
            main = BeautifulSoup(client.get(one.get_url()).content, "html.parser").main
            told = [note.parent.name for note in main.select("small.muted")]
            assert main.select("p:has(> small.muted)")[0].find_previous_sibling("p").find_all("bdi")[-1].get_text().startswith("37")
            assert (told, len(main.find_all("bdi", string=re.compile("^75")))) == (["p", "dd"], 4)


class TestTexts:
    """What stands in rich text: a name for those who write, a value for those who read."""

    @pytest.mark.parametrize(
        ("stored", "shown_as"),
        [
            ("<p>Rufen Sie an: {given}.</p>", "<p>Rufen Sie an: VALUE.</p>"),
            ("<p>Davor.</p><p>Rufen Sie an: {missing}.</p><p>Danach.</p>", "<p>Davor.</p><p>Danach.</p>"),
            ("<p>{given} oder {missing}</p>", ""),
            ("<ul><li>{given}</li><li>Oder: {missing}</li></ul>", "<ul><li>VALUE</li></ul>"),
            ("<p>Sie erreichen uns so:</p><ul><li>{missing}</li></ul><p>Danach.</p>", "<p>Danach.</p>"),
            ("<p>So:</p><ul><li>{missing}</li><li>{given}</li></ul>", "<p>So:</p><ul><li>VALUE</li></ul>"),
            ("<ul><li>Berlin<ul><li>{missing}</li></ul></li></ul>", "<ul><li>Berlin</li></ul>"),
            ("<h3>Telefon</h3><p>{missing}</p><h3>Post</h3><p>Genf</p>", "<h3>Post</h3><p>Genf</p>"),
            ("<h3>Kontakt</h3><h4>Telefon</h4><p>{missing}</p>", ""),
            ("<h3>Kontakt</h3><h4>Telefon</h4><p>{missing}</p><h4>Post</h4><p>Genf</p>", "<h3>Kontakt</h3><h4>Post</h4><p>Genf</p>"),
            ("<h3>{missing}</h3><p>Text.</p>", "<p>Text.</p>"),
            ("<h3>Leer gelassen</h3><h3>Telefon</h3><p>{missing}</p>", "<h3>Leer gelassen</h3>"),
            ("<p>Nichts davon.</p>", "<p>Nichts davon.</p>"),
        ],
    )  # fmt: skip
    def test_what_waits_for_a_value_is_left_out_with_what_led_to_it(self, home: HomePage, stored: str, shown_as: str) -> None:
        given, missing = make_fact("phone", "112", name="Notruf"), make_fact("phone", name="Pressestelle")
        value = '<a href="tel:112"><bdi dir="ltr">112</bdi></a>'
        for code in ("de", "ar"):
            with override(code):
                found = texts.filled(stored.format(given=mark(given), missing=mark(missing)))
            assert found == shown_as.replace("VALUE", value)

    def test_a_fact_that_is_gone_is_as_good_as_one_without_a_value(self, home: HomePage) -> None:
        assert texts.filled('<p>Hier.</p><p>Da: <a linktype="fact" id="999">Telefon</a></p>') == "<p>Hier.</p>"


def texts_of(client: Client, page: Page) -> list[str]:
    """Return the texts of the body of a page as its readers get it, line by line."""
    soup = BeautifulSoup(client.get(page.get_url(), follow=True).content, "html.parser")
    return [" ".join(line.split()) for line in soup.select_one(".prose").get_text("\n").splitlines() if line.strip()]


class TestBlocks:
    """What is left of a page while a fact has no value, in German and in Arabic."""

    @pytest.fixture
    def page(self, home: HomePage) -> ContentPage:
        missing, given = make_fact("phone", name="Pressestelle"), make_fact("email", "hq@iom.int", name="Genf")
        section = make_section(home)
        body = [
            ("heading", "Presse"),
            ("text", f"<p>Sie erreichen die Pressestelle unter {mark(missing)}.</p>"),
            ("callout", {"heading": "Fragen der Presse?", "text": f"<p>Rufen Sie an: {mark(missing)}</p>", "link": {"page": section}}),
            ("heading", "Kontakt"),
            ("contact", {"heading": "Pressestelle", "facts": [missing], "page": section}),
            ("contact", {"heading": "Zentrale", "facts": [missing, given]}),
            ("accordion", [{"question": "Wen rufe ich an?", "answer": f"<p>{mark(missing)}</p>"}]),
            ("heading", "Ohne Text"),
        ]
        return make_content_page(section, title="Kontakt", body=body)

    def test_nothing_names_what_is_not_there(self, client: Client, page: ContentPage) -> None:
        shown_german = ["Kontakt", "Zentrale", "hq@iom.int", "Ohne Text"]
        assert texts_of(client, page) == shown_german
        words = {"Kontakt": "اتصال", "Zentrale": "المقر", "Ohne Text": "بلا نص"}
        arabic = translate(page, "ar", words=words)
        assert texts_of(client, arabic) == ["اتصال", "المقر", "hq@iom.int", "بلا نص"]
        fact = Fact.objects.get(name="Pressestelle")
        fact.value = "+49 30 1"
        fact.save()
        assert texts_of(client, page)[:4] == ["Presse", "Sie erreichen die Pressestelle unter", "+49 30 1", "."]
        assert "Wen rufe ich an?" in texts_of(client, page)
        assert texts_of(client, arabic).count("+49 30 1") == 5

    def test_what_is_stored_stays_whole(self, client: Client, page: ContentPage) -> None:
        texts_of(client, page)
        stored = [block["type"] for block in publish(page).body.raw_data]
        assert stored == ["heading", "text", "callout", "heading", "contact", "contact", "accordion", "heading"]


class TestChange:
    """A change is one: it shows in all languages, and is nobody's work."""

    @pytest.fixture
    def fact(self, home: HomePage) -> Fact:
        return make_fact("phone", "+49 30 1111", name="Telefon Beratung")

    @pytest.fixture
    def page(self, home: HomePage, fact: Fact) -> ContentPage:
        return make_content_page(make_section(home), title="Beratung", body=[("text", f"<p>Telefon: {mark(fact)}.</p>")])

    def test_it_shows_in_all_languages_and_makes_no_translation_old(self, client: Client, fact: Fact, page: ContentPage) -> None:
        translation = submit(page, "ar")
        segment = StringSegment.objects.get(source=translation.source, context__path__startswith="body")
        assert segment.string.data == 'Telefon: <a id="a1">Telefon Beratung</a>.'
        arabic = translate(page, "ar", words={segment.string.data: 'الهاتف: <a id="a1">هاتف المشورة</a>.'})
        assert [texts_of(client, one) for one in (page, arabic)] == [["Telefon:", "+49 30 1111", "."], ["الهاتف:", "+49 30 1111", "."]]
        before = TranslationSource.objects.get(pk=translation.source.pk)
        fact.value = "+49 30 2222"
        fact.save()
        assert [texts_of(client, one) for one in (page, arabic)] == [["Telefon:", "+49 30 2222", "."], ["الهاتف:", "+49 30 2222", "."]]
        after = TranslationSource.objects.get(pk=translation.source.pk)
        assert (after.content_json, after.last_updated_at) == (before.content_json, before.last_updated_at)
        renewed, _created = TranslationSource.update_or_create_from_instance(Page.objects.get(pk=page.pk).specific)
        assert renewed.content_json == before.content_json

    def test_the_search_finds_the_value_and_the_old_one_no_more(self, fact: Fact, page: ContentPage) -> None:
        arabic = translate(page, "ar", title="المشورة")
        fact.value = "+49 30 2222"
        fact.save()
        for code, one in (("de", page), ("ar", arabic)):
            assert found(code, "2222") == [one.pk]
            assert found(code, "1111") == []

    def test_it_touches_the_pages_that_show_it(self, fact: Fact, page: ContentPage) -> None:
        other = make_content_page(page.get_parent(), title="Andere")
        tags = [changes.page(page.translation_key), changes.kind("home.contentpage"), changes.snippets("portal.fact")]
        tags.append(changes.page(other.translation_key))
        before = [changes.counters().read([changes._slot(tag)]) for tag in tags]
        fact.value = "+49 30 2222"
        fact.save()
        after = [changes.counters().read([changes._slot(tag)]) for tag in tags]
        assert [old != new for old, new in zip(before, after, strict=True)] == [True, True, True, False]

    def test_what_is_used_is_not_deleted(self, fact: Fact, page: ContentPage) -> None:
        unused = make_fact("phone", "112", name="Notruf")
        assert {(one.object_id, one.to_object_id) for one in ReferenceIndex.get_references_to(fact)} == {(str(page.pk), str(fact.pk))}
        with pytest.raises(ProtectedError):
            fact.delete()
        unused.delete()
        assert list(Fact.objects.all()) == [fact]


def test_a_fact_that_changes_while_all_pages_are_indexed_is_indexed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade does it beside editors."""
    fact, said = make_fact(value="+49 30 1111"), []

    def index(*args: object, **values: object) -> None:
        said.append(shown.get(fact.pk).text)
        fact.value = "+49 30 2222"
        fact.save()
        said.append(shown.get(fact.pk).text)

    monkeypatch.setattr(wagtail_hooks, "call_command", index)
    IndexVersion.objects.all().delete()
    wagtail_hooks.bring_index_up_to_date(lambda _text: None)
    assert said == ["+49 30 1111", "+49 30 2222"]


def found(code: str, query: str) -> list[int]:
    """Return the ids of the pages that a query finds in a language."""
    return list(service.search(service.Request(query, code)).ids)
