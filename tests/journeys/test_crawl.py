"""A crawl of every public address over HTTP: no dead link, no mixed language, valid HTML, old addresses redirect."""

from __future__ import annotations

import html
import json
import re
import subprocess
import urllib.parse
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from django.utils.translation import gettext
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from portal.http.views import standalone_page
from portal.language.languages import LANGUAGES, languages_by_code
from portal.shell.refusals import refusal
from tests import support
from tests.journeys.answers import Answer, get

pytestmark = pytest.mark.xdist_group("crawl")


CRAWLED = [language for language in LANGUAGES if language.code in ("de", "ar") or not support.on_postgresql()]
"""The languages whose pages are visited: on PostgreSQL those of the source and of one that follows it, as all links are seen on SQLite."""
LEFT_OUT = {language.code for language in LANGUAGES if language not in CRAWLED}


@dataclass
class Crawl:
    """Everything that can be reached from the home pages."""

    base: str
    pages: dict[str, Answer] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    short: dict[str, Answer] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)

    def run(self) -> Crawl:
        """Follow every link that stays on the portal."""
        waiting = [f"{self.base}/{language.code}/" for language in CRAWLED]
        seen = set(waiting)
        while waiting:
            url = waiting.pop()
            answer = get(url)
            self.pages[url] = answer
            if "html" not in answer.headers.get("content-type", ""):
                continue
            targets = {urllib.parse.urljoin(url, address) for address in answer.tags.addresses}
            self.links[url] = targets
            for target in targets:
                plain = target.split("#")[0]
                if not plain.startswith(self.base) or plain in seen or path_of(f"{plain}/").split("/")[1] in LEFT_OUT:
                    continue
                if ("?neben=" in plain or "/_util/send/" in plain) and zlib.crc32(plain.removeprefix(self.base).encode()) % 20:
                    # Every page stands beside itself in each language, and on a sheet: each twentieth is looked at, always the same.
                    continue
                seen.add(plain)
                if plain.startswith(f"{self.base}/s/"):
                    self.short[plain] = get(plain)
                elif re.search(r"/(static|media|documents)/", plain):
                    self.files[plain] = get(plain).status
                else:
                    waiting.append(plain)
        return self


@pytest.fixture(scope="module")
def crawl(live_portal: support.Portal) -> Crawl:
    return Crawl(live_portal.url).run()


def test_no_link_is_dead(crawl: Crawl) -> None:
    dead = {url: answer.status for url, answer in crawl.pages.items() if answer.status != 200}
    dead |= {url: status for url, status in crawl.files.items() if status != 200}
    assert not dead, {url: (status, [page for page, links in crawl.links.items() if url in links][:2]) for url, status in dead.items()}


def test_a_short_address_leads_to_a_page(crawl: Crawl) -> None:
    targets = [urllib.parse.urljoin(url, answer.headers.get("location", "")) for url, answer in crawl.short.items()]
    assert len(targets) > 10
    assert {target for target in targets if target not in crawl.pages or crawl.pages[target].is_fallback} == set()


def path_of(url: str) -> str:
    """Return the path of an address."""
    return urllib.parse.urlsplit(url).path


def is_html(answer: Answer) -> bool:
    """Return whether an answer is a page."""
    return "html" in answer.headers.get("content-type", "")


def pages_of(crawl: Crawl) -> list[tuple[str, Answer, BeautifulSoup]]:
    """Return address, answer and parsed page of everything that is a page."""
    return [(url, answer, answer.soup) for url, answer in crawl.pages.items() if is_html(answer)]


@pytest.mark.once
def test_there_is_the_content_that_was_promised(crawl: Crawl) -> None:
    paths = {path_of(url): answer for url, answer in crawl.pages.items() if "?" not in url and "/_util/" not in url and is_html(answer)}
    own = {
        language.code: [
            path for path, answer in paths.items() if path.startswith(f"/{language.code}/") and not answer.is_fallback
        ]
        for language in LANGUAGES
    }
    everything = {
        language.code: [path for path in paths if path.startswith(f"/{language.code}/")] for language in LANGUAGES
    }
    assert len(own["de"]) >= 45
    assert len([path for path in own["de"] if path.startswith("/de/aktuelles/")]) > 20
    # Every German page opens in every language that follows the German tree; English is complete.
    assert len(own["en"]) == len(own["de"]) == len(everything["uk"]) == len(everything["ar"])
    # Home, five sections, at least twelve pages, the search.
    assert len(own["uk"]) >= 19
    assert len(own["ar"]) >= 19
    # Home, at least eight pages, the search.
    assert len(own["de-simple"]) >= 10


@pytest.mark.once
def test_fragments_lead_to_an_element(crawl: Crawl) -> None:
    missing = []
    for page, targets in crawl.links.items():
        for target in targets:
            url, _hash, fragment = target.partition("#")
            if fragment and url in crawl.pages and f'id="{fragment}"' not in crawl.pages[url].text and "icons" not in url:
                missing.append((page, target))
    assert not missing


