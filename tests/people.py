"""A portal with a German tree and its followers in English and French, and one person for each role: fixtures for every folder."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, Page
from wagtail_localize.models import LocaleSynchronization, Translation

from home.models import ContentPage, HomePage
from portal import changes
from portal.language.languages import LANGUAGES, Language
from portal.models import PortalImage, Topic
from tests.builders import make_content_page, make_home, make_section, make_topic, submit, translate, translate_texts
from translation import demo_accounts, roles

FRENCH = Language("fr", "Français")
CODES = ("de", "en", "fr")


@dataclass
class Portal:
    """What the tests use: by language code, a translated page, an alias, a topic, a translation of page and topic."""

    home: HomePage
    homes: dict[str, Page]
    pages: dict[str, ContentPage]
    aliases: dict[str, Page]
    topics: dict[str, Topic]
    translations: dict[str, Translation]
    topic_translations: dict[str, Translation]

    @property
    def source_id(self) -> int:
        return self.translations["en"].source_id


def translate_snippet(topic: Topic, code: str) -> Translation:
    translation = submit(topic, code)
    translate_texts(translation)
    translation.save_target(publish=True)
    return translation


def build() -> Portal:
    """Make the portal that all tests of a module start from."""
    home = make_home()
    # English, Ukrainian, Arabic and French follow the German tree.
    assert LocaleSynchronization.objects.count() == 4
    section = make_section(home)
    image = PortalImage.objects.create(title="Foto", file=get_test_image_file())
    page = make_content_page(section, "Resettlement", lead="Ein Satz.", image=image)
    alias_source = make_content_page(section, "Rückkehr", lead="Noch ein Satz.")
    topic = make_topic("Schutz")
    pages = {"de": page}
    topics = {"de": topic}
    translations = {}
    topic_translations = {}
    for code in ("en", "fr"):
        pages[code] = translate(page, code)
        translations[code] = Translation.objects.get(
            source__object_id=page.translation_key, target_locale__language_code=code
        )
        topic_translations[code] = translate_snippet(topic, code)
        topics[code] = Topic.objects.get(translation_key=topic.translation_key, locale__language_code=code)
    aliases = {"de": alias_source} | {
        code: alias_source.copy_for_translation(Locale.objects.get(language_code=code), alias=True)
        for code in ("en", "fr")
    }
    roles.set_up_roles()
    demo_accounts.create_demo_accounts("geheim")
    homes = {code: roles.home_page(code) for code in CODES}
    return Portal(home, homes, pages, aliases, topics, translations, topic_translations)


@contextlib.contextmanager
def french() -> Iterator[None]:
    """Let French be one of the portal's languages."""
    languages = [*settings.LANGUAGES, ("fr", "Français")]
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(LANGUAGES=languages, WAGTAIL_CONTENT_LANGUAGES=languages),
    ):
        for module in ("portal.language.locales", "translation.roles"):
            patch.setattr(f"{module}.LANGUAGES", (*LANGUAGES, FRENCH))
        yield


@pytest.fixture(scope="module")
def shared_portal(module_database: DjangoDbBlocker) -> Portal:
    """Build the portal once for a module."""
    with french(), module_database.unblock():
        return build()


@pytest.fixture
def portal(shared_portal: Portal, db: None) -> Iterator[Portal]:
    """Return the portal; what a test changes is taken back, in the database by `db` and here by copying."""
    with french():
        changes.announce(changes.EVERYTHING)
        yield copy.deepcopy(shared_portal)


@pytest.fixture
def people(portal: Portal) -> dict[str, User]:
    return {user.get_username(): user for user in User.objects.all()}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def translator(people: dict[str, User]) -> Client:
    """The English translator, with the rights to add and delete topics besides."""
    user = people["uebersetzung-en"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=["add_topic", "delete_topic"]))
    return client_of(user)


@pytest.fixture
def editor(people: dict[str, User]) -> Client:
    return client_of(people["redaktion"])


@pytest.fixture
def moderator(people: dict[str, User]) -> Client:
    return client_of(people["freigabe"])
