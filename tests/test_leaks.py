"""The leak test: what is not public stands in no answer of the portal, whatever is asked, in whatever language.

One prepared database holds all cases, each version with unguessable words of its own: `key` is what is asked for, `secret` what no
answer may hold. Then every public way is walked once, as somebody who has no right at all, and all answers are looked through.
"""

from __future__ import annotations

import datetime
import hashlib
import html
import re
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import resvg_py
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from django.utils import timezone, translation
from django.utils.http import int_to_base36
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, PageViewRestriction

from home.models import ContentPage, HomePage, OurWorkPage
from news.models import NewsIndexPage, NewsPage
from portal import changes
from portal.discovery import social
from portal.jobs import publication
from portal.language.languages import LANGUAGES, languages_by_code
from portal.models import PortalDocument, PortalImage, Topic
from tests import support
from tests.builders import add, submit, translate_texts
from tests.portal.shell.in_process import ShellClient
from tests.search.test_files import committed  # noqa: F401 (a fixture)

CODES = ["de", "ar", "de-simple"] if support.on_postgresql() else [language.code for language in LANGUAGES]
"""The languages of the cases. On PostgreSQL the source, one that follows it and the tree beside them: of further ones it is asked the same,
with another number of their locale."""
FOLLOWERS = [code for code in CODES if languages_by_code()[code].follows_source and code != "de"]
PRIVATE_ALONE = (CODES[1], "de-simple")
"""The versions that are private without the others."""
LONG = re.compile(r"[\w-]{10,}")
"""What may be or hold a secret word or an address of a hidden page: each is so long, and nothing else than letters, digits, hyphens."""
_LETTERS = {"uk": "абвгдежзиклмнопрстух", "ar": "بتجدرزسشصطعفقكلمنهخغ"}
_LATIN = "bdfghklmnprstvwzaeiou"


def word(*parts: str) -> str:
    """Return an unguessable word in the letters of a language, the last of `parts`; always the same."""
    letters = _LETTERS.get(parts[-1], _LATIN)
    return "".join(letters[byte % len(letters)] for byte in hashlib.sha256("/".join(parts).encode()).digest()[:14])


@dataclass
class Case:
    """A version that is not public: what is asked for, what may stand in no answer, its row."""

    name: str
    code: str
    page: Page | None = None

    @property
    def key(self) -> str:
        """Return the word that is asked for."""
        return word("key", self.name, self.code)

    @property
    def secret(self) -> str:
        """Return the word that no answer may hold."""
        return word("secret", self.name, self.code)

    @property
    def secrets(self) -> set[str]:
        """Return what no answer may hold: the word, and the address of the page.

        A version that is private alone is linked to, and the link says “protected”: its address is known then.
        """
        is_linked = self.page is None or self.name.endswith("one version")
        return {self.secret} if is_linked else {self.secret, self.page.slug}

    @property
    def text(self) -> str:
        """Return both."""
        return f"{self.key} {self.secret}"


@dataclass
class Prepared:
    """All cases, the files that nobody may have, and the topics of the hidden pages."""

    cases: list[Case] = field(default_factory=list)
    documents: list[PortalDocument] = field(default_factory=list)
    images: list[PortalImage] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)


def texts(case: Case, **more: object) -> dict[str, object]:
    """Return the fields of a hidden page: its words stand in all that is shown or found of a page."""
    return {
        "title": case.text, "lead": f"Vorspann {case.text}.", "search_description": f"Kurz {case.text}.", "seo_title": case.text,
        "body": [("heading", case.text), ("text", f"<p>Text {case.text}.</p>")], **more,
    }  # fmt: skip