@pytest.mark.once
def test_language_of_every_page(crawl: Crawl) -> None:
    """Language, direction, canonical address and language links agree with the address."""
    languages = languages_by_code()
    for url, answer, soup in pages_of(crawl):
        path = path_of(url)
        code = path.split("/")[1]
        assert soup.html["lang"] == code, url
        assert soup.html["dir"] == languages[code].direction, url
        assert answer.headers["content-language"] == code, url
        for foreign in soup.find_all(lang=True, dir=True):
            assert foreign["dir"] == languages[foreign["lang"]].direction, url
        robots = soup.find("meta", attrs={"name": "robots"})
        canonical = soup.find("link", rel="canonical")
        if answer.is_fallback:
            assert robots["content"] == "noindex", url
            assert path_of(canonical["href"]).startswith("/de/"), url
            assert not soup.head.find_all("link", rel="alternate", hreflang=True), url
        elif not (robots and "noindex" in robots["content"]):
            assert path_of(canonical["href"]) == path, url
        for link in soup.find_all("a", href=True):
            target = urllib.parse.urlsplit(urllib.parse.urljoin(url, link["href"]))
            other = target.path.strip("/").split("/")[0]
            if url.startswith(f"{target.scheme}://{target.netloc}") and other in languages and other != code:
                # What lies in another language says so; inside a fallback the text is German and links stay with the reader.
                around = next((parent["lang"] for parent in link.find_parents(lang=True)), code)
                if other == around and link.get("hreflang") == "de":
                    # Of two versions side by side each links within its language, also to what waits there in German.
                    continue
                expected = languages[other].hreflang if other != around else ""
                assert link.get("hreflang", "") == expected, (url, str(link))


@pytest.mark.once
def test_hreflang_is_reciprocal(crawl: Crawl) -> None:
    sets: dict[str, dict[str, str]] = {}
    for url, _answer, soup in pages_of(crawl):
        alternates = soup.head.find_all("link", rel="alternate", hreflang=True)
        if alternates and "?" not in url:
            sets[path_of(url)] = {link["hreflang"]: path_of(link["href"]) for link in alternates}
    assert {code for alternates in sets.values() for code in alternates} == {"de", "en", "uk", "ar", "x-default"}
    for path, alternates in sets.items():
        assert alternates["x-default"] == alternates["de"], path
        assert path in alternates.values(), path
        for code, target in alternates.items():
            assert sets[target] == alternates, (path, target)
            if code != "x-default":
                assert target.startswith(f"/{code}/"), path


@pytest.mark.once
def test_the_language_switch_does_what_it_says(crawl: Crawl) -> None:
    """All five languages on every page; without a mark the page itself waits, “in German” its fallback, else the home page."""
    names = [(language.code, language.name) for language in LANGUAGES]
    answers = {url.split("#")[0]: answer for url, answer in crawl.pages.items()}
    for url, _answer, soup in pages_of(crawl):
        entries = soup.select(".lang__list > li")
        code = soup.html["lang"]
        assert [(entry.find(lang=True)["lang"], entry.find(lang=True).get_text()) for entry in entries] == names, url
        for entry, language in zip(entries, LANGUAGES, strict=True):
            link, mark = entry.find("a"), entry.find("small")
            if language.code == code:
                assert link is None, url
                assert entry.find(attrs={"aria-current": "true"}), url
                continue
            target = urllib.parse.urljoin(url, link["href"])
            assert link.get("hreflang", "") == language.hreflang, url
            assert path_of(target).startswith(f"/{language.code}/"), (url, target)
            with translation.override(code):
                in_german, home_only = gettext("in German"), gettext("home page only")
            if mark is None:
                assert not answers[target].is_fallback, (url, target)
            elif mark.get_text() == home_only:
                assert path_of(target) == f"/{language.code}/", (url, target)
            else:
                assert mark.get_text() == in_german, (url, mark)
                assert answers[target].is_fallback, (url, target)


TEXT_TAGS = (
    "p", "li", "h1", "h2", "h3", "summary", "td", "th", "figcaption", "button", "label", "option", "dd", "dt", "small", "a", "span",
)  # fmt: skip


BLOCKS = ("p", "li", "ul", "ol", "h1", "h2", "h3", "td", "dd", "div")


