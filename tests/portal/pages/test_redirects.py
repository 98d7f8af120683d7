"""Old addresses lead straight to their pages, in every language."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from portal.pages import redirects
from tests.builders import (
    make_alias,
    make_content_page,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)
from translation import roles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Wagtail tells of a new slug with the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def editor(section: Page, client: Client) -> Client:
    roles.set_up_roles()
    user = User.objects.create_user("freigabe", password="x")
    user.groups.add(*Group.objects.filter(name__in=["Redaktion", "Freigabe"]))
    client.force_login(user)
    return client


def fresh(page: Page) -> Page:
    return type(page).objects.get(pk=page.pk)


def address(page: Page) -> str:
    return redirects.path_of(fresh(page).url_path, page.locale_id)


def versions(page: Page) -> list[Page]:
    return list(Page.objects.filter(translation_key=page.translation_key).order_by("pk"))


def with_subtree(page: Page) -> list[Page]:
    return list(Page.objects.filter(path__startswith=fresh(page).path))


def rename(page: Page, slug: str, committed: Callable) -> None:
    page = fresh(page)
    page.slug = slug
    with committed():
        publish(page)


def targets() -> dict[str, int]:
    """Return all redirects: old address → page."""
    return dict(Redirect.objects.values_list("old_path", "redirect_page_id"))


class TestSlugs:
    def test_the_whole_subtree_in_every_language_that_takes_the_slug(self, page: Page, committed: Callable) -> None:
        changed = [*with_subtree(page), *with_subtree(versions(page)[2])]
        assert {other.locale.language_code for other in changed} == {"de", "uk"}
        before = {address(other): other.pk for other in changed}
        rename(page, "heimkehr", committed)
        assert targets() == before
        assert Client().get(next(iter(before)) + "/").url == fresh(page).url

    def test_in_the_editor(self, page: Page, editor: Client, committed: Callable) -> None:
        old = address(page)
        url = reverse("wagtailadmin_pages:edit", args=[page.pk])
        form = editor.get(url).context["form"]
        data = {name: value for name, value in form.initial.items() if isinstance(value, str)}
        data |= {"slug": "heimkehr", "action-publish": "1", "topics": [], "regions": []}
        for name in ("body", "sources", "related_pages"):
            data |= {f"{name}-count": "0", f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
        for prefix in ("comments",):
            data |= {
                f"{prefix}-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
            }
        with committed():
            response = editor.post(url, data)
        assert response.status_code == 302, response.context["form"].errors
        assert fresh(page).slug == "heimkehr"
        assert targets()[old] == page.pk
        assert targets()[old.replace("/de/", "/uk/")]

    def test_the_first_translation(self, page: Page, committed: Callable) -> None:
        """It gets a slug of its own language, and the German one leads there, with all that is below it."""
        ukrainian = Page.objects.get(translation_key=page.translation_key, locale__language_code="uk")
        before = {address(other): other.pk for other in with_subtree(ukrainian)}
        assert "/uk/unsere-arbeit/rueckkehr/beratung" in before
        translation = submit(page, "uk")
        translate_texts(translation, {"Rückkehr": "Повернення"})
        with committed():
            translation.save_target(publish=True)
        assert address(ukrainian) == "/uk/unsere-arbeit/povernennia"
        assert targets() == before

    def test_drafts_leave_nothing(self, section: Page, committed: Callable) -> None:
        page = make_content_page(section, "Entwurf", live=False)
        page = fresh(page)
        page.slug = "anders"
        with committed():
            page.save()
        assert targets() == {}

    def test_what_gets_its_slug_when_it_is_made_leaves_nothing(self, page: Page, committed: Callable) -> None:
        """A translation without an alias before it, with a page below it, all in one go."""
        below = make_content_page(make_content_page(page.get_parent().specific, "Schutz"), "Asyl")
        with committed():
            translate(below, "ar")
            make_alias(make_content_page(below, "Dublin"), "ar")
        assert targets() == {}

    def test_a_home_pages_slug_stands_in_no_address(self, page: Page, committed: Callable) -> None:
        rename(page.get_parent().get_parent().specific, "anders", committed)
        assert targets() == {}


class TestMoves:
    def test_every_language(self, page: Page, section: Page) -> None:
        other = make_section(section.get_parent().specific, "Einblicke")
        before = {address(one): one.pk for version in versions(page) for one in with_subtree(version)}
        assert len(before) == 6
        fresh(page).move(other, "last-child")
        assert targets() == before

    def test_in_the_admin(self, page: Page, section: Page, editor: Client) -> None:
        other = make_section(section.get_parent().specific, "Einblicke")
        before = {address(one): one.pk for version in versions(page) for one in with_subtree(version)}
        editor.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, other.pk]))
        assert targets() == before
        for old, pk in before.items():
            response = Client().get(old + "/")
            assert (response.status_code, response.url) == (301, Page.objects.get(pk=pk).url)

    def test_reordering_leaves_nothing(self, page: Page, section: Page) -> None:
        make_content_page(section, "Schutz").move(fresh(page), "left")
        assert targets() == {}

    @pytest.mark.once
    def test_the_same_number_of_queries_whatever_the_size(
        self, section: Page, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        small = make_content_page(section, "Klein")
        large = make_content_page(section, "Groß")
        for number in range(12):
            make_content_page(large, f"Seite {number}")
        Redirect.add_redirect("/stelle", "/de/#stelle")
        address(small)
        for number, page in enumerate((small, fresh(large))):
            with django_assert_num_queries(5):
                redirects.leave(page, f"/startseite/anderswo/{number}/")
        assert Redirect.objects.count() == 1 + 1 + 13


class TestChains:
    def test_old_addresses_lead_straight_to_the_page(self, page: Page, committed: Callable) -> None:
        for slug in ("eins", "zwei", "drei"):
            rename(page, slug, committed)
        german = {path: pk for path, pk in targets().items() if path.startswith("/de/") and pk == page.pk}
        assert set(german) == {f"/de/unsere-arbeit/{slug}" for slug in ("rueckkehr", "eins", "zwei")}
        for path in german:
            assert Client().get(path + "/").url == fresh(page).url

    def test_an_address_that_is_a_pages_own_again(self, page: Page, committed: Callable) -> None:
        rename(page, "eins", committed)
        rename(page, "rueckkehr", committed)
        old = {path for path in targets() if path.startswith("/de/")}
        assert old == {"/de/unsere-arbeit/eins", "/de/unsere-arbeit/eins/beratung"}

    def test_an_address_that_another_page_takes(self, page: Page, section: Page, committed: Callable) -> None:
        old = address(page)
        rename(page, "eins", committed)
        draft = make_content_page(section, "Rückkehr", live=False)
        assert address(draft) == old
        assert old in targets()
        publish(draft)
        assert old not in targets()

    def test_a_redirect_by_hand_to_what_moves(self, page: Page, committed: Callable) -> None:
        old = address(page)
        for number, link in enumerate([f"{old}/", f"http://testserver{old}/", f"http://testserver:80{old}"]):
            Redirect.add_redirect(f"/flyer-{number}", link)
        Redirect.add_redirect("/stelle", f"{old}/#stelle")
        Redirect.add_redirect("/fremd", f"https://example.org{old}/")
        rename(page, "eins", committed)
        for number in range(3):
            assert targets()[f"/flyer-{number}"] == page.pk
            assert Client().get(f"/flyer-{number}/").url == fresh(page).url
        assert targets()["/stelle"] is None
        assert targets()["/fremd"] is None

    def test_a_redirect_by_hand_to_what_has_moved(self, page: Page, committed: Callable) -> None:
        old = address(page)
        rename(page, "eins", committed)
        Redirect.add_redirect("/flyer", f"{old}/")
        Redirect.add_redirect("/plakat", "/flyer/")
        assert targets()["/flyer"] == targets()["/plakat"] == page.pk

    def test_a_redirect_by_hand_in_the_middle(self, page: Page) -> None:
        Redirect.add_redirect("/plakat", "/flyer/")
        Redirect.add_redirect("/flyer", page)
        assert targets() == {"/flyer": page.pk, "/plakat": page.pk}

    def test_redirects_go_with_their_page(self, page: Page, committed: Callable) -> None:
        rename(page, "eins", committed)
        fresh(page).delete()
        assert targets() == {}


# --- addresses as people have them


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def add_redirect(admin: Client, **data: str) -> dict[str, list[str]]:
    """Make a redirect in the admin's form and return the errors by field."""
    response = admin.post(reverse("wagtailredirects:add"), {"is_permanent": "on", **data})
    return {} if response.status_code == 302 else response.context["form"].errors.get_json_data()


