"""The admin as an editor sees it: every form opens, in German and English, and its fields explain themselves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.blocks import FieldBlock, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.models import get_page_models as wagtail_page_models
from wagtail.users.models import UserProfile

from about.models import OfficeIndexPage
from home.models import Agenda2030Page, ContentPage, DataAndResearchPage, HomePage, TakePartPage, WhoWeArePage
from participate.models import EventIndexPage, TenderIndexPage, VacancyIndexPage
from portal.models import BasePage
from research.models import DataIndexPage, PublicationIndexPage
from tests.builders import add, make_content_page, make_news, make_news_index, make_section
from work.models import ThemePage

pytestmark = pytest.mark.django_db

PAGE_TYPES = [model for model in wagtail_page_models() if issubclass(model, BasePage)]


@pytest.fixture
def admin_client(client: Client) -> Client:
    user = User.objects.create_superuser("admin", "admin@example.org", "password")
    UserProfile.objects.create(user=user, preferred_language="de")
    client.force_login(user)
    return client


def take_part(home: HomePage) -> TakePartPage:
    return add(home, TakePartPage(title="Mitmachen"))


@pytest.mark.once
@pytest.mark.parametrize("page_type", [model for model in PAGE_TYPES if model is not HomePage])
def test_every_page_type_can_be_begun(admin_client: Client, home: HomePage, page_type: type[BasePage]) -> None:
    parents = {
        "news.NewsPage": lambda: make_news_index(home),
        "work.ThemePage": lambda: make_section(home),
        "work.ServiceIndexPage": lambda: make_section(home),
        "work.ProjectIndexPage": lambda: make_section(home),
        "work.ProjectPage": lambda: add(make_section(home), ThemePage(title="Rückkehr")),
        **{f"participate.{name}IndexPage": lambda: take_part(home) for name in ("Event", "Vacancy", "Tender")},
        "participate.EventPage": lambda: add(take_part(home), EventIndexPage(title="Termine")),
        "participate.VacancyPage": lambda: add(take_part(home), VacancyIndexPage(title="Stellen")),
        "participate.TenderPage": lambda: add(take_part(home), TenderIndexPage(title="Vergabe")),
        "research.DataIndexPage": lambda: add(home, DataAndResearchPage(title="Daten")),
        "research.DataPage": lambda: add(add(home, DataAndResearchPage(title="Daten")), DataIndexPage(title="Zahlen")),
        "research.PublicationIndexPage": lambda: add(home, DataAndResearchPage(title="Daten")),
        "research.PublicationPage": lambda: add(add(home, DataAndResearchPage(title="Daten")), PublicationIndexPage(title="Publikationen")),
        "about.OfficeIndexPage": lambda: add(home, WhoWeArePage(title="Wer wir sind")),
        "about.OfficePage": lambda: add(add(home, WhoWeArePage(title="Wer wir sind")), OfficeIndexPage(title="Standorte")),
        "agenda.GoalPage": lambda: add(home, Agenda2030Page(title="Agenda")),
        "about.PressPage": lambda: add(home, WhoWeArePage(title="Wer wir sind")),
        "work.ServicePage": lambda: add(make_section(home), ThemePage(title="Rückkehr")),
    }
    parent = parents.get(page_type._meta.label, lambda: home)()
    response = admin_client.get(
        reverse("wagtailadmin_pages:add", args=[page_type._meta.app_label, page_type._meta.model_name, parent.pk])
    )
    assert response.status_code == 200


def test_every_page_can_be_edited(admin_client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    for page in (home, make_section(home), make_content_page(home), index, make_news(index)):
        assert admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


@pytest.mark.once
def test_page_types_have_german_names(admin_client: Client, home: HomePage) -> None:
    html = admin_client.get(reverse("wagtailadmin_pages:add_subpage", args=[home.pk])).content.decode()
    for name in ("Inhaltsseite", "Bereich „Wer wir sind“", "Meldungsliste"):
        assert name.lower() in html.lower()


def begin_page(admin_client: Client, home: HomePage, **values: str) -> HttpResponse:
    data = {
        "slug": "",
        "lead": "Ein Satz.",
        "body-count": "0",
        "sources-count": "0",
        "related_pages-count": "0",
        "show_in_menus": "on",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **values,
    }
    return admin_client.post(reverse("wagtailadmin_pages:add", args=["home", "contentpage", home.pk]), data)


@pytest.mark.parametrize("action", [{"action-publish": "1"}, {}])
@pytest.mark.parametrize(("title", "slug"), [("Projekt", "projekt-2"), ("Suche", "suche-2"), ("Feed", "feed-2")])
def test_a_slug_that_is_taken_gets_a_number(
    admin_client: Client, home: HomePage, title: str, slug: str, action: dict[str, str]
) -> None:
    """By another page, or by a view of the portal."""
    make_content_page(home, "Projekt")
    response = begin_page(admin_client, home, title=title, **action)
    assert response.status_code == 302, response.context["form"].errors
    assert ContentPage.objects.get(locale__language_code="de", slug=slug).title == title


@pytest.mark.parametrize("action", [{"action-publish": "1"}, {}])
@pytest.mark.parametrize("slug", ["suche", "poshuk", "og"])
def test_an_address_of_the_portal_itself_is_refused(
    admin_client: Client, home: HomePage, slug: str, action: dict[str, str]
) -> None:
    response = begin_page(admin_client, home, title="Seite", slug=slug, **action)
    assert list(response.context["form"].errors) == ["slug"]


def test_a_page_does_not_move_to_an_address_of_the_portal_itself(admin_client: Client, home: HomePage) -> None:
    page = make_content_page(make_section(home), "Suche")
    admin_client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]))
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    admin_client.post(f"{address}?id={page.pk}", {"chooser": home.pk})
    assert ContentPage.objects.get(pk=page.pk).url_path == "/startseite/unsere-arbeit/suche/"


def test_an_editor_publishes_a_page_with_an_empty_slug(admin_client: Client, home: HomePage) -> None:
    response = begin_page(admin_client, home, title="Für Migrant:innen", **{"action-publish": "1"})
    assert response.status_code == 302, response.context["form"].errors
    page = ContentPage.objects.get(locale__language_code="de")
    assert (page.slug, page.live) == ("fuer-migrant-innen", True)
    assert Page.objects.get(pk=page.pk).published_version is not None
    alias = ContentPage.objects.get(locale__language_code="en")
    assert alias.alias_of_id == page.pk


@pytest.mark.once
@pytest.mark.parametrize("page_type", PAGE_TYPES)
def test_every_field_of_our_own_has_a_help_text(page_type: type[BasePage]) -> None:
    for field in page_type._meta.local_fields + page_type._meta.local_many_to_many:
        if field.editable and not field.primary_key and not field.is_relation:
            assert field.help_text, f"{page_type.__name__}.{field.name}"


def _leaves(block: object, path: str) -> list[tuple[str, object]]:
    """Return the fields inside a block; a photograph and a list of single fields are explained as a whole."""
    if isinstance(block, ImageBlock) or (isinstance(block, ListBlock) and isinstance(block.child_block, FieldBlock)):
        return [(path, block)]
    if isinstance(block, (StructBlock, StreamBlock)):
        return [leaf for name, child in block.child_blocks.items() for leaf in _leaves(child, f"{path}.{name}")]
    if isinstance(block, ListBlock):
        return _leaves(block.child_block, path)
    return [(path, block)]


@pytest.mark.once
def test_every_field_inside_a_block_has_a_label_and_a_help_text() -> None:
    missing = set()
    for page_type in PAGE_TYPES:
        for field in page_type._meta.local_fields:
            if isinstance(field, StreamField):
                for name, block in field.stream_block.child_blocks.items():
                    if not isinstance(block, (StructBlock, ListBlock)):
                        continue
                    for path, leaf in _leaves(block, name):
                        # Blocks that are wholly one field say in their description what they are.
                        help_text = leaf.field.help_text if isinstance(leaf, FieldBlock) else getattr(leaf.meta, "help_text", "")
                        if not help_text and not getattr(leaf.meta, "description", ""):
                            missing.add(path)
    assert not missing


def test_the_topics_and_footer_screens_open(admin_client: Client, home: HomePage) -> None:
    for name in ("portal_topic", "portal_region", "portal_footer"):
        for view in ("list", "add"):
            assert admin_client.get(reverse(f"wagtailsnippets_{name}:{view}")).status_code == 200


def _own_blocks(block: object) -> list[object]:
    children = list(getattr(block, "child_blocks", {}).values()) or [getattr(block, "child_block", None)]
    return [block, *(found for child in children if child is not None for found in _own_blocks(child))]


@pytest.mark.once
def test_every_block_shows_a_preview(admin_client: Client, home: HomePage) -> None:
    blocks = {}
    for page_type in PAGE_TYPES:
        for field in page_type._meta.local_fields:
            if isinstance(field, StreamField):
                for block in _own_blocks(field.stream_block):
                    if type(block).__module__.startswith(("portal.", "home.", "news.", "work.")):
                        blocks[type(block)] = block
    assert len(blocks) > 20
    for block in blocks.values():
        response = admin_client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
        assert response.status_code == 200, type(block)
        assert "portal/css/site" in response.content.decode(), type(block)