def in_all_languages(prepared: Prepared, name: str, parent: Page, easy_home: HomePage, **fields: object) -> list[Page]:
    """Make a page with all its versions; each is saved, none published, with the words of its own language."""
    cases = {code: Case(name, code) for code in CODES}
    model = NewsPage if isinstance(parent, NewsIndexPage) else ContentPage
    if model is NewsPage:
        fields = {"date": datetime.date(2026, 11, 1), **fields}
    source = add(parent, model(**texts(cases["de"]), **fields), live=False)
    source.topics.set(prepared.topics)
    source.save_revision()
    cases["de"].page = source
    for code in FOLLOWERS:
        begun = submit(source, code)
        own = {}
        for segment in begun.source.stringsegment_set.select_related("string"):
            text = segment.string.data
            own[text] = text.replace(cases["de"].key, cases[code].key).replace(cases["de"].secret, cases[code].secret)
        translate_texts(begun, own)
        cases[code].page, _created = begun.source.create_or_update_translation(
            begun.target_locale, publish=False, fallback=True
        )
    easy = ContentPage(**texts(cases["de-simple"]), locale=easy_home.locale, translation_key=source.translation_key)
    cases["de-simple"].page = add(easy_home, easy, live=False)
    easy.save_revision()
    prepared.cases.extend(cases.values())
    return [case.page for case in cases.values()]


def put_online(pages: list[Page]) -> list[Page]:
    """Publish versions, the source first."""
    return [_publish(page) for page in pages]


def _publish(page: Page) -> Page:
    page = Page.objects.get(pk=page.pk).specific
    page.get_latest_revision().publish()
    return Page.objects.get(pk=page.pk).specific


def restrict(page: Page, kind: str) -> None:
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind, password="sesam")  # noqa: S106
    restriction.groups.set(Group.objects.all()[:1])


def prepare() -> Prepared:
    """Put all cases into the initial content, below the news and below a section, and pages beside them that refer to them."""
    prepared = Prepared(topics=list(Topic.objects.filter(locale__language_code="de")[:1]))
    section = OurWorkPage.objects.get(locale__language_code="de")
    easy_home = HomePage.objects.get(locale__language_code="de-simple")
    later, sooner = timezone.now() + datetime.timedelta(days=9), timezone.now() - datetime.timedelta(days=9)
    for place, parent in (("page", section), ("news", NewsIndexPage.objects.get(locale__language_code="de"))):

        def make(name: str, under: Page = parent, place: str = place, **fields: object) -> list[Page]:
            return in_all_languages(prepared, f"{place} {name}", under, easy_home, **fields)

        make("draft")
        for kind in (PageViewRestriction.PASSWORD, PageViewRestriction.LOGIN, PageViewRestriction.GROUPS):
            pages = put_online(make(kind))
            restrict(pages[0], kind)
        for page in reversed(put_online(make("unpublished"))):
            page.unpublish()
        expired = put_online(make("expired"))
        Page.objects.filter(pk__in=[page.pk for page in expired]).update(expire_at=sooner)
        for page in make("scheduled", go_live_at=later):
            Page.objects.filter(pk=page.pk).update(go_live_at=later)
            page = Page.objects.get(pk=page.pk).specific
            page.go_live_at = later
            page.save_revision(approved_go_live_at=later).publish()
        if place == "page":
            above = make("ancestor")
            put_online(above)
            put_online(make("below an ancestor", Page.objects.get(pk=above[0].pk).specific))
            restrict(above[0], PageViewRestriction.LOGIN)
        one_version = make("one version")
        for page in one_version:
            # Its address is no secret: links lead there and say “protected”. Each has its own; a source's would give way to the title.
            page.slug = f"{place}-one-version-{page.locale.language_code}"
            page.save_revision()
        for page, code in zip(put_online(one_version), CODES, strict=True):
            if code in PRIVATE_ALONE:
                restrict(page, PageViewRestriction.PASSWORD)
        prepared.cases = [
            case for case in prepared.cases if case.name != f"{place} one version" or case.code in PRIVATE_ALONE
        ]
    for code in CODES:
        drafted_changes(prepared, section, code, easy_home)
        restricted_file(prepared, section, code, easy_home)
    publication.run()
    refer(prepared, section, easy_home)
    return prepared


def _beside(section: Page, code: str, easy_home: HomePage, **fields: object) -> Page:
    """Return a public page of one language, with a word of its own that everybody may find."""
    parent = easy_home if code == "de-simple" else Page.objects.get(
        translation_key=section.translation_key, locale__language_code=code
    ).specific  # fmt: skip
    return add(parent, ContentPage(locale=Locale.objects.get(language_code=code), **fields))