def blocks_of_text(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the language that each block of text claims, and the text without what claims another one in it."""
    languages = answer.languages
    holding_blocks: set[int] = set()
    for block in answer.soup.body.find_all(BLOCKS):
        for parent in block.parents:
            if id(parent) in holding_blocks:
                break
            holding_blocks.add(id(parent))
    # Titles of sources stand in their own language.
    sources = answer.soup.body.find_all(class_=["sources", "sources__list"])
    in_sources = {id(tag) for source in sources for tag in source.find_all(True)}
    for tag in answer.soup.body.find_all(TEXT_TAGS):
        if id(tag) in holding_blocks or id(tag) in in_sources:
            continue
        language = languages[id(tag)]
        parts = [text for text in tag.find_all(string=True) if languages[id(text.parent)] == language or text.parent is tag]
        yield language, " ".join(" ".join(parts).replace("\u00ad", "").split())


@pytest.mark.once
def test_every_text_is_in_the_language_that_it_claims(crawl: Crawl) -> None:
    """A language detector reads each block of text; `lang` attributes are obeyed."""
    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages(["de", "en", "uk", "ar", "ru", "fr"])
    wrong = {}
    seen = set()
    for url, answer, _soup in pages_of(crawl):
        for language, text in blocks_of_text(answer):
            if (language, text) in seen or sum(character.isalpha() for character in text) < 60:
                # Names and single words tell a detector nothing.
                continue
            seen.add((language, text))
            found, probability = detector.classify(text)
            if found != language.split("-")[0] and probability > 0.9:
                wrong[url, language, text[:160]] = (found, probability)
    assert len(seen) > 1500
    assert not wrong, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def interface_strings(locale: str) -> tuple[set[str], set[str]]:
    """Return the texts of the interface in one language and in English, as far as they stand alone."""
    catalog = polib.pofile(str(support.BASE_DIR / "locale" / locale / "LC_MESSAGES" / "django.po"))
    entries = [entry for entry in catalog if not (entry.msgctxt or "").startswith("admin") and "%(" not in entry.msgid]
    return {entry.msgstr for entry in entries}, {entry.msgid for entry in entries}


@pytest.mark.once
def test_no_string_of_the_interface_is_in_another_language(crawl: Crawl) -> None:
    strings: dict[str, set[str]] = {}
    for code, locale in (("de", "de"), ("uk", "uk"), ("ar", "ar")):
        strings[code], english = interface_strings(locale)
    strings["en"] = english
    # Words of German too: headings, one also of Leichte Sprache, and in English the name of a kind and that of a field.
    strings["de"] |= {"Service", "Programme", "Büro"}
    # What stands on the organisation's own vacancies and tenders, in English, where it is explained; a word of two languages.
    for code in strings:
        strings[code] |= {"Grade", "Status", "Partner"}
    strings["de-simple"] = strings["de"] | interface_strings("de_Simple")[0]
    wrong = set()
    seen = set()
    for url, answer, soup in pages_of(crawl):
        texts = {(text.strip(), answer.languages[id(text.parent)]) for text in soup.body.find_all(string=True)}
        for tag in soup.body.find_all(True):
            own = [tag[name] for name in ("aria-label", "placeholder", "title", "alt") if tag.get(name)]
            texts.update((text.strip(), answer.languages[id(tag)]) for text in own)
        for plain, language in texts - seen:
            others = {code for code in strings if code != language and plain in strings[code]}
            if plain and others and plain not in strings[language]:
                wrong.add((plain, language, url))
        seen |= texts
    assert not wrong, sorted(wrong)[:20]


@pytest.mark.once
def test_no_request_to_another_host_and_no_cookie(crawl: Crawl) -> None:
    for url, answer in crawl.pages.items():
        assert "set-cookie" not in answer.headers, url
        for source in re.findall(r'<(?:img|script|link|source|iframe)[^>]+(?:src|srcset|href)="([^"]+)"', answer.text):
            if "rel=" not in source:
                assert html.unescape(source).startswith(("/", crawl.base, "http://testserver", "http://127.0.0.1")), (url, source)


@pytest.mark.once
def test_titles_and_descriptions(crawl: Crawl) -> None:
    titles: dict[tuple[str, str], str] = {}
    for url, answer, soup in pages_of(crawl):
        if "?" in url or answer.is_fallback:
            continue
        title = soup.title.get_text(strip=True)
        key = (soup.html["lang"], title)
        assert key not in titles, (url, titles[key])
        titles[key] = url
        assert len(soup.find_all("h1")) == 1, url


@pytest.mark.nu
def test_html_is_valid(crawl: Crawl, tmp_path: Path) -> None:
    names = {}
    for number, (url, answer, _soup) in enumerate(pages_of(crawl)):
        file = tmp_path / f"{number}.html"
        file.write_text(answer.text, encoding="utf-8")
        names[file.name] = url
    others = {"missing": get(f"{crawl.base}/de/nirgends/").text, "broken": standalone_page("500.html")[0]}
    for language in LANGUAGES:
        others |= {f"{status}-{language.code}": refusal(status, f"/{language.code}/").body.decode() for status in (408, 413, 429, 503)}
    for name, text in others.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["java", "-Xmx768m", "-jar", str(support.tool_path("vnu-jar")), "--errors-only", "--format", "json", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=2 * support.PATIENCE,
    )  # fmt: skip
    messages = json.loads(done.stderr or '{"messages": []}')["messages"]
    found = {(names.get(message["url"].rsplit("/", 1)[1], message["url"]), message["message"]) for message in messages}
    assert not found, sorted(found)[:20]


def test_old_addresses_lead_to_a_page(live_portal: support.Portal) -> None:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in (support.BASE_DIR / "content").rglob("*.json")]
    old = [(address, record["lang"]) for record in records for address in record.get("redirect_from", [])]
    assert len(old) >= 30
    for address, language in old:
        answer = get(live_portal.url + urllib.parse.quote(address))
        assert answer.status == 301, address
        assert urllib.parse.urlsplit(answer.headers["location"]).path.startswith(f"/{language}/"), address
