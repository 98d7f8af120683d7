"""Small builders: each makes one real object, published unless asked otherwise."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import Group, Permission, User
from django.db.models import F
from django.utils import timezone
from wagtail.models import Locale, Page, Revision, Site
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from home.models import ContentPage, HomePage, OurWorkPage
from news.models import NewsIndexPage, NewsPage
from participate.models import EventIndexPage, EventPage, TenderIndexPage, TenderPage, VacancyIndexPage, VacancyPage
from portal.language.locales import set_up_locales
from portal.models import BasePage, Fact, Job, PortalImage, Topic


def publish(page: Page) -> Page:
    """Publish the page as it is and return it fresh from the database."""
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def add(parent: Page, page: BasePage, live: bool = True) -> BasePage:
    """Put a page below another and publish it, or leave it a draft."""
    page.live = False
    parent = type(parent).objects.get(pk=parent.pk)
    parent.add_child(instance=page)
    return publish(page) if live else page


def make_home(**fields: object) -> HomePage:
    """Return the German home page, the root of the only site; all locales of the portal exist afterwards."""
    locales = set_up_locales()
    values = {"title": "Startseite", "hero_title": "Willkommen", "hero_text": "Was Sie hier finden.", **fields}
    home = add(Page.get_first_root_node(), HomePage(locale=locales["de"], **values))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home, "site_name": "Portal"}
    )
    return home


def make_section(home: HomePage, title: str = "Unsere Arbeit", **fields: object) -> OurWorkPage:
    """Return a section below the home page."""
    return add(home, OurWorkPage(title=title, **fields))


def make_content_page(parent: Page, title: str = "Resettlement", live: bool = True, **fields: object) -> ContentPage:
    """Return a content page."""
    return add(parent, ContentPage(title=title, **fields), live=live)


def make_news_index(home: HomePage, title: str = "Aktuelles", **fields: object) -> NewsIndexPage:
    """Return the news index."""
    return add(home, NewsIndexPage(title=title, **fields))


def make_news(index: NewsIndexPage, title: str = "Meldung", live: bool = True, **fields: object) -> NewsPage:
    """Return a news item."""
    values = {"date": datetime.date(2024, 1, 26), "lead": "Ein Satz.", **fields}
    return add(index, NewsPage(title=title, **values), live=live)


def make_topic(name: str = "Rückkehr", **fields: object) -> Topic:
    """Return a topic in German."""
    topic = Topic(name=name, locale=Locale.objects.get(language_code="de"), **fields)
    topic.full_clean()
    topic.save()
    return topic


def submit(page: Page, language_code: str = "en") -> Translation:
    """Submit a page for translation, with its ancestors, and return the translation; nothing is published."""
    locale = Locale.objects.get(language_code=language_code)
    source, _created = TranslationSource.update_or_create_from_instance(page)
    translation, _created = Translation.objects.get_or_create(source=source, target_locale=locale)
    return translation


def translate_texts(translation: Translation, texts: dict[str, str] | None = None, leave_out: int = 0) -> None:
    """Translate the segments of a submitted page: by `texts` (source → translation), else “EN ” before the source.

    The last `leave_out` segments stay untranslated.
    """
    segments = list(StringSegment.objects.filter(source=translation.source).select_related("string").order_by("order"))
    for segment in segments[: len(segments) - leave_out]:
        data = (texts or {}).get(segment.string.data, f"EN {segment.string.data}")
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            context=segment.context,
            locale=translation.target_locale,
            defaults={"data": data, "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
        )


def translate(
    page: Page, language_code: str = "en", leave_out: int = 0, words: dict[str, str] | None = None, **texts: str
) -> Page:
    """Translate and publish a page, its ancestors too where they have only aliases; `title` names the new title, `words` any text."""
    parent = page.get_parent().specific
    if not parent.is_root() and not Page.objects.filter(
        translation_key=parent.translation_key, locale__language_code=language_code, alias_of=None
    ).exists():
        translate(parent, language_code)
    page = type(page).objects.get(pk=page.pk)
    translation = submit(page, language_code)
    translate_texts(translation, {page.title: texts["title"]} if "title" in texts else words, leave_out=leave_out)
    instance, _created = translation.source.create_or_update_translation(
        translation.target_locale, publish=False, fallback=True
    )
    type(instance).objects.get(pk=instance.pk).get_latest_revision().publish()
    return type(instance).objects.get(pk=instance.pk)


def make_alias(page: Page, language_code: str = "en") -> Page:
    """Return the alias that a page gets in a language when it is made in the admin."""
    return page.copy_for_translation(Locale.objects.get(language_code=language_code), copy_parents=True, alias=True)


def let_pass(**time: float) -> None:
    """Move the clock: everything that is stored with a time to come or past is so much older."""
    past = datetime.timedelta(**time)
    names = ("go_live_at", "expire_at")
    for page in Page.objects.exclude(go_live_at=None, expire_at=None):
        dates = {name: getattr(page, name) and getattr(page, name) - past for name in names}
        Page.objects.filter(pk=page.pk).update(**dates)
    for revision in Revision.objects.exclude(content__go_live_at=None, content__expire_at=None):
        for name in names:
            if value := revision.content.get(name):
                revision.content[name] = (datetime.datetime.fromisoformat(value) - past).isoformat()
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=F("approved_go_live_at") - past)
    for image in PortalImage.objects.exclude(usable_until=None):
        PortalImage.objects.filter(pk=image.pk).update(usable_until=image.usable_until - past)
    Job.objects.filter(due_at__isnull=False, lease_until=None).update(due_at=F("due_at") - past)


def make_reader(name: str = "leserin") -> User:
    """Return somebody who reads what the forms bring: without such a person there are none."""
    group, _ = Group.objects.get_or_create(name="Posteingang")
    codenames = ("access_admin", "view_message", "change_message", "view_feedback")
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    user = User.objects.create_user(name, f"{name}@example.org")
    user.groups.add(group)
    return user


def make_fact(kind: str = "phone", value: str = "", text: str = "", name: str = "Telefon") -> Fact:
    """Return a fact in German; without value and text it is missing."""
    fact = Fact(kind=kind, value=value, text=text, name=name, locale=Locale.objects.get(language_code="de"))
    fact.full_clean()
    fact.save()
    return fact


SOON = timezone.now() + datetime.timedelta(days=3)
DATED = (
    (EventIndexPage, EventPage, {"starts_at": SOON, "place": "Berlin"}),
    (VacancyIndexPage, VacancyPage, {"closes_at": SOON, "reference": "1"}),
    (TenderIndexPage, TenderPage, {"closes_at": SOON, "reference": "1"}),
)
"""The dated kinds: the type of their list, their own, what a page of it needs."""


def make_dated(section: Page, index: type[BasePage], model: type[BasePage], fields: dict[str, object]) -> list[BasePage]:
    """Return a list of a dated kind below a section, with a page in it."""
    found = add(section, index(title=index.__name__))
    return [found, add(found, model(title=model.__name__, lead="Ein Satz.", **fields))]