LONG = "/alt/" + "sehr-langer-name-" * 30 + "{}.html"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/Dateien/Übersicht Büro.pdf", "/Dateien/%C3%9Cbersicht%20B%C3%BCro.pdf"),
        ("/Dateien/%C3%9Cbersicht%20B%C3%BCro.pdf", "/dateien/U%CC%88bersicht%20Bu%CC%88ro.PDF"),
        ("https://alt.example.org/DE/Wer-Wir-Sind/", "/de/wer-wir-sind/"),
        ("/index.php?L=1&id=4", "/index.php?id=4&L=1"),
        ("/index.php?id=4", "/INDEX.php?utm_source=brief&id=4"),
        ("/index.php", "/index.php?" + "&".join(f"p{n}={n}" for n in range(40))),
        ("/index.php?p7=7", "/index.php?" + "&".join(f"p{n}={n}" for n in range(40))),
        ("/خبر قديم", "/%D8%AE%D8%A8%D8%B1%20%D9%82%D8%AF%D9%8A%D9%85"),
        (LONG.format("eins"), LONG.format("EINS")),
    ],
)
@pytest.mark.parametrize("target", ["/en/nowhere/?a=b", "https://example.org/x"])
def test_an_address_is_found_as_people_have_it(admin: Client, page: Page, client: Client, typed: str, asked: str, target: str) -> None:
    Redirect.objects.all().delete()
    assert client.get(asked).status_code == 404
    assert add_redirect(admin, old_path=typed, redirect_link=target) == {}
    response = client.get(asked)
    assert (response.status_code, response.headers["Location"]) == (301, target)
    assert add_redirect(admin, old_path=typed.upper(), redirect_link=target).keys() == {"__all__"}


