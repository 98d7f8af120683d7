"""The texts of the initial content: nothing is left for the office to fill in, nobody is invited to write where nobody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils.translation import override

from portal.accounts import attempts, history
from portal.facts.kinds import written
from portal.http import limits
from portal.language.languages import LANGUAGES
from portal.records.reading import Record, read
from work.answers import QUESTIONS

PLACEHOLDERS = {
    "de": r"vom Büro ergänzt|Büro ergänzt|[Ww]ird ergänzt|Wortlaut folgt|Interview folgt|noch zu ergänzen|Nachtrag folgt",
    "en": r"be added by|added by the office|to be added|to be supplied|to follow\b|to be confirmed",
    "uk": r"додано офісом|офіс додасть|буде додано|буде доповнено|уточнюємо",
    "ar": r"سيضيف|ستضيف|ستُستكمل|يضيفها المكتب|نتحقق من هذه",
    "de-simple": r"Büro ergänzt|fehl(?:t|en) noch\b|[Ww]ird ergänzt",
}
"""What must not stand on a page of a language: a note to the office's own staff."""

INVITATIONS = {
    "de": r"[Ss]chreiben Sie uns|[Ss]prechen Sie uns an|uns ansprechen|[Ss]agen Sie uns|Wir sagen Ihnen|Barriere melden",
    "en": r"[Ww]rite to us|[Cc]ontact us\b|[Tt]ell us|[Ll]et us know|[Gg]et in touch with us|[Rr]eport a barrier",
    "uk": r"[Нн]апишіть нам|[Зз]верніться до нас|[Сс]кажіть нам|[Рр]озкажіть нам|Повідомити про бар’єр",
    "ar": r"اكتبوا إلينا|راسلونا|أخبرونا|تواصلوا معنا|الإبلاغ عن عائق",
    "de-simple": r"[Ss]chreiben Sie uns|sagen Sie es uns|Sagen Sie uns|Ein Hindernis melden",
}
"""What promises an answer that nobody has promised to give."""

