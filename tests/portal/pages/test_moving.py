"""What follows from a new address is written with the change itself or not at all, of many pages as of one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from wagtail.actions.move_page import MovePageAction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page
from wagtail.signals import page_slug_changed, post_page_move

from home.models import ContentPage, HomePage
from portal import changes, jobs
from portal.listing import rows, signals
from portal.models import ListRow
from portal.pages import moving, redirects
from tests.builders import (
    add,
    make_alias,
    make_content_page,
    make_home,
    make_news,
    make_news_index,
    make_section,
    submit,
    translate,
)
from tests.portal.pages.test_redirects import address, fresh, rename, targets, versions, with_subtree

pytestmark = pytest.mark.django_db


def test_a_slug_with_its_change(page: Page) -> None:
    """Wagtail itself tells with the commit, which here never comes."""
    before = {address(one): one.pk for version in (page, versions(page)[2]) for one in with_subtree(version)}
    changed = fresh(page)
    changed.slug = "heimkehr"
    changed.save()
    assert targets() == before
    assert [address(one) for one in (versions(page)[0], versions(page)[2])] == [
        "/de/unsere-arbeit/heimkehr", "/uk/unsere-arbeit/heimkehr",
    ]  # fmt: skip


@pytest.mark.parametrize("is_renamed", [True, False])
def test_wagtail_itself_tells_too_late(page: Page, section: Page, is_renamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, a release of Wagtail tells within the transaction, and `portal.pages.moving` can go."""
    for name, method in (("set_url_path", moving._set_url_path), ("_update_descendant_url_paths", moving._update_descendant_url_paths)):
        monkeypatch.setattr(Page, name, method)
    monkeypatch.setattr(MovePageAction, "_move_page", MovePageAction._move_page.__wrapped__)
    told: list[int] = []

    def tell(**kwargs: object) -> None:
        told.append(len(connection.savepoint_ids))

    signal, outside = page_slug_changed if is_renamed else post_page_move, len(connection.savepoint_ids)
    signal.connect(tell)
    try:
        changed = fresh(page)
        if is_renamed:
            changed.slug = "heimkehr"
            changed.save()
        else:
            changed.move(make_section(section.get_parent().specific, "Einblicke"), "last-child")
    finally:
        signal.disconnect(tell)
    # With the commit, which never comes here; or outside of the transaction that moved it, once all versions have followed.
    assert told[-1:] == ([] if is_renamed else [outside])


@pytest.mark.parametrize("is_moved", [True, False])
def test_every_tree_has_its_addresses_and_redirects(page: Page, section: Page, is_moved: bool) -> None:
    """What follows comes along: aliases, what was begun, with a move what is finished. Leichte Sprache has a tree of its own."""
    make_alias(page, "ar")
    submit(page, "ar").save_target(publish=False)
    home = section.get_parent().specific
    simple = Locale.objects.get(language_code="de-simple")
    shown = {"hero_title": "Hallo", "hero_text": "Hier steht es.", "locale": simple, "translation_key": home.translation_key}
    easy_home = add(Page.get_first_root_node(), HomePage(title="Start", **shown))
    easy = add(easy_home, ContentPage(title="Nach Hause", locale=simple, translation_key=page.translation_key))
    add(easy, ContentPage(title="Hilfe", locale=simple))
    other = make_section(home, "Einblicke")
    codes = dict(Page.objects.filter(depth__gt=2).values_list("pk", "locale__language_code"))

    def addresses() -> dict[int, str]:
        return {pk: address(Page.objects.get(pk=pk)) for pk in codes}

    def changed(before: dict[int, str], after: dict[int, str]) -> dict[str, int]:
        return {before[pk]: pk for pk in codes if before[pk] != after[pk]}

    before = addresses()
    german = fresh(page)
    if is_moved:
        german.move(fresh(other), "last-child")
    else:
        german.slug = "heimkehr"
        german.save()
    after = addresses()
    led = changed(before, after)
    follows = ["ar", "de", "en", "uk"] if is_moved else ["ar", "de", "uk"]
    assert sorted({codes[pk] for pk in led.values()}) == follows
    # Of each language the page, and the one below it where there is one.
    assert {one for one in versions(page) if one.pk in led.values()} == {one for one in versions(page) if codes[one.pk] in follows}
    assert targets() == led
    for one in versions(page):
        if codes[one.pk] in follows:
            above = next(other for other in versions(other if is_moved else section) if other.locale_id == one.locale_id)
            slug = "en-ruckkehr" if codes[one.pk] == "en" else "rueckkehr" if is_moved else "heimkehr"
            assert after[one.pk] == f"{address(above)}/{slug}"
    renamed = fresh(easy)
    renamed.slug = "heim"
    renamed.save()
    assert targets() == led | {"/de-simple/nach-hause": easy.pk, "/de-simple/nach-hause/hilfe": renamed.get_children().get().pk}


