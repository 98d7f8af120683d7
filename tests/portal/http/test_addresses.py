"""Odd addresses and parameters: never a server error, always the site's look in the visitor's language."""

from __future__ import annotations

import re

import pytest
from django.template import loader
from django.test import Client, RequestFactory

from portal.http import views
from tests.builders import make_content_page, make_home, make_news, make_news_index, make_topic, translate

pytestmark = pytest.mark.django_db

ODD_PATHS = [
    "/de/%00/",
    "/de/%ff/",
    "/de/%ed%a0%80/",
    "/de/" + "x" * 8000 + "/",
    "/de/" + "x/" * 2000,
    "/de/../../etc/passwd",
    "/de/%2e%2e/%2e%2e/",
    "/de/🙂/",
    "/xx/",
    "/nirgends",
    "/%00",
    "//de//",
    "/de/aktuelles/%00",
    "/documents/999999/x.pdf",
    "/documents/%00/x.pdf",
    "/media/../secret_key",
    "/media/%00",
    "/media/documents/x.pdf",
    "/admin/pages/%00/",
]
ODD_VALUES = ["-1", "0", "abc", "1" + "0" * 30, "%00", "%ff", "%ed%a0%80", "'", '"', "..", "x" * 5000, "", "🙂", "1&page=2", "[]"]
PARAMETERS = ["page", "kind", "topic", "year", "q", "unknown"]


@pytest.mark.parametrize("path", ODD_PATHS)
def test_odd_paths(client: Client, path: str) -> None:
    home = make_home()
    make_news_index(home)
    response = client.get(path)
    assert response.status_code in {200, 301, 302, 400, 404, 405, 414, 429}


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_odd_parameters(client: Client, parameter: str) -> None:
    home = make_home()
    make_news(make_news_index(home))
    make_content_page(home, title="Seite")
    for address in ("/", "/de/", "/de/aktuelles/", "/de/seite/", "/de/suche/", "/de/nirgends/"):
        for value in ODD_VALUES:
            response = client.get(f"{address}?{parameter}={value}")
            assert response.status_code in {200, 301, 302, 400, 404}, (address, value)


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_other_methods(client: Client, method: str) -> None:
    make_home()
    for address in ("/", "/de/", "/de/suche/"):
        assert getattr(client, method)(address).status_code < 500


@pytest.mark.parametrize(
    ("path", "accept", "language", "text"),
    [
        ("/de/nirgends/", "en", "de", "Diese Seite gibt es nicht"),
        ("/en/nowhere/", "de", "en", "This page does not exist"),
        ("/nirgends/", "en-GB,en;q=0.8,de;q=0.5", "en", "This page does not exist"),
        ("/nirgends/", "fr", "de", "Diese Seite gibt es nicht"),
    ],
)
def test_a_missing_page_speaks_the_visitors_language(client: Client, path: str, accept: str, language: str, text: str) -> None:
    translate(make_home(), title="Home")
    response = client.get(path, headers={"accept-language": accept})
    html = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}"' in html
    assert text in html
    assert 'class="site-head"' in html
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize("path", ["/en/seite/", "/uk/seite/", "/de/page/", "/seite/", "/page/"])
def test_a_missing_page_names_those_that_lie_there_in_other_languages(client: Client, path: str) -> None:
    translate(make_content_page(make_home(), "Seite"), title="Page")
    response = client.get(path)
    html = response.content.decode().split("<main")[1].split("</main>")[0]
    assert response.status_code == 404
    assert 'href="/de/seite/"' in html
    assert 'href="/en/page/"' in html


def test_errors_work_on_an_empty_database(client: Client) -> None:
    assert client.get("/de/").status_code == 404
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("accept", "address"),
    [
        ("de", "/de/"),
        ("en", "/en/"),
        ("en;q=0.2,de;q=0.9", "/de/"),
        ("fr,en;q=0.5", "/en/"),
        ("fr", "/de/"),
        ("", "/de/"),
        ("\x00;;q", "/de/"),
        ("fr,en;q=0", "/de/"),
        ("en;q=0.5,*;q=0.8", "/de/"),
        ("en-GB,de;q=0.9", "/en/"),
    ],
)
def test_first_contact(client: Client, accept: str, address: str) -> None:
    translate(make_home(), title="Home")
    # Whoever set it.
    client.cookies["django_language"] = "en" if address == "/de/" else "de"
    response = client.get("/", headers={"accept-language": accept})
    assert (response.status_code, response.headers["Location"]) == (302, address)
    assert response.headers["Vary"] == "Accept-Language"
    assert not response.cookies


@pytest.mark.parametrize(
    ("accept", "address"),
    [("ru-UA", "/uk/"), ("ru-UA,ru;q=0.9,en;q=0.5", "/uk/"), ("ru-RU", "/de/"), ("uk-UA", "/uk/"), ("ua", "/de/")],
)
def test_who_names_a_region_gets_its_language(client: Client, accept: str, address: str) -> None:
    translate(make_home(), "uk", title="Головна")
    assert client.get("/", headers={"accept-language": accept}).headers["Location"] == address


def test_first_contact_never_leads_to_a_language_without_a_home_page(client: Client) -> None:
    make_home()
    assert client.get("/", headers={"accept-language": "en"}).headers["Location"] == "/de/"


def test_a_visitor_gets_no_cookie_and_the_answer_does_not_vary_by_it(client: Client) -> None:
    make_content_page(make_home(), title="Seite")
    for address in ("/de/", "/de/seite/", "/de/suche/?q=x", "/de/nirgends/"):
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_security_headers(client: Client) -> None:
    make_home()
    headers = client.get("/de/").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    assert policy.endswith("; require-trusted-types-for 'script'")


@pytest.mark.once
def test_the_500_page_needs_nothing(rf: RequestFactory, django_assert_num_queries: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise AssertionError("the cache was asked")

    monkeypatch.setattr("django.core.cache.cache.get", broken)
    views._server_error_page.cache_clear()
    with django_assert_num_queries(0):
        response = views.server_error(rf.get("/de/"))
    html = response.content.decode()
    assert response.status_code == 500
    for language in ("de", "en", "uk", "ar"):
        assert f'lang="{language}"' in html
    assert "{%" not in html
    assert not re.search(r'(?:src|href)="(?!/)', html)
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/=]{44}'", response.headers["Content-Security-Policy"])


def test_an_error_in_a_view_shows_the_500_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home()
    client.raise_request_exception = False

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("home.models.HomePage.get_context", broken)
    response = client.get("/de/")
    assert response.status_code == 500
    assert "<style>" in response.content.decode()


def test_templates_hold_no_inline_style_or_script() -> None:
    engine = loader.engines["django"]
    for folder in engine.template_dirs:
        for path in folder.rglob("*.html"):
            if path.name == "500.html" or "wagtail" in str(path.relative_to(folder)):
                continue
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path


def test_old_addresses_redirect(client: Client) -> None:
    from wagtail.contrib.redirects.models import Redirect

    page = make_content_page(make_home(), title="Neu")
    for old in ("/alt", "/de/alt"):
        Redirect.objects.create(old_path=old, redirect_page=page)
    for old in ("/alt", "/alt/", "/de/alt", "/de/alt/"):
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (301, "/de/neu/")


def test_topics_filter_by_their_short_name(client: Client) -> None:
    index = make_news_index(make_home())
    topic = make_topic("Rückkehr")
    make_news(index, title="Mit Thema", topics=[topic])
    make_news(index, title="Ohne Thema")
    html = client.get("/de/aktuelles/?topic=rueckkehr").content.decode()
    assert "Mit Thema" in html
    assert "Ohne Thema" not in html
