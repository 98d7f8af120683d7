"""One reader for an answer: the language of its address, that of its content, what was found; whoever takes part knows the same."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from wagtail import hooks
from wagtail.models import PageViewRestriction
from wagtail.views import serve

from home.models import ContentPage, HomePage
from portal.http.middleware import LanguageMiddleware
from portal.http.views import serve_page
from portal.pages import links, readers
from tests import support
from tests.builders import make_alias, make_content_page, make_home, translate

ELEMENTS = re.compile(r'<(?:html|div) lang="([\w-]+)" dir="(\w+)"')
CURRENT = re.compile(r'<span lang="([\w-]+)" dir="\w+" aria-current="true">')
OTHERS = re.compile(r'<a href="([^"]*)"[^>]*>\s*<span lang="([\w-]+)" dir="\w+">')
HEADING = re.compile(r"<h1[^>]*>\s*(.*?)\s*</h1>", re.DOTALL)


def said(response: HttpResponse) -> dict[str, object]:
    """Return what an answer says of its languages: the page's and those of its content, the header, the switch, the words around it."""
    html = response.content.decode()
    return {
        "elements": ELEMENTS.findall(html),
        "header": response.headers["Content-Language"],
        "switch": CURRENT.findall(html),
        "skip": re.findall(r'<a class="skip"[^>]*>(.*?)</a>', html),
        "heading": HEADING.findall(html),
    }




def around(code: str) -> dict[str, object]:
    """Return what everything around the content says to a reader of a language."""
    with translation.override(code):
        return {"header": code, "switch": [code], "skip": [translation.gettext("Skip to content")]}


@pytest.fixture
def home(db: None) -> HomePage:
    home = make_home()
    for code in ("en", "ar"):
        translate(home, code, title=code)
    return home


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("ar", "rtl")])
class TestOneAnswer:
    def test_a_translation_has_one_language(self, client: Client, home: HomePage, code: str, direction: str) -> None:
        address = translate(make_content_page(home, "Rückkehr"), code, title="Return").get_url()
        expected = {"elements": [(code, direction)], "heading": ["Return"], **around(code)}
        assert said(client.get(address)) == expected

    def test_a_fallback_has_two(self, client: Client, home: HomePage, code: str, direction: str) -> None:
        target = make_content_page(home, "Ziel")
        address = translate(target, code, title="Target").get_url()
        page = make_content_page(home, "Nur deutsch", body=[("text", f'<p><a id="{target.pk}" linktype="page">dort</a></p>')])
        response = client.get(make_alias(page, code).get_url())
        expected = {"elements": [(code, direction), ("de", "ltr")], "heading": ["Nur deutsch"], **around(code)}
        assert said(response) == expected
        assert f'<a href="{address}"' in response.content.decode()

    def test_the_way_to_a_fallback_is_the_readers(self, client: Client, home: HomePage, code: str, direction: str) -> None:
        above = make_content_page(home, "Oben")
        there = translate(above, code, title="Above")
        page = make_content_page(above, "Nur deutsch")
        html = client.get(make_alias(page, code).get_url()).content.decode()
        with translation.override(code):
            label = translation.gettext("Breadcrumbs")
        [(attributes, way)] = re.findall(r'<nav class="crumbs"([^>]*)>(.*?)</nav>', html, re.DOTALL)
        assert attributes == f' aria-label="{label}" lang="{code}" dir="{direction}"'
        assert re.findall(r'<a href="([^"]*)"[^>]*><span>(.*?)</span></a>', way) == [(f"/{code}/", code), (there.get_url(), "Above")]
        assert "hreflang" not in way
        assert '<span aria-current="page" lang="de" dir="ltr">Nur deutsch</span>' in way

    def test_an_address_where_nothing_is_has_that_of_the_address(
        self, client: Client, home: HomePage, code: str, direction: str
    ) -> None:
        with translation.override(code):
            heading = translation.gettext("This page does not exist")
        for browser in ("de", "en"):
            response = client.get(f"/{code}/nirgends/", headers={"Accept-Language": browser})
            assert (response.status_code, said(response)) == (404, {"elements": [(code, direction)], "heading": [heading], **around(code)})

    def test_a_preview_has_that_of_the_draft(self, home: HomePage, code: str, direction: str) -> None:
        page = translate(make_content_page(home, "Rückkehr"), code, title="Return")
        page.title = "Draft"
        asked = RequestFactory().get("/admin/", headers={"Accept-Language": "de"})
        with translation.override("de"):
            outer = readers.current()
            response = page.make_preview_request(asked)
            assert (readers.current().language, translation.get_language()) == (outer.language, "de")
        assert said(response) == {"elements": [(code, direction)], "heading": ["Draft"], **around(code)}

    def test_who_may_not_read_a_page_is_not_told_where_else_it_is(
        self, client: Client, home: HomePage, code: str, direction: str
    ) -> None:
        page = make_content_page(home, "Rückkehr")
        address = translate(page, code, title="Return").get_url()
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="sesam")
        response = client.get(address)
        with translation.override(code):
            heading, site_name = translation.gettext("This page is protected"), translation.gettext("IOM Germany")
        assert said(response) == {"elements": [(code, direction)], "heading": [heading], **around(code)}
        assert re.findall(r"<title[^>]*>(.*?)</title>", response.content.decode()) == [f"{heading} – {site_name}"]
        others = {language: address for address, language in OTHERS.findall(response.content.decode())}
        assert others == {other: f"/{other}/" for other in ("de", "en", "uk", "ar", "de-simple") if other != code}


