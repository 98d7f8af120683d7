"""What somebody can put into a request shapes nobody else's answer: headers, hosts, languages, parameters that mean nothing here.

Every answer that a cache may keep is compared, headers and all, with the one to a plain request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal import changes
from portal.http import policy
from portal.settings import environment
from portal.settings.values import SettingError
from tests.builders import make_content_page, make_home, make_news, make_news_index, translate

EVIL = "evil.example"
HEADERS = {
    "X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Forwarded-Proto": "https", "X-Forwarded-Scheme": "https",
    "X-Forwarded-Port": "6666", "X-Forwarded-Prefix": "/evil.example", "X-Forwarded-For": "6.6.6.6, evil.example", "X-Real-IP": EVIL,
    "Forwarded": "host=evil.example;proto=https", "X-Host": EVIL, "X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/",
    "X-HTTP-Method-Override": "POST", "X-Script-Name": "/evil.example", "Script-Name": "/evil.example", "Origin": "https://evil.example",
    "Referer": "https://evil.example/", "User-Agent": "<evil.example>", "Via": EVIL, "True-Client-IP": EVIL,
    "X-Requested-With": "XMLHttpRequest", "Upgrade-Insecure-Requests": "1", "Save-Data": "on", "Accept-Language": "ar, evil.example",
    "Cookie": "django_language=ar; evil.example=1; language=ar", "Content-Type": "application/evil.example",
    "Accept": "application/evil.example",
    "Sec-Fetch-Site": "cross-site", "Cache-Control": "no-cache", "Pragma": "no-cache", "Authorization": "Basic evil.example",
}  # fmt: skip
PARAMETERS = (
    "utm_source=evil.example", "fbclid=evil.example", "_=1", "callback=evil.example", "lang=ar", "language=ar", "locale=ar",
    "host=evil.example", "next=https://evil.example/", "preview=1", "nocache=1", "%22%3E%3Cscript%3Eevil.example", "a=1&a=2",
    "PHPSESSID=evil.example",
)  # fmt: skip
WITHOUT_LANGUAGE = ("/", "/nirgends/", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt", "/favicon.ico")
VARIES = {"accept-language", "accept-encoding", "cookie"}


@pytest.fixture
def addresses(db: None) -> list[str]:
    """Make pages in two languages, and return the address of one of each kind of answer."""
    home = make_home()
    page = make_content_page(home, "Rückkehr")
    news = make_news(make_news_index(home), "Meldung")
    english = [translate(page, title="Return"), translate(news, title="Notice")]
    pages = [each.get_url() for each in (home, page, news.get_parent(), news, *english, english[0].get_parent())]
    of_languages = [f"/{code}{rest}" for code in ("de", "en") for rest in ("/feed.rss", "/nirgends/")]
    return [*pages, *of_languages, "/de/suche/?q=Meldung", "/en/search/?q=Notice", "/sitemap-de.xml", "/api/v2/pages/", *WITHOUT_LANGUAGE]


def told(answer: HttpResponse) -> tuple[int, dict[str, str], str]:
    """Return an answer without what differs by itself."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "Expires"}}
    return answer.status_code, headers, re.sub(r"<lastBuildDate>[^<]*", "", answer.getvalue().decode("utf-8", "replace"))


@pytest.mark.once
def test_no_header_shapes_an_answer_unless_it_says_so(addresses: list[str]) -> None:
    """What it varies by are three headers and no others, and within a language that of the reader is none of them."""
    client = Client()
    for address in addresses:
        plain = told(client.get(address))
        varies = {name.strip().lower() for name in plain[1].get("Vary", "").split(",")} - {""}
        assert varies <= VARIES, address
        assert ("accept-language" in varies) is False or address in WITHOUT_LANGUAGE
        for name, value in HEADERS.items():
            if name.lower() not in varies:
                assert told(Client().get(address, headers={name: value})) == plain, (address, name)
        everything = {name: value for name, value in HEADERS.items() if name.lower() not in varies}
        answer = told(Client().get(address, headers=everything))
        assert EVIL not in f"{answer}", address
        # Whoever comes next gets what came before.
        assert told(Client().get(address)) == plain


def test_each_answer_says_what_it_is_and_is_open_to_no_other_origin(addresses: list[str]) -> None:
    for address in addresses:
        answer = Client().get(address, headers={"Origin": "https://evil.example"})
        kind = answer.headers.get("Content-Type", "")
        assert kind or not answer.getvalue(), address
        assert "charset=utf-8" in kind or not re.match(r"text/|.*xml", kind), (address, kind)
        assert [name for name in answer.headers if name.startswith("Access-Control")] == []
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_parameter_that_means_nothing_shapes_an_answer(addresses: list[str]) -> None:
    """Nor does it stand anywhere in it: neither in links to other languages, nor in what says which address is the page's own."""
    client = Client()
    for address in addresses:
        if address.startswith("/api/"):
            # Which says that it does not know it.
            continue
        plain = told(client.get(address))
        for parameter in PARAMETERS:
            answer = told(client.get(f"{address}{'&' if '?' in address else '?'}{parameter}"))
            assert EVIL not in f"{answer}" or answer[0] in {301, 302}, (address, parameter)
            if "?" not in address:
                assert answer == plain or answer[0] in {301, 302, 400}, (address, parameter)