@pytest.mark.parametrize("is_moved", [True, False])
def test_what_fails_at_the_end_leaves_all_as_it_was(
    page: Page, section: Page, is_moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_section(section.get_parent().specific, "Einblicke")
    event = changes.Event.MOVED if is_moved else changes.Event.RENAMED

    def fail(change: changes.Change) -> None:
        assert targets() != {}
        raise LookupError

    before = list(Page.objects.order_by("pk").values_list("pk", "path", "slug", "url_path", "numchild"))
    receivers = {**changes._receivers, event: [*changes._receivers[event], (99, fail)]}
    monkeypatch.setattr(changes, "_receivers", receivers)
    changed = fresh(page)
    changed.slug = "heimkehr"
    change = partial(changed.move, other, "last-child") if is_moved else changed.save
    with pytest.raises(LookupError):
        change()
    assert list(Page.objects.order_by("pk").values_list("pk", "path", "slug", "url_path", "numchild")) == before
    assert targets() == {}


@pytest.mark.parametrize("is_moved", [True, False])
def test_of_many_pages_each_address_leads_on_and_is_its_own_again(
    section: Page, client: Client, django_capture_on_commit_callbacks: Callable, is_moved: bool
) -> None:
    """As one by one: what is not written plainly is stored as it is looked up; what was never public leaves nothing."""
    above = make_content_page(section, title="Oben")
    first = make_content_page(above, title="Erste")
    other = make_section(section.get_parent().specific, "Einblicke")
    above = fresh(above)
    kind, begin = first.content_type, Page._str2int(first.path[-Page.steplen :]) + 1
    odd = ["ÜBER-uns", "100%-sicher", "GROSS", "x" * 230, "x" * 250]
    slugs = [*(f"seite-{number}" for number in range(600)), *odd, "entwurf", "entwurf-2"]
    Page.objects.bulk_create(
        Page(
            title=slug, draft_title=slug, slug=slug, live="entwurf" not in slug, depth=above.depth + 1,
            path=Page._get_path(above.path, above.depth + 1, begin + number), locale_id=above.locale_id, content_type=kind,
            url_path=f"{above.url_path}{slug}/",
            first_published_at=first.first_published_at if slug == "entwurf-2" else None,
        )
        for number, slug in enumerate(slugs)
    )  # fmt: skip
    Redirect.add_redirect("/flyer", f"{address(above)}/seite-7/")

    def addresses() -> dict[int, str]:
        below = Page.objects.filter(path__startswith=fresh(above).path)
        return {page.pk: redirects.path_of(page.url_path, page.locale_id) for page in below}

    def change(parent: Page, slug: str) -> None:
        if is_moved:
            fresh(above).move(fresh(parent), "last-child")
        else:
            rename(above, slug, partial(django_capture_on_commit_callbacks, execute=True))

    def expected(there: dict[int, str]) -> dict[str, int]:
        return {path: pk for pk, path in there.items() if pk != draft} | {"/flyer": Page.objects.get(slug="seite-7").pk}

    draft = Page.objects.get(slug="entwurf").pk
    before, slug = addresses(), above.slug
    change(other, "ganz-anders")
    after = addresses()
    assert before.keys() == after.keys()
    assert len({*before.values(), *after.values()}) == 2 * len(before)
    assert targets() == expected(before)
    assert client.get(f"{before[first.pk]}/").headers["Location"] == f"{after[first.pk]}/"
    made = Redirect.objects.get(old_path=before[first.pk])
    by_hand = Redirect(old_path=before[first.pk], redirect_page_id=first.pk, automatically_created=True)
    for field in Redirect._meta.concrete_fields:
        if field.name not in ("id", "created_at"):
            assert getattr(made, field.attname) == getattr(by_hand, field.attname), field.name
    assert abs(timezone.now() - made.created_at) < datetime.timedelta(days=1)
    change(section, slug)
    assert addresses() == before
    # No page has the address of what is offline for its own.
    offline = Page.objects.get(slug="entwurf-2").pk
    assert targets() == expected(after) | {before[offline]: offline}
    assert client.get(f"{before[first.pk]}/").status_code == 200


@pytest.mark.parametrize("most", [0, 1000])
def test_the_lists_of_many_that_moved_are_written_by_the_runner(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """With the move itself where they are few; in all languages, and as all rows are made anew."""
    home = make_home()
    index = make_news_index(home)
    news = make_news(index)
    translate(news, "en")
    other = make_news_index(home, "Presse")
    translate(other, "en")
    monkeypatch.setattr(signals, "MOST_AT_ONCE", most)
    jobs.run_all()

    def stand_in() -> list[tuple[str, UUID]]:
        return sorted(ListRow.objects.values_list("locale__language_code", "index_key"))

    fresh(news).move(fresh(other), "last-child")
    assert stand_in() == [(code, other.translation_key if most else index.translation_key) for code in ("de", "en")]
    jobs.run_all()
    written = stand_in()
    assert written == [(code, other.translation_key) for code in ("de", "en")]
    rows.rebuild()
    assert stand_in() == written


@pytest.mark.parametrize("is_other_list", [True, False])
def test_rows_are_written_where_what_moves_comes_into_another_list_alone(monkeypatch: pytest.MonkeyPatch, is_other_list: bool) -> None:
    """A section is a list too, of other kinds: news in an index that moves below it stand in that index as before."""
    home = make_home()
    section, index, other = make_section(home), make_news_index(home), make_news_index(home, "Presse")
    news, elsewhere = make_news(index), make_news(other, "Andere")
    for page in (news, elsewhere):
        translate(page, "en")
    moving = set(Page.objects.filter(translation_key=news.translation_key).values_list("pk", flat=True))
    written: list[int] = []
    write = rows.write

    def note(pages: QuerySet[Page]) -> None:
        written.extend(pages.values_list("pk", flat=True))
        write(pages)

    def stand_in() -> dict[int, UUID]:
        return dict(ListRow.objects.values_list("page_id", "index_key"))

    before = stand_in()
    assert len(before) == 4
    monkeypatch.setattr(rows, "write", note)
    if is_other_list:
        fresh(news).move(fresh(other), "last-child")
    else:
        fresh(index).move(fresh(section), "last-child")
    assert set(written) == (moving if is_other_list else set())
    after = stand_in()
    assert after == (before | dict.fromkeys(moving, other.translation_key) if is_other_list else before)
    rows.rebuild()
    assert stand_in() == after