def test_answers_of_two_languages_at_once_know_their_own(home: HomePage) -> None:
    """Two threads stand inside their answers at the same moment, again and again; what each finds stays with it."""
    page, other = make_content_page(home, "Rückkehr"), make_content_page(home, "Ziel")
    met = Barrier(2, timeout=support.PATIENCE)

    def answer(request: HttpRequest) -> HttpResponse:
        reader = readers.of(request)
        for number in range(50):
            met.wait()
            reader.found.pages[number] = page if reader.language.code == "ar" else other
            met.wait()
            known = readers.current()
            assert known is reader
            assert set(map(id, known.found.pages.values())) == {id(page if reader.language.code == "ar" else other)}
            assert (translation.get_language(), readers.of(request).path) == (known.language.code, f"/{known.language.code}/x/")
        return HttpResponse(reader.language.direction)

    with ThreadPoolExecutor(2) as threads:
        responses = threads.map(LanguageMiddleware(answer), map(RequestFactory().get, ("/ar/x/", "/en/x/")))
    found = [(response.headers["Content-Language"], response.content) for response in responses]
    assert found == [("ar", b"rtl"), ("en", b"ltr")]


def test_what_was_found_ends_with_the_answer(home: HomePage) -> None:
    page = make_content_page(home, "Rückkehr")
    kept: list[readers.Reader] = []

    def answer(request: HttpRequest) -> HttpResponse:
        links.resolve([page.pk])
        kept.append(readers.current())
        return HttpResponse()

    for _number in range(2):
        LanguageMiddleware(answer)(RequestFactory().get("/de/"))
    assert [set(reader.found.pages) for reader in kept] == [{page.pk}, {page.pk}]
    assert kept[0].found is not kept[1].found
    assert readers.current().found.pages == {}


class TestOneWalk:
    """The page is found and answered as by Wagtail's own view, which asks four times more."""

    @pytest.fixture
    def page(self, home: HomePage) -> ContentPage:
        return make_content_page(home, "Rückkehr")

    @staticmethod
    def served(view: object, calls: list[tuple], before: HttpResponse | None = None) -> HttpResponse:
        def on_serve(name: str) -> object:
            def register(following: object) -> object:
                def inner(page: object, request: HttpRequest, args: object, kwargs: object) -> HttpResponse:
                    calls.append((name, page.pk, args, kwargs))
                    return following(page, request, args, kwargs)

                return inner

            return register

        def before_serve(page: object, request: HttpRequest, args: object, kwargs: object) -> HttpResponse | None:
            calls.append(("before", page.pk, tuple(args), kwargs))
            return before

        request = RequestFactory().get("/de/rueckkehr/")
        answer = LanguageMiddleware(lambda request: view(request, "rueckkehr/").render() if before is None else view(request, "rueckkehr/"))
        with (
            hooks.register_temporarily("on_serve_page", on_serve("first"), order=-2),
            hooks.register_temporarily("on_serve_page", on_serve("second"), order=-1),
            hooks.register_temporarily("before_serve_page", before_serve),
        ):
            return answer(request)

    def test_hooks_are_asked_as_by_wagtail(self, page: ContentPage) -> None:
        ours, theirs = [], []
        assert self.served(serve_page, ours).content == self.served(serve, theirs).content
        assert [call[:2] for call in ours] == [("before", page.pk), ("first", page.pk), ("second", page.pk)]
        assert ours == [(name, pk, tuple(args), kwargs) for name, pk, args, kwargs in theirs]

    def test_what_a_hook_answers_is_the_answer(self, page: ContentPage) -> None:
        stopped = HttpResponse("nicht heute", status=403)
        for view in (serve_page, serve):
            calls: list[tuple] = []
            assert self.served(view, calls, before=stopped) is stopped
            assert [name for name, *_rest in calls] == ["before"]
