"""Whose dates hold: those of the German page for what is translated from it, its own for what is written by hand."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from home.models import ContentPage, HomePage
from portal import changes
from portal.pages import schedules
from tests.builders import add, make_alias, make_content_page, make_home, translate

pytestmark = pytest.mark.django_db

YESTERDAY, TOMORROW, LATER = (timedelta(days=days) for days in (-1, 1, 2))


@pytest.fixture(scope="module")
def shared_versions(module_database: DjangoDbBlocker) -> dict[str, Page]:
    with module_database.unblock():
        return build()


@pytest.fixture
def versions(shared_versions: dict[str, Page], db: None) -> dict[str, Page]:
    changes.announce(changes.EVERYTHING)
    return copy.deepcopy(shared_versions)


def build() -> dict[str, Page]:
    """Return a page in German, translated, stopped, as an alias, and in Leichte Sprache."""
    home = make_home()
    german = make_content_page(home, "Rückkehr")
    stopped = translate(german, "ar", title="عودة")
    Translation.objects.filter(target_locale=stopped.locale).update(enabled=False)
    easy = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy.save_revision().publish()
    easy_home = HomePage.objects.get(pk=easy.pk)
    easy_page = add(easy_home, ContentPage(title="Einfach", locale=easy.locale, translation_key=german.translation_key))
    translated, alias = translate(german, "en"), make_alias(german, "uk")
    return {"german": german, "translated": translated, "stopped": stopped, "alias": alias, "easy": easy_page}


def set_dates(page: Page, *, live: bool, begins: timedelta | None = None, ends: timedelta | None = None, is_planned: bool = True) -> None:
    """Write dates and state of a page; a beginning to come is approved unless it was called off."""
    now = timezone.now()
    go_live_at, expire_at = (None if time is None else now + time for time in (begins, ends))
    Page.objects.filter(pk=page.pk).update(live=live, go_live_at=go_live_at, expire_at=expire_at)
    revision = Page.objects.get(pk=page.pk).specific.save_revision()
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=go_live_at if is_planned else None)


def fresh(page: Page) -> Page:
    return Page.objects.get(pk=page.pk)


def test_only_what_is_being_translated_has_the_dates_of_another(versions: dict[str, Page]) -> None:
    german = versions["german"].pk
    found = {name: source and source.pk for name, source in ((name, schedules.source_of(page)) for name, page in versions.items())}
    assert found == {"german": None, "translated": german, "stopped": None, "alias": None, "easy": None}


@pytest.mark.parametrize(
    ("live", "begins", "ends", "is_planned", "expected"),
    [
        (True, None, LATER, True, (None, LATER)),
        (False, TOMORROW, LATER, True, (TOMORROW, LATER)),
        (False, TOMORROW, LATER, False, (None, LATER)),
        (False, YESTERDAY, None, True, (None, None)),
        (False, None, YESTERDAY, True, (None, None)),
        (True, YESTERDAY, LATER, True, (YESTERDAY, LATER)),
    ],
)
def test_a_translation_takes_what_still_holds_of_its_source(
    versions: dict[str, Page], live: bool, begins: timedelta | None, ends: timedelta | None, is_planned: bool, expected: tuple
) -> None:
    set_dates(versions["german"], live=live, begins=begins, ends=ends, is_planned=is_planned)
    source = fresh(versions["german"])
    for name in ("translated", "stopped", "easy", "german"):
        page = fresh(versions[name])
        own = (page.go_live_at, page.expire_at)
        schedules.take_dates(page)
        dates: tuple[datetime | None, ...] = tuple(
            stored if time is not None else None for stored, time in zip((source.go_live_at, source.expire_at), expected, strict=True)
        )
        assert (name, page.go_live_at, page.expire_at) == (name, *(dates if name == "translated" else own))


@pytest.mark.parametrize(
    ("live", "begins", "ends", "is_planned", "said"),
    [
        # over for good, may be published by machine, would be online alone
        (True, None, None, True, (False, True, False)),
        (False, None, None, True, (False, False, True)),
        (False, TOMORROW, None, True, (False, False, False)),
        (False, TOMORROW, None, False, (False, False, True)),
        (False, None, YESTERDAY, True, (True, False, True)),
        (False, None, TOMORROW, True, (False, False, True)),
    ],
)
def test_what_is_said_of_a_translation_by_the_state_of_its_source(
    versions: dict[str, Page], live: bool, begins: timedelta | None, ends: timedelta | None, is_planned: bool, said: tuple[bool, ...]
) -> None:
    set_dates(versions["german"], live=live, begins=begins, ends=ends, is_planned=is_planned)
    Page.objects.exclude(pk=versions["german"].pk).filter(translation_key=versions["german"].translation_key).update(live=False)

    def of(name: str) -> tuple[bool, ...]:
        page = fresh(versions[name])
        try:
            schedules.check_source(page)
            may = True
        except ValidationError:
            may = False
        return schedules.is_over(page), may, schedules.would_be_alone(page)

    assert of("translated") == said
    # What is written by hand waits for nobody; that its German page is offline is asked about all the same.
    assert of("stopped") == (False, True, said[2])
    for name in ("german", "alias", "easy"):
        assert (name, of(name)) == (name, (False, True, False))
    Page.objects.filter(pk=versions["translated"].pk).update(live=True)
    assert of("translated")[2] is False


def test_who_set_an_end_of_their_own_keeps_it(versions: dict[str, Page]) -> None:
    for ends, own in ((TOMORROW, {"stopped", "german", "easy"}), (YESTERDAY, set()), (None, set())):
        for page in versions.values():
            Page.objects.filter(pk=page.pk).update(expire_at=None if ends is None else timezone.now() + ends)
        assert {name for name, page in versions.items() if schedules.has_own_expiry(fresh(page))} == own


def test_a_new_time_of_german_is_that_of_its_translations_alone(versions: dict[str, Page]) -> None:
    for name in ("translated", "stopped"):
        set_dates(versions[name], live=False, begins=TOMORROW)
    set_dates(versions["german"], live=False, begins=LATER, ends=LATER + LATER)
    source = fresh(versions["german"])
    before = fresh(versions["stopped"])
    schedules.follow(fresh(versions["stopped"]))
    assert fresh(versions["translated"]).go_live_at != source.go_live_at
    schedules.follow(source)
    translated, stopped = fresh(versions["translated"]), fresh(versions["stopped"])
    assert (translated.go_live_at, translated.expire_at) == (source.go_live_at, source.expire_at)
    assert (stopped.go_live_at, stopped.expire_at) == (before.go_live_at, before.expire_at)
    assert translated.latest_revision.approved_go_live_at == source.go_live_at
    assert stopped.latest_revision.approved_go_live_at == before.go_live_at
    # German went online before its time: what waited for it waits no longer.
    set_dates(versions["german"], live=True, begins=LATER)
    schedules.follow(fresh(versions["german"]))
    assert fresh(versions["translated"]).latest_revision.approved_go_live_at <= timezone.now()
    assert fresh(versions["stopped"]).latest_revision.approved_go_live_at == before.go_live_at