@pytest.mark.once
@pytest.mark.parametrize("host", [EVIL, "testserver@evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "a b", "/"])
def test_another_host_gets_nothing(addresses: list[str], host: str) -> None:
    for address in addresses[:2]:
        answer = told(Client(SERVER_NAME="testserver").get(address, headers={"host": host} if host else {}, HTTP_HOST=host))
        assert (answer[0], EVIL in f"{answer}") == (400, False)


@pytest.mark.once
def test_what_everybody_gets_is_the_same_at_each_host_that_is_ours(addresses: list[str], settings: object) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "andere.example"]
    for address in addresses:
        assert told(Client().get(address, headers={"host": "andere.example"})) == told(Client().get(address)), address


def of_cached_fragments(addresses: list[str]) -> Iterator[str]:
    """Yield the addresses after everything that is kept was built by an attacker's request."""
    for address in addresses:
        cache.clear()
        changes.announce(changes.EVERYTHING)
        Client().get(f"{address}{'&' if '?' in address else '?'}utm_source={EVIL}", headers=HEADERS)
        yield address


def test_what_is_kept_was_built_for_nobody_in_particular(addresses: list[str]) -> None:
    """Menus, footers and lists that an attacker's request builds are those of everybody."""
    before = {address: told(Client().get(address)) for address in addresses}
    for address in of_cached_fragments(addresses):
        assert told(Client().get(address)) == before[address], address


# --- reports ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "own"), [("/de/", policy.VISITORS_POLICY), ("/admin/login/", policy.ADMIN_POLICY), ("/en/nirgends/", "")])
def test_browsers_report_what_was_forbidden_where_the_setting_says(addresses: list[str], settings: object, path: str, own: str) -> None:
    before = Client().get(path).headers
    assert ("report" in before["Content-Security-Policy"], "Reporting-Endpoints" in before) == (False, False)
    settings.CSP_REPORT_URI = "https://reports.example/csp?key=1"
    headers = Client().get(path).headers
    expected = f"{own or before['Content-Security-Policy']}; report-uri https://reports.example/csp?key=1; report-to csp"
    assert headers["Content-Security-Policy"] == expected
    assert headers["Reporting-Endpoints"] == 'csp="https://reports.example/csp?key=1"'


@pytest.mark.parametrize(("given_address", "is_one"), [
    ("", True), ("https://reports.example/csp?key=1", True), ("/csp", True), ("http://127.0.0.1:9/csp", True),
    ("reports.example", False), ("//reports.example/", False), ("javascript:alert(1)", False), ("https://a.example/; script-src *", False),
    ('https://a.example/"', False), ("https://a.example/,b", False), ("https://a.example/ b", False), ("https:///csp", False),
    ("https://a.example/\n", True),
])  # fmt: skip
def test_an_address_of_reports_is_one(monkeypatch: pytest.MonkeyPatch, given_address: str, is_one: bool) -> None:
    monkeypatch.setenv("CSP_REPORT_URI", given_address)
    if is_one:
        assert environment.report_address() == given_address.strip()
    else:
        with pytest.raises(SettingError, match=r"^CSP_REPORT_URI="):
            environment.report_address()


# --- whatever there is -------------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from([
    "de", "en", "ar", "_util", "admin", "api", "v2", "pages", "documents", "media", "feed.rss", "sitemap.xml", "static", "og", "suche",
    "login", "..", ".", "%2e%2e", "%00", "%ff", "%2f", "\u202e", "٣", "ß", "a" * 200, "1", "-1", "9" * 30, ";", "*", "'", '"', "<b>", "\\",
    " ", "+",
])  # fmt: skip
_PATHS = st.lists(_PIECES, max_size=5).map(lambda parts: "/" + "/".join(parts))
_NAMES = st.sampled_from(["q", "page", "topic", "kind", "year", "next", "neben", "format", "limit", "offset", "fields", "search", "id"])
_VALUES = st.one_of(st.text(max_size=20), _PIECES)
_odd = settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@_odd
@given(path=_PATHS, query=st.dictionaries(_NAMES, _VALUES, max_size=3), slash=st.booleans())
@example(path="/api/v2/pages", query={"fields": "*(" * 9}, slash=True)
@example(path="/de", query={"page": "9" * 30, "neben": "\x00"}, slash=True)
def test_no_address_is_an_error(addresses: list[str], path: str, query: dict[str, str], slash: bool) -> None:
    """Whatever is asked for has an answer that is no fault of the portal, and leads to no other host."""
    answer = Client(raise_request_exception=False).get(f"{path}{'/' if slash else ''}", query)
    assert answer.status_code < 500
    assert not re.match(r"(?:https?:)?[/\\]{2}(?!testserver)", answer.headers.get("Location", ""))


@_odd
@given(
    path=st.sampled_from(["/admin/login/", "/de/_util/login/", "/ar/_util/second-factor/", "/de/suche/click/", "/de/"]),
    form=st.dictionaries(
        st.sampled_from(["username", "password", "next", "code", "email", "url", "query", "return_url", "csrfmiddlewaretoken"]), _VALUES
    ),
)
def test_no_form_is_an_error(addresses: list[str], path: str, form: dict[str, str]) -> None:
    answer = Client(raise_request_exception=False).post(path, form)
    assert answer.status_code < 500
    assert not re.match(r"(?:https?:)?[/\\]{2}(?!testserver)", answer.headers.get("Location", ""))
