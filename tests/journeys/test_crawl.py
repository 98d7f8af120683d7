"""A crawl of every public address over HTTP: no dead link, no mixed language, valid HTML, old addresses redirect."""

from __future__ import annotations

import html
import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from portal.languages import LANGUAGES
from tests import support

pytestmark = pytest.mark.xdist_group("crawl")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


@dataclass
class Answer:
    """What an address answered."""

    status: int
    headers: dict[str, str]
    text: str


def get(url: str, **headers: str) -> Answer:
    """Ask for an address without following redirects."""
    request = urllib.request.Request(url, headers=headers)
    try:
        response = _opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        answered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, answered, response.read().decode("utf-8", "replace"))


@dataclass
class Crawl:
    """Everything that can be reached from the home pages."""

    base: str
    pages: dict[str, Answer] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)

    def run(self) -> Crawl:
        """Follow every link that stays on the portal."""
        waiting = [f"{self.base}/{language.code}/" for language in LANGUAGES]
        seen = set(waiting)
        while waiting:
            url = waiting.pop()
            answer = get(url)
            self.pages[url] = answer
            if "html" not in answer.headers.get("content-type", ""):
                continue
            soup = BeautifulSoup(answer.text, "html.parser")
            targets = {
                urllib.parse.urljoin(url, tag.get(name))
                for tag in soup.find_all(True)
                for name in ("href", "src")
                if tag.get(name) and not tag.get(name).startswith(("mailto:", "tel:"))
            }
            targets |= {
                urllib.parse.urljoin(url, part.split()[0])
                for tag in soup.find_all(srcset=True)
                for part in tag["srcset"].split(",")
            }
            self.links[url] = targets
            for target in targets:
                plain = target.split("#")[0]
                if not plain.startswith(self.base) or plain in seen:
                    continue
                seen.add(plain)
                if re.search(r"/(static|media|documents)/", plain):
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


def test_there_is_the_content_that_was_promised(crawl: Crawl) -> None:
    paths = [urllib.parse.urlsplit(url).path for url in crawl.pages if "?" not in url]
    german = [path for path in paths if path.startswith("/de/")]
    english = [path for path in paths if path.startswith("/en/")]
    assert len(german) >= 45
    assert len(german) == len(english)
    assert len([path for path in german if path.startswith("/de/aktuelles/")]) > 20


def test_fragments_lead_to_an_element(crawl: Crawl) -> None:
    missing = []
    for page, targets in crawl.links.items():
        for target in targets:
            url, _hash, fragment = target.partition("#")
            if fragment and url in crawl.pages and f'id="{fragment}"' not in crawl.pages[url].text and "icons" not in url:
                missing.append((page, target))
    assert not missing


def test_language_of_every_page(crawl: Crawl) -> None:
    """Language, direction, canonical address and language links agree with the address."""
    for url, answer in crawl.pages.items():
        path = urllib.parse.urlsplit(url).path
        code = path.split("/")[1]
        soup = BeautifulSoup(answer.text, "html.parser")
        assert soup.html["lang"] == code, url
        assert soup.html["dir"] == "ltr", url
        assert answer.headers["content-language"] == code, url
        robots = soup.find("meta", attrs={"name": "robots"})
        canonical = soup.find("link", rel="canonical")
        if not (robots and "noindex" in robots["content"]):
            assert urllib.parse.urlsplit(canonical["href"]).path == path, url
        for link in soup.select("a[href]"):
            target = urllib.parse.urlsplit(urllib.parse.urljoin(url, link["href"]))
            other = target.path.strip("/").split("/")[0]
            if url.startswith(f"{target.scheme}://{target.netloc}") and other in {"de", "en"} and other != code:
                assert link.get("hreflang") == other, (url, str(link))


def test_hreflang_is_reciprocal(crawl: Crawl) -> None:
    def path_of(url: str) -> str:
        return urllib.parse.urlsplit(url).path

    sets: dict[str, dict[str, str]] = {}
    for url, answer in crawl.pages.items():
        alternates = BeautifulSoup(answer.text, "html.parser").select('link[rel="alternate"][hreflang]')
        if alternates and "?" not in url:
            sets[path_of(url)] = {link["hreflang"]: path_of(link["href"]) for link in alternates}
    assert sets
    for path, alternates in sets.items():
        assert set(alternates) == {"de", "en", "x-default"}, path
        assert alternates["x-default"] == alternates["de"], path
        assert path in alternates.values(), path
        for target in alternates.values():
            assert sets[target] == alternates, (path, target)


# Words that only one of the two languages has, common enough to stand in any paragraph of it.
GERMAN_WORDS = {"und", "der", "die", "das", "ist", "mit", "für", "von", "nicht", "werden", "eine", "sind", "oder", "auf"}
ENGLISH_WORDS = {"and", "the", "of", "is", "with", "for", "not", "are", "this", "that", "from", "which", "their"}


def test_no_page_mixes_languages(crawl: Crawl) -> None:
    """The text of each block is in the language that it claims (`lang` attributes obeyed)."""
    wrong = []
    for url, answer in crawl.pages.items():
        soup = BeautifulSoup(answer.text, "html.parser")
        page_language = soup.html["lang"]
        for foreign in soup.select("main [lang], header [lang], footer [lang]"):
            if foreign["lang"] != page_language:
                foreign.extract()
        for tag in soup.select("p, li, h1, h2, h3, summary, td, figcaption, button, label, option"):
            if tag.find(["p", "li", "ul", "ol"]):
                continue
            words = re.findall(r"[a-zäöüß]+", tag.get_text(" ").lower())
            if len(words) < 8:
                # Titles of sources and names stay in their own language.
                continue
            german = sum(word in GERMAN_WORDS for word in words)
            english = sum(word in ENGLISH_WORDS for word in words)
            own, other = (german, english) if page_language == "de" else (english, german)
            if other > own + 1:
                wrong.append((url, tag.get_text(" ", strip=True)[:120]))
    assert not wrong


def test_no_request_to_another_host_and_no_cookie(crawl: Crawl) -> None:
    for url, answer in crawl.pages.items():
        assert "set-cookie" not in answer.headers, url
        for source in re.findall(r'<(?:img|script|link|source|iframe)[^>]+(?:src|srcset|href)="([^"]+)"', answer.text):
            if "rel=" not in source:
                assert html.unescape(source).startswith(("/", crawl.base, "http://testserver", "http://127.0.0.1")), (url, source)


def test_titles_and_descriptions(crawl: Crawl) -> None:
    titles: dict[tuple[str, str], str] = {}
    for url, answer in crawl.pages.items():
        if "?" in url:
            continue
        soup = BeautifulSoup(answer.text, "html.parser")
        title = soup.title.get_text(strip=True)
        key = (soup.html["lang"], title)
        assert key not in titles, (url, titles[key])
        titles[key] = url
        assert len(soup.find_all("h1")) == 1, url


@pytest.mark.nu
def test_html_is_valid(crawl: Crawl, tmp_path: Path) -> None:
    names = {}
    for number, (url, answer) in enumerate(crawl.pages.items()):
        file = tmp_path / f"{number}.html"
        file.write_text(answer.text, encoding="utf-8")
        names[file.name] = url
    error = get(f"{crawl.base}/de/nirgends/")
    (tmp_path / "404.html").write_text(error.text, encoding="utf-8")
    (tmp_path / "500.html").write_text((support.BASE_DIR / "templates" / "500.html").read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        ["java", "-Xmx768m", "-jar", str(support.tool_path("vnu-jar")), "--errors-only", "--format", "json", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=900,
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