def drafted_changes(prepared: Prepared, section: Page, code: str, easy_home: HomePage) -> None:
    """A public page with changes that nobody has published yet."""
    case = Case("changes", code)
    page = _beside(section, code, easy_home, title=f"Harmlos {code}", lead="Harmlos.")
    for name, value in texts(case).items():
        setattr(page, name, value)
    page.save_revision()
    prepared.cases.append(case)


def restricted_file(prepared: Prepared, section: Page, code: str, easy_home: HomePage) -> None:
    """A public page that offers a document and shows a picture, both in a restricted collection."""
    closed = Collection.objects.filter(name="Verschlossen").first()
    if closed is None:
        closed = Collection.get_first_root_node().add_child(name="Verschlossen")
        CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    case = Case("document", code)
    content = f"Text {case.text}.".encode()
    document = PortalDocument(title=case.text, collection=closed, file=ContentFile(content, name=f"{case.secret}.txt"))
    document.file_size = len(content)
    document.save()
    image = PortalImage.objects.create(
        title=case.text, collection=closed, file=get_test_image_file(f"{case.secret}.png")
    )
    link = f'<p><a linktype="document" id="{document.pk}">Blatt</a></p>'
    body = [("downloads", [{"document": document, "description": ""}]), ("text", link)]
    _beside(section, code, easy_home, title=f"Mit Blatt {code}", body=body, image=image)
    prepared.cases.append(case)
    prepared.documents.append(document)
    prepared.images.append(image)


def refer(prepared: Prepared, section: Page, easy_home: HomePage) -> None:
    """Public pages of each language that link to all that is hidden, in text, cards and related pages."""
    hidden = [case.page for case in prepared.cases if case.page is not None]
    for code in CODES:
        links = "".join(f'<p>Siehe <a linktype="page" id="{page.pk}">dort</a></p>' for page in hidden)
        related = [("page", page) for page in hidden]
        _beside(section, code, easy_home, title=f"Zeuge {code}", body=[("text", links)], related_pages=related)