def texts(value: object) -> Iterator[str]:
    """Return every text of a record, however deep it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child)


RECORDS = read(settings.BASE_DIR / "content")
ANSWERS = [question.field for question in QUESTIONS]


def blocks(record: Record) -> list[dict[str, object]]:
    """Return the blocks of a record: of the answers of a service or the contacts of an office, then of its body."""
    found = [block for name in (*ANSWERS, "contacts", "services", "body") for block in record.data.get(name) or []]
    return [block for block in found if isinstance(block, dict) and block["type"] != "source"]


def sources(record: Record) -> list[dict[str, str]]:
    """Return the sources of a record, those of its answers too, each with its whole title."""
    of_answers = [block["value"] for name in ANSWERS for block in record.data.get(name) or [] if block["type"] == "source"]
    return [
        {**source, "title": f"{source['authority']}: {source['title']}" if source.get("authority") else source["title"]}
        for source in [*of_answers, *(record.data.get("sources") or [])]
    ]


CODES = [language.code for language in LANGUAGES]
FACTS = {record.id: record.data["fields"] for record in RECORDS if record.data["type"] == "portal.Fact" and record.lang == "de"}
_FACT = re.compile(r"\[[^\]]*\]\(fact:([^)]*)\)")


def read_in(code: str, text: str) -> str:
    """Return a text of a record with the values of its facts, as the language writes them."""
    with override(code):
        return _FACT.sub(lambda match: written(FACTS[match[1]]["kind"], FACTS[match[1]].get("value", "")), text)


def found(code: str, pattern: str) -> list[tuple[str, str]]:
    """Return where a pattern stands in the texts of a language: record and text."""
    return [
        (record.id, text)
        for record in RECORDS
        if record.lang == code and "title" in record.data
        for text in texts({key: value for key, value in record.data.items() if key != "redirect_from"})
        if re.search(pattern, read_in(code, text))
    ]


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_for_the_office_to_fill_in(code: str) -> None:
    assert found(code, PLACEHOLDERS[code]) == []


FORMS = {record.id for record in RECORDS if record.data["type"] == "participate.ContactPage"}
"""Forms are there while somebody reads what they bring; links to them go with them."""


def labels_of_forms(value: object) -> set[str]:
    """Return the labels of links that lead to forms."""
    if isinstance(value, dict):
        own = {value["label"]} if value.get("page") in FORMS and "label" in value else set()
        return own.union(*map(labels_of_forms, value.values()))
    return set().union(*map(labels_of_forms, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("code", CODES)
def test_nobody_is_invited_to_write_where_nobody_reads(code: str) -> None:
    labels = labels_of_forms([record.data for record in RECORDS if record.lang == code])
    assert [place for place in found(code, INVITATIONS[code]) if place[0] not in FORMS and place[1] not in labels] == []


def test_no_heading_stands_above_nothing() -> None:
    """Of a translation as of its source: what is left out takes its heading with it."""
    empty = []
    for record in RECORDS:
        body = [block for block in record.data.get("body") or [] if isinstance(block, dict)]
        for block, following in pairwise([*body, {"type": "heading"}]):
            if block.get("type") == "heading" and following.get("type") == "heading":
                empty.append((record.id, block["value"]))
            elif block.get("type") == "text" and not block["value"].strip():
                empty.append((record.id, "text"))
    assert empty == []


def test_every_emergency_page_names_the_help_lines() -> None:
    """Without the police too: many people without papers do not call it."""
    pages = {record.id: " ".join(texts([blocks(record), record.data.get("body")])) for record in RECORDS}
    for id_ in ("schutz", "menschenhandel"):
        for suffix in ("", ".en", ".uk", ".ar"):
            for link in ("(fact:fact-police)", "(fact:fact-emergency)", "(fact:fact-helpline)", "(https://www.kok-gegen-menschenhandel.de/)"):
                assert link in pages[id_ + suffix], (id_ + suffix, link)
    assert "(fact:fact-helpline)" in pages["schutz.de-simple"]
    numbers = [FACTS[f"fact-{name}"]["value"] for name in ("police", "emergency", "helpline")]
    assert numbers == ["110", "112", "116 016"]


def test_family_reunification_begins_with_what_applies() -> None:
    """The suspension is the first thing read, in every language; hardship cases have their own page and address."""
    for record in RECORDS:
        if record.id.partition(".")[0] == "familiennachzug":
            first = record.data["body"][0]
            assert (first["type"], first["value"]["level"]) == ("notice", "warning"), record.id
            assert "2027" in read_in(record.lang, first["value"]["text"]), record.id
            body = " ".join(texts(record.data["body"]))
            assert "page:haertefall-melden" in body or "fact-hardship-email" in body, record.id
        elif record.source_id == "haertefall-melden":
            assert "fact-hardship-email" in " ".join(texts(blocks(record))), record.id


SOURCES = [
    (record.id, record.lang, index, source)
    for record in RECORDS
    for index, source in enumerate(sources(record))
]
"""Each source with the record that names it, the language of its title and its place in the list."""

LANGUAGE_MARKS = {
    "German": {"de": "", "en": " (in German)", "uk": " (німецькою)", "ar": " (بالألمانية)"},
    "English": {"de": " (englisch)", "en": "", "uk": " (англійською)", "ar": " (بالإنكليزية)"},
    "several": {"de": " (mehrsprachig)", "en": " (multilingual)", "uk": " (кількома мовами)", "ar": " (بعدة لغات)"},
}
"""How a title says in which language the page behind it is; nothing where it is the reader's own."""

MONTHS = (
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|January|February|March|May|June|July|October"
    "|December|січень|січня|лютий|лютого|березень|березня|квітень|квітня|травень|травня|червень|червня|липень|липня|серпень|серпня"
    "|вересень|вересня|жовтень|жовтня|листопад|листопада|грудень|грудня|[\\u0600-\\u06ff]+/[\\u0600-\\u06ff]+"
)


def test_each_source_gives_its_date_or_says_that_it_has_none() -> None:
    """Of the records of the source language and of Leichte Sprache; the same page has the same date everywhere."""
    assert [place for *place, source in SOURCES if place[1] in {"de", "de-simple"} and "date" not in source] == []
    dates: dict[str, set[str]] = {}
    for *_place, source in SOURCES:
        if source.get("url") and "date" in source:
            dates.setdefault(source["url"].rstrip("/"), set()).add(source["date"])
    assert {url: found for url, found in dates.items() if len(found) > 1} == {}