def test_long_addresses_are_told_apart(admin: Client, client: Client, page: Page) -> None:
    for name in ("eins", "zwei"):
        assert add_redirect(admin, old_path=LONG.format(name), redirect_link=f"/{name}/") == {}
    assert [client.get(LONG.format(name)).headers["Location"] for name in ("eins", "zwei")] == ["/eins/", "/zwei/"]


def test_the_redirect_with_most_of_the_query_is_taken(admin: Client, client: Client, page: Page) -> None:
    for query, target in (("", "/a/"), ("?id=4", "/b/"), ("?id=4&l=1", "/c/")):
        assert add_redirect(admin, old_path=f"/index.php{query}", redirect_link=target) == {}
    asked = ["", "?id=5", "?x=1&id=4", "?L=1&x=1&id=4"]
    assert [client.get(f"/index.php{query}").headers["Location"] for query in asked] == ["/a/", "/a/", "/b/", "/c/"]


def test_a_target_that_is_a_page_follows_it(
    admin: Client, client: Client, page: Page, django_capture_on_commit_callbacks: Callable
) -> None:
    for code, address in (("de", "/de/unsere-arbeit/rueckkehr/"), ("en", Page.objects.get(title="EN Rückkehr").get_url())):
        assert add_redirect(admin, old_path=f"/alt-{code}", redirect_link=address) == {}
        redirect = Redirect.objects.get(old_path=f"/alt-{code}")
        assert (redirect.redirect_link, redirect.redirect_page.get_url()) == ("", address)
    page.slug = "heimkehr"
    with django_capture_on_commit_callbacks(execute=True):
        page.save()
    assert client.get("/alt-de").headers["Location"] == "/de/unsere-arbeit/heimkehr/"


def test_what_cannot_be_is_said_at_its_field(admin: Client, page: Page) -> None:
    link = {"redirect_link": "/irgendwo/"}
    for live in ("/de/unsere-arbeit/rueckkehr/", "/DE/Unsere-Arbeit/Rueckkehr?x=1", "/uk/unsere-arbeit/rueckkehr", "/de", "/de/"):
        assert add_redirect(admin, old_path=live, **link).keys() == {"old_path"}, live
    for own in ("/", "/admin/", "/de/suche", "/sitemap.xml", "http://[x"):
        assert add_redirect(admin, old_path=own, **link).keys() == {"old_path"}, own
    for target in ("//example.org/", "/\\example.org", "javascript:alert(1)", "irgendwo", "ftp://example.org/", "https://"):
        assert add_redirect(admin, old_path="/alt", redirect_link=target).keys() == {"redirect_link"}, target
    assert add_redirect(admin, old_path="/alt").keys() == {"__all__"}
    assert add_redirect(admin, old_path="/alt", redirect_page=str(page.pk), **link).keys() == {"redirect_link"}
    assert add_redirect(admin, old_path="/alt", redirect_link="/Alt/").keys() == {"redirect_link"}
    assert add_redirect(admin, old_path="/alt", redirect_link="/neu/") == {}
    assert add_redirect(admin, old_path="/neu", redirect_link="/alt/").keys() == {"redirect_link"}
    assert not Redirect.objects.filter(old_path__in=["/de", "/neu"]).exists()


def test_a_list_of_redirects_takes_the_same_addresses(admin: Client, client: Client, page: Page) -> None:
    rows = f"von,nach\n/A B.pdf,/neu/\n{LONG.format('x')},https://example.org/\n/de/unsere-arbeit/rueckkehr/,/neu/\n"
    file = SimpleUploadedFile("liste.csv", rows.encode(), "text/csv")
    response = admin.post(reverse("wagtailredirects:start_import"), {"import_file": file})
    form = response.context["form"]
    data = {name: form[name].value() for name in ("import_file_name", "input_format")}
    response = admin.post(
        reverse("wagtailredirects:process_import"), {**data, "from_index": "0", "to_index": "1", "permanent": "on"}
    )
    assert response.context["import_summary"]["successes"] == 2
    assert [error[0] for error in response.context["import_summary"]["errors"]] == ["/de/unsere-arbeit/rueckkehr/"]
    assert client.get("/a%20b.pdf").headers["Location"] == "/neu/"


def test_stored_redirects_are_normalised(page: Page) -> None:
    migration = import_module("portal.migrations.0009_normalised_redirects")
    Redirect.objects.all().delete()
    paths = ["/Über uns", "/B?b=1&a=2", "/c", "/C", "/d"]
    Redirect.objects.bulk_create([Redirect(old_path=path, redirect_link="/x/") for path in paths])
    migration.normalise_redirects(apps, None)
    # What would be the same address twice stays as it was.
    assert sorted(Redirect.objects.values_list("old_path", flat=True)) == ["/C", "/b?a=2&b=1", "/c", "/d", "/über uns"]