class Walk:
    """All answers of the public ways, and which addresses of the URL configuration they came from."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.client = ShellClient()
        self.routes: set[str] = set()
        self.leaks: set[tuple[str, str, str]] = set()
        self.number = self.seen = 0
        self.secrets = {secret.lower(): case for case in prepared.cases for secret in case.secrets}
        assert all(LONG.fullmatch(secret) for secret in self.secrets)

    def look(self, address: str, said: str, where: str = "", typed: str = "") -> None:
        """Look for what may not be there in what was said; what was asked or typed is said again, and is no secret."""
        said = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), html.unescape(said))
        said = urllib.parse.unquote(said).replace("\u00ad", "").lower()
        asked = urllib.parse.unquote(address).split("?")[0].lower()
        for part in (asked, asked.rstrip("/").rsplit("/", 1)[-1]):
            said = said.replace(part, "") if len(part) > 3 else said
        # Hundreds of words are looked for in thousands of answers: of these only what is as long as such a word is looked through.
        long_words = "\n".join(set(LONG.findall(said)))
        for secret, case in self.secrets.items():
            if secret in long_words and case.secret not in typed:
                self.leaks.add((case.name, case.code, where or address))

    def ask(self, address: str, method: str = "get", **data: object) -> object:
        """Ask for one address, through the page cache, and look through the answer, its headers too."""
        self.client.cookies.clear()
        response = getattr(self.client, method)(address, data)
        self.number += 1
        assert response.status_code < 500, address
        parts = urllib.parse.urlsplit(address).path
        code = next((code for code in CODES if parts.startswith(f"/{code}/")), "de")
        # An address that is none is answered too.
        with translation.override(code), suppress(Resolver404):
            self.routes.add(_plain(resolve(urllib.parse.unquote(parts)).route.replace(f"{code}/", "de/", 1)))
        kind = response.headers.get("Content-Type", "")
        body = "" if kind.startswith("image/") else b"".join(response).decode("utf-8", "replace")
        said = body + "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        query = urllib.parse.urlencode(data)
        self.look(address, said, f"{method} {address}?{query}", str(data.get("q", "")))
        return response


def read_by_an_editor(done: Walk) -> None:
    """Let somebody who may read all of it ask for every page first: no visitor gets what was made for them."""
    editor = User.objects.create_superuser("liest-alles", "liest-alles@example.org", "p")
    for case in done.prepared.cases:
        if case.page is not None:
            done.client.force_login(editor)
            done.seen += case.secret in done.client.get(case.page.get_url()).content.decode()
    done.client.cookies.clear()


def _misspelt(text: str) -> str:
    """Return a word with two neighbouring letters exchanged."""
    at = next(number for number in range(4, len(text)) if text[number] != text[number + 1])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def walk(prepared: Prepared) -> Walk:
    """Ask for everything that has an address, as a visitor."""
    done = Walk(prepared)
    read_by_an_editor(done)
    for address in (
        "/",
        "/llms.txt",
        "/robots.txt",
        "/favicon.ico",
        "/qr.svg?path=/de/",
        "/.well-known/security.txt",
        "/static/portal/css/site.css",
        "/sitemap.xml",
        "/de/nirgends/",
        "/en/nirgends/",
        "/ar/nirgends",
        "/nirgends",
        "/api/v2/nirgends/",
    ):
        done.ask(address)
    for ways in (of_language, of_api, of_pages, of_files):
        ways(done)
    return done


def of_language(done: Walk) -> None:
    """Sitemaps, feeds, search and suggestions of each language, asked for each hidden word."""
    for code in CODES:
        done.ask(f"/sitemap-{code}.xml")
        done.ask(f"/sitemap-{code}-2.xml")
        for kind in ("rss", "atom"):
            done.ask(f"/{code}/feed.{kind}")
            for topic in done.prepared.topics:
                done.ask(f"/{code}/feed/{topic.slug}.{kind}")
        for kind, formats in (("event", ("rss", "atom", "ics")), ("vacancy", ("rss", "atom")), ("tender", ("rss", "atom"))):
            for name in formats:
                done.ask(f"/{code}/feeds/{kind}.{name}")
                done.ask(f"/{code}/feeds/{kind}/{done.prepared.topics[0].slug}.{name}")
        for address in ("updates/", "updates.rss"):
            done.ask(f"/{code}/{address}")
        search = f"/{code}/{languages_by_code()[code].search_path}/"
        done.ask(search)
        done.ask(f"{search}click/", "post", url=f"/{code}/", query="x")
        for case in done.prepared.cases:
            if case.code != code and case.code != "de":
                continue
            done.ask(search, q=case.key, format="json")
            if case.page is not None:
                done.ask(f"/{code}/feeds/event/items/{case.page.translation_key}.ics")
                done.ask(f"/{code}/data/{case.page.translation_key}.csv")
                done.ask(f"/{code}/data/{case.page.translation_key}/1.csv")
            done.ask(f"{search}suggestions/", q=case.key[:4])
            if case.code == code:
                done.ask(search, q=case.key)
                done.ask(search, q=_misspelt(case.secret))
                done.ask(search, q=case.secret, format="json")
                done.ask(f"{search}suggestions/", q=case.secret[:4])


def of_api(done: Walk) -> None:
    """The read API: lists, single pages, what is searched and found by address or translation."""
    api = "/api/v2/pages/"
    done.ask("/api/v2/")
    for offset in range(0, 500, 20):
        done.ask(api, fields="*", limit="20", offset=str(offset))
    for case in done.prepared.cases:
        done.ask(api, search=case.key, fields="*")
        if case.page is None:
            continue
        done.ask(f"{api}{case.page.pk}/", fields="*")
        done.ask(f"{api}find/", html_path=case.page.get_url() or "/")
        for name in ("translation_of", "child_of", "ancestor_of"):
            done.ask(api, **{name: str(case.page.pk)})
        done.ask(api, slug=case.page.slug, fields="*")
        done.ask(api, title=case.key, fields="*")


def of_pages(done: Walk) -> None:
    """Every page of the tree at its own address, hidden or not; passwords, pictures for links, lists and what is none."""
    for page in Page.objects.filter(depth__gt=1).order_by("path"):
        address = page.get_url()
        response = done.ask(address)
        if page.pk in {case.page.pk for case in done.prepared.cases if case.page}:
            done.ask(f"{address}nirgends/")
            done.ask(address.rstrip("/"))
            done.ask(address.upper())
            picture_of(done, page)
            number = int_to_base36(page.pk)
            for way in (f"{address.rstrip('/')}.md", f"/s/{number}", f"/de/_util/send/{number}/", f"/ar/_util/send/{number}/"):
                done.ask(way)
        elif response.status_code == 200 and page.depth <= 3:
            picture_of(done, page)
            for number in (2, 3):
                done.ask(f"{address}?page={number}")
            for topic in done.prepared.topics:
                done.ask(f"{address}?topic={topic.slug}")
            done.ask(f"{address}?kind=news&year=2026")
    for restriction in PageViewRestriction.objects.all():
        for page in (restriction.page, Page.objects.filter(depth=2).first()):
            address = f"/de/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
            done.ask(address, "post", password="falsch", return_url="/de/")  # noqa: S106
    for code in CODES:
        done.ask(f"/{code}/index.md")
        done.ask(f"/{code}/_util/read-aloud/")
        done.ask(f"/{code}/_util/login/")
        done.ask(f"/{code}/_util/password/")
        done.ask(f"/{code}/_util/second-factor/")


def picture_of(done: Walk, page: Page) -> None:
    """The picture of a page, its digest guessed right."""
    for code in {page.locale.language_code, "de", "en"}:
        with translation.override(code):
            done.ask(social.address(page))


def of_files(done: Walk) -> None:
    """Documents and renditions, at every address that they ever had."""
    for document in done.prepared.documents:
        done.ask(f"/documents/{document.pk}/{document.filename}")
        done.ask(f"/documents/{document.pk}/x.txt")
        done.ask(
            f"/documents/authenticate_with_password/{CollectionViewRestriction.objects.first().pk}/",
            "post",
            password="x",
        )  # noqa: S106
        done.ask(f"/media/{document.file.name}")
    for image in done.prepared.images:
        rendition = image.get_rendition("width-100")
        assert done.ask(rendition.url).status_code in (302, 403, 404)
        assert done.ask(f"/media/{image.file.name}").status_code == 404


def _plain(route: str) -> str:
    """Return a route without the marks of its beginning and the prefix of a language."""
    return route.replace("^", "").removeprefix("de/")


def public_routes(patterns: list, prefix: str = "") -> Iterator[str]:
    """Yield all routes of the URL configuration that stand outside the admin."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from public_routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield _plain(route)