def test_no_title_of_a_source_holds_its_date() -> None:
    """It stands in a field of its own. “März 2027” in a title is what the page is about, so only the past counts."""
    pattern = re.compile(rf"(?:{MONTHS})\s(?:19|20(?:0|1|2[0-6]))|\b(?:19|20)\d\d-\d\d")
    assert [(*place, source["title"]) for *place, source in SOURCES if pattern.search(source["title"])] == []


def test_each_source_says_in_which_language_it_is() -> None:
    """A source's marks agree in all languages: what is English in German is English in Ukrainian."""
    titles: dict[tuple[str, int], dict[str, str]] = {}
    for id_, lang, index, source in SOURCES:
        if lang in LANGUAGE_MARKS["German"]:
            titles.setdefault((id_.partition(".")[0], index), {})[lang] = source["title"]
    unmarked = []
    for place, found in titles.items():
        german = next(
            (name for name, marks in LANGUAGE_MARKS.items() if marks["de"] and found["de"].endswith(marks["de"])),
            "German",
        )
        foreign = [mark for name, marks in LANGUAGE_MARKS.items() for mark in marks.values() if name != german and mark]
        for lang, title in found.items():
            if not title.endswith(LANGUAGE_MARKS[german][lang]) or title.endswith(tuple(foreign)):
                unmarked.append((*place, lang, title))
    assert unmarked == []


def test_no_source_is_a_bare_home_page() -> None:
    """A home page proves no figure: the page itself is named, or no link."""
    addresses = [(*place, urlsplit(source["url"])) for *place, source in SOURCES if source.get("url")]
    assert [place for *place, url in addresses if url.path.strip("/") in {"", "de", "en"} and not url.query] == []


def test_the_same_source_has_one_title() -> None:
    titles: dict[tuple[str, str], set[str]] = {}
    for _id, lang, _index, source in SOURCES:
        if source.get("url") and lang != "de-simple":
            titles.setdefault((source["url"].rstrip("/"), lang), set()).add(source["title"])
    assert {place: found for place, found in titles.items() if len(found) > 1} == {}


SUSPENSION = {
    "de": r"subsidiär\w* Schutz[^.]*\bausgesetzt|Nachzug\w* zu Menschen mit subsidiärem Schutz[^.]*ausgesetzt",
    "en": r"subsidiary protection[^.]*\bsuspended|suspended[^.]*subsidiary protection",
    "uk": r"субсидіарн\w+\)? захист[^.]*призупинено",
    "ar": r"الحماية الثانوية[^.]*معلّق",
    "de-simple": r"subsidiären Schutz",
}
"""Where a page says that families cannot join people with subsidiary protection at present."""

SUSPENSION_ENDS = {
    "de": "23. Juli 2027", "en": "23 July 2027", "uk": "23 липня 2027 р.", "ar": "23 تموز/يوليو 2027", "de-simple": "23. Juli 2027"
}  # fmt: skip

RESETTLEMENT_CLOSED = {
    "de": r"niemanden (?:mehr )?über Resettlement",
    "en": r"nobody through resettlement",
    "uk": r"нікого не приймає за програмою переселення",
    "ar": r"أحدًا عبر إعادة التوطين",
}
"""Where a page says that Germany takes nobody through resettlement: on the pages about it alone, with the time since when."""