NEVER_REACHED = {r"((?:[\w\-]+/)*)$", r"documents/(\d+)/(.*)$", "_util/shared/<str:token>/"}
"""Routes that stand behind others and are there for reversing alone, and the one to drafts that nobody has given out here."""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that were handed to the renderer of pictures: they say what is in a picture, and one is drawn for all."""
    handed: list[str] = []
    picture: list[bytes] = []
    render = resvg_py.svg_to_bytes

    def recording(*, svg_string: str, **options: object) -> bytes:
        handed.append(svg_string)
        if not picture:
            picture.append(render(svg_string=svg_string, **options))
        return picture[0]

    monkeypatch.setattr(resvg_py, "svg_to_bytes", recording)
    return handed


def test_what_is_not_public_is_in_no_answer(content: None, committed: Callable, drawn: list[str]) -> None:  # noqa: F811
    with committed():
        prepared = prepare()
    for case in prepared.cases:
        if case.page is not None:
            case.page = Page.objects.get(pk=case.page.pk)
    assert len(prepared.cases) == len(CODES) * (9 + 7 + 2) + 2 * 2
    assert len({case.secret for case in prepared.cases}) == len(prepared.cases)
    changes.announce(changes.EVERYTHING)
    done = walk(prepared)
    for svg in drawn:
        done.look("", svg, "picture")
    assert not done.leaks, _told(done)
    assert done.seen > len(CODES)
    again = done.client.hits
    for page in Page.objects.filter(depth__gt=1):
        done.ask(page.get_url())
    assert not done.leaks, _told(done)
    assert done.client.hits - again > 100, "hardly anything came out of the page cache"
    assert drawn, "no picture was drawn at all"
    with translation.override("de"):
        missed = set(public_routes(get_resolver().url_patterns)) - done.routes
    assert missed == NEVER_REACHED


def _told(done: Walk) -> str:
    lines = sorted(f"{name} [{code}]: {where}" for name, code, where in done.leaks)
    return f"{len(lines)} leaks in {done.number} answers:\n" + "\n".join(lines[:60])