RESETTLEMENT_PAGES = {
    "resettlement", "resettlement-reise", "humanitaere-aufnahmen", "fragen-und-antworten",
    "landesaufnahmen", "resettlement-in-zahlen", "news-resettlement-suspended-2025", "data-resettlement", "data-resettlement-origins"
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_the_suspension_stands_with_the_day_on_which_it_ends(code: str) -> None:
    """Of family reunification with people who have subsidiary protection: on each page that speaks of it."""
    pages = {id_ for id_, _text in found(code, SUSPENSION[code])}
    assert pages != set()
    assert {id_ for id_, _text in found(code, re.escape(SUSPENSION_ENDS[code]))} >= pages


@pytest.mark.parametrize("code", sorted(RESETTLEMENT_CLOSED))
def test_the_end_of_resettlement_is_said_where_resettlement_is_the_subject(code: str) -> None:
    pages = {id_.partition(".")[0] for id_, _text in found(code, RESETTLEMENT_CLOSED[code])}
    own = {record.id.partition(".")[0] for record in RECORDS if record.lang == code}
    assert pages == RESETTLEMENT_PAGES & own
    assert {id_.partition(".")[0] for id_, _text in found(code, "2025")} >= pages
    elsewhere = found(code, r"bis auf Weiteres|until further notice|до подальшого повідомлення|حتى إشعار آخر")
    assert {id_.partition(".")[0] for id_, _text in elsewhere} == {"news-resettlement-suspended-2025"}


UNSURE = {
    # Lines of the notes that are marked as uncertain or overtaken: a figure or a word that would give one away.
    "the counter of FAP in Berlin": r"Friedrich-Krause-Ufer|13353",
    "FAP in Türkiye": r"info\.fap\.tr|Gayrettepe|212 401 02 50",
    "the return mailbox of 2021": r"iomdeausreise",
    "addresses of 2017 and 2019": r"Charlottenstraße 68|Neumeyerstraße|911 43000|iom-germany@|IOMDEevents",
    "the stages of StarthilfePlus of 2018": r"\b1[.,]?200 ?(?:Euro|euros?|€|євро|يورو)|\b800 ?(?:Euro|euros?|€|євро|يورو)",
    "the highest sum for a family, sources disagree": r"\b(?:3[., ]?500|4[., ]?000) ?(?:Euro|euros?|€|євро|يورو)",
    "the rule of Türkiye of 2024": r"Sonderregelung|special rule for Türkiye",
    "1,000 a month told as of today": r"bis zu 1\.000 Angehörige|up to 1,000 visas",
    "waiting times of 2021": r"etwa zwei Jahre auf einen Termin|about two years for an appointment",
    "staff of years ago": r"150 Mitarbeit|150 Menschen aus 45|150 people of 45|45 Nation|45 nationalit|45 національн|45 جنسية",
    "deeds of centres that may be closed": r"Khartum|Khartoum|Хартум|الخرطوم|\bKabul\b|Кабул|كابول",
    "heads of office of years ago": r"Chauzy|Goracci|Szabados|Шозі|Горакчі",
}


@pytest.mark.parametrize("what", sorted(UNSURE))
def test_nothing_unsure_is_published(what: str) -> None:
    live = {record.id for record in RECORDS if record.data.get("live", True)}
    assert [(code, id_) for code in CODES for id_, _text in found(code, UNSURE[what]) if id_ in live] == []


RIGHTS = {
    "familiennachzug": (
        "gesetze-im-internet.de/aufenthg_2004/__104.html",
        "gesetze-im-internet.de/aufenthg_2004/__36.html",
        "amman.diplo.de",
    ),
    "ankommen": ("gesetze-im-internet.de/aufenthg_2004/__24.html", "eur-lex.europa.eu/eli/dec_impl/2025/1460"),
    "rueckkehr": ("bamf.de/DE/Themen",),
    "reag-garp": ("foerderdatenbank.de/FDB", "bamf.de/DE/Themen"),
    "haertefall-melden": ("gesetze-im-internet.de/aufenthg_2004/__22.html",),
    "starthilfeplus": ("bamf.de/DE/Themen/Rueckkehr/StarthilfePlus",),
    "resettlement": ("mediendienst-integration.de/artikel",),
    "menschenhandel": ("kok-gegen-menschenhandel.de", "gesetze-im-internet.de/sgb_8"),
    "colonia-dignidad": ("bundestag.de",),
}
"""Pages about rights or money, and the laws and authorities that they must lead to."""


@pytest.mark.parametrize("page", sorted(RIGHTS))
def test_what_concerns_rights_or_money_leads_to_the_law_or_the_authority(page: str) -> None:
    for record in RECORDS:
        if record.id.partition(".")[0] == page and record.lang != "de-simple":
            everything = " ".join(texts(record.data))
            assert [link for link in RIGHTS[page] if link not in everything] == [], record.id


KEPT = {
    "de": ("etwa einen Tag", "30 Tage lang", "Nach 90 Tagen", "1 Minute", "acht Stunden", "bis Sie den Browser schließen", "180 Tage lang"),
    "en": ("about one day", "for 30 days", "After 90 days", "one minute", "eight hours", "until you close the browser", "For 180 days"),
    "uk": ("один день", "30 днів", "Через 90 днів", "одну хвилину", "до восьми годин", "доки ви не закриєте браузер", "180 днів"),
    "ar": ("يوم واحد", "30 يومًا", "بعد 90 يومًا", "دقيقة واحدة", "ثماني ساعات", "أن تغلقوا المتصفح", "180 يومًا"),
}  # fmt: skip
"""How each language says how long is kept: tries, known addresses, searches, numbers of requests, sessions, tokens, logins."""


def test_the_data_protection_page_says_what_is_kept_and_for_how_long() -> None:
    """Whoever changes one of these changes the page too."""
    assert {rule.memory for rule in attempts.RULES.values()} == {1800, attempts.DAY}
    kept = (attempts.DAY, attempts.KNOWN_FOR.days, settings.SEARCH_LOG_DAYS, limits.WINDOW, settings.SESSION_COOKIE_AGE)
    assert (*kept, settings.CSRF_COOKIE_AGE, history.KEPT_FOR.days) == (24 * 3600, 30, 90, 60, 8 * 3600, None, 180)
    records = {record.lang: "\n".join(texts(record.data)) for record in RECORDS if record.source_id == "datenschutz"}
    assert {code: [period for period in periods if period not in records[code]] for code, periods in KEPT.items()} == {
        code: [] for code in KEPT
    }
    assert set(records) == set(KEPT)


def grids() -> Iterator[tuple[str, list[str]]]:
    """Return each grid of cards of the trees that are written by hand: the record that holds it and the pages shown."""

    def blocks(value: object) -> Iterator[dict]:
        if isinstance(value, dict):
            if value.get("type") in {"cards", "subpages"}:
                yield value
            for child in value.values():
                yield from blocks(child)
        elif isinstance(value, list):
            for child in value:
                yield from blocks(child)

    for record in RECORDS:
        if record.is_translation:
            continue
        for block in blocks(record.data.get("body")):
            below = [
                other.id for other in RECORDS if other.data.get("parent") == record.id and other.data.get("live", True)
            ]
            yield record.id, block["value"].get("pages", below)


def test_no_drawing_stands_three_times_in_a_grid() -> None:
    drawings = {record.id: (record.data.get("fields") or {}).get("illustration", "") for record in RECORDS}
    repeated = []
    for id_, pages in grids():
        shown = [drawings[page] for page in pages if drawings[page]]
        repeated += [(id_, drawing) for drawing in sorted(set(shown)) if shown.count(drawing) > 2]
    assert repeated == []


DEAD = r"\bMassengrab|\bTote\b|[Tt]odesf[aä]ll|\bstarben\b|Gräuel"


def test_no_cheerful_drawing_stands_above_the_dead() -> None:
    """The rainbow of protection, a family, a journey: none of them where people died."""
    cheerful = {"protection", "family", "film", "integration", "resettlement", "leadership", "health"}
    assert [
        record.id
        for record in RECORDS
        if record.lang == "de"
        and re.search(DEAD, record.data["title"] + (record.data.get("lead") or ""))
        and (record.data.get("fields") or {}).get("illustration", "") in cheerful
    ] == []


def test_each_page_in_leichte_sprache_says_that_nobody_has_tested_it() -> None:
    """Until people with learning difficulties have: then a person names them and the month."""
    pages = [record for record in RECORDS if record.lang == "de-simple" and record.data["type"].startswith(("home.", "work."))]
    pattern = re.compile(r"noch \*\*nicht\*\* (?:geprüft|gelesen)|Leichte Sprache noch prüfen")
    assert [record.id for record in pages if not pattern.search(" ".join(texts(record.data["body"])))] == []
    # With imprint and data protection.
    assert len(pages) == 23


def test_data_protection_says_what_is_stored() -> None:
    """In every language: cookies by name, searches for 90 days, tries of a password with the address, logins for 30 days."""
    for record in RECORDS:
        if record.id.partition(".")[0] == "datenschutz":
            body = " ".join(texts(record.data["body"]))
            stored = [name for name in ("sessionid", "csrftoken", "90", "30", "180", "IP") if name in body]
            assert stored == ["sessionid", "csrftoken", "90", "30", "180", "IP"], record.id
