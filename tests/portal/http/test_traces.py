"""What kept pages were built from: a change drops what it touches, and leaves all else as it lies there."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page, PageViewRestriction

from participate.models import EventIndexPage, EventPage
from portal import changes
from portal.http import keeping
from portal.http.keeping import Kept
from portal.http.traces import Trace, recording
from portal.models import Alert, BasePage, ListRow
from portal.navigation import homes
from tests import builders
from tests.portal.shell.in_process import ShellClient

pytestmark = pytest.mark.django_db

Committed = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]) -> Committed:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def reader() -> ShellClient:
    changes.announce(changes.EVERYTHING)
    return ShellClient()


def kept(reader: ShellClient, *pages: BasePage) -> list[bytes]:
    """Return the bytes that lie in the store for pages: the very same ones where they were not built again."""
    for page in pages:
        assert reader.get(page.get_url()).status_code == 200
    return [reader.shell.store.get(("testserver", page.get_url(), "")).codings["br"].body for page in pages]


def rebuilt(reader: ShellClient, committed: Committed, change: Callable[[], object], *pages: BasePage) -> list[bool]:
    """Return which pages are built again after a change; all are what they would be if nothing had been kept."""
    before = kept(reader, *pages)
    with committed():
        change()
    after = kept(reader, *pages)
    answers = [reader.get(page.get_url()).content for page in pages]
    changes._deliver(frozenset({changes.EVERYTHING}))
    assert answers == [reader.get(page.get_url()).content for page in pages]
    return [old is not new for old, new in zip(before, after, strict=True)]


def test_a_change_drops_what_it_touches_alone(reader: ShellClient, committed: Committed) -> None:
    with committed():
        home = builders.make_home()
        section = builders.make_section(home)
        draft = builders.make_content_page(section, "Noch nicht da", live=False, show_in_menus=False)
        changed = builders.make_content_page(section, "Eins", show_in_menus=False)
        other = builders.make_content_page(section, "Zwei", show_in_menus=False)
        text = f'<p>Siehe <a linktype="page" id="{draft.pk}">dort</a> und <a linktype="page" id="{changed.pk}">hier</a></p>'
        linking = builders.make_content_page(section, "Verweist", show_in_menus=False, body=[("text", text)])
        index = builders.make_news_index(home)
        english = builders.translate(other)
        fact = builders.make_fact("phone", "+49 30 111")

    def write() -> None:
        changed.body = [("text", "<p>Ein anderer Text</p>")]
        changed.save_revision().publish()

    pages = changed, other, linking, english
    assert rebuilt(reader, committed, write, *pages) == [True, False, False, False]
    assert rebuilt(reader, committed, lambda: builders.publish(draft), *pages) == [False, False, True, False]
    assert rebuilt(reader, committed, lambda: builders.make_news(index, "Neues"), index, *pages) == [True, False, False, False, False]

    def rename() -> None:
        changed.title = "Eins, neu"
        changed.save_revision().publish()

    assert rebuilt(reader, committed, rename, changed, other, linking) == [True, False, True]
    restriction = PageViewRestriction(page=draft, restriction_type=PageViewRestriction.LOGIN)
    # Who may read what is one value for all of them.
    assert rebuilt(reader, committed, restriction.save, other, linking) == [True, True]
    assert rebuilt(reader, committed, changed.unpublish, other, linking) == [False, True]
    fact.value = "+49 30 222"
    assert rebuilt(reader, committed, fact.save, other, linking) == [False, False]
    alert = Alert(heading="Sturm", text="<p>Sturm</p>", is_published=True, locale=Locale.objects.get(language_code="de"))
    assert rebuilt(reader, committed, alert.save, *pages[1:]) == [True, True, True]


def test_what_has_ended_before_it_was_published_is_listed_where_it_belongs(reader: ShellClient, committed: Committed) -> None:
    """The list was built before that moment, and asks the database by the moment at which it was built."""
    with committed():
        section = builders.make_section(builders.make_home())
        index, *_ = builders.make_dated(section, EventIndexPage, EventPage, {"starts_at": timezone.now() + datetime.timedelta(days=3)})
    key = ("testserver", f"{index.get_url()}", "past=yes")
    assert "Eben vorbei" not in reader.get(f"{key[1]}?{key[2]}").content.decode()
    entry = reader.shell.store.get(key)
    # As if it had been built two hours ago.
    entry.kept.began -= min(7200, timezone.now().timestamp() - keeping._midnight_after(timezone.localdate()).timestamp() + 86_400 - 1)
    with committed():
        moment = timezone.now() - datetime.timedelta(seconds=1)
        builders.add(index, EventPage(title="Eben vorbei", starts_at=moment - datetime.timedelta(seconds=1), ends_at=moment))
    assert "Eben vorbei" in reader.get(f"{key[1]}?{key[2]}").content.decode()


def test_what_is_read_is_noted_and_what_is_written_is_never_the_same() -> None:
    builders.make_home()
    homes()
    with recording() as trace:
        found = list(Locale.objects.order_by("pk").values_list("language_code", flat=True))
        changes.KEPT["homes"]()
    assert found == list(Locale.objects.order_by("pk").values_list("language_code", flat=True))
    assert (len(trace.queries), set(trace.values)) == (1, {("homes", ())})
    assert trace.holds()
    Locale.objects.filter(language_code="ar").update(language_code="fa")
    assert not trace.holds()
    Locale.objects.filter(language_code="fa").update(language_code="ar")
    assert trace.holds()
    with recording() as written:
        Locale.objects.filter(language_code="ar").update(language_code="ar")
    assert not written.holds()


def test_rows_are_handed_on_as_they_were_read() -> None:
    builders.make_home()
    with recording():
        codes = [code for (code,) in Locale.objects.order_by("pk").values_list("language_code").iterator(chunk_size=2)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT language_code FROM wagtailcore_locale ORDER BY id")
            found = [*cursor.fetchone(), *(code for row in cursor.fetchmany(2) for code in row), *(code for (code,) in cursor)]
            description = cursor.description[0][0]
    assert codes == found == list(Locale.objects.order_by("pk").values_list("language_code", flat=True))
    assert description == "language_code"


def test_a_value_that_changed_while_a_page_was_built_makes_it_nobodys() -> None:
    trace = Trace()
    trace.note("homes", (), 1)
    trace.note("homes", (), 1)
    assert trace.is_whole
    trace.note("homes", (), 2)
    assert not trace.holds()


def test_no_page_outlives_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now().timestamp()
    monkeypatch.setattr(keeping, "_moments", lambda: (now - 100, now + 100))
    page = Kept()
    page.ends(Trace(), now - 50)
    assert (page.still_holds(), page.fresh_until <= now + 100) == (True, True)
    page.began = now - 150
    assert not page.still_holds()
    page.began, page.fresh_until = now - 50, now - 1
    assert not page.still_holds()
    assert not Kept().still_holds()


def test_of_many_pages_the_moments_are_read_from_indexes() -> None:
    """They are asked after each change: with a hundred thousand pages each would be looked at."""
    index = builders.make_news_index(builders.make_home())
    news = builders.make_news(index)
    row, page = ListRow.objects.get(page=news), Page.objects.get(pk=news.pk)
    soon, later = (timezone.now() + datetime.timedelta(days=days) for days in (1, 2))
    Page.objects.bulk_create(
        Page(
            title="x", slug=f"x-{number}", path=Page._get_path(index.path, page.depth, 100 + number), depth=page.depth, live=True,
            locale_id=page.locale_id, content_type_id=page.content_type_id, url_path=f"{index.url_path}x-{number}/",
            expire_at=later if number == 7 else None,
        )
        for number in range(500)
    )  # fmt: skip
    ListRow.objects.bulk_create(
        ListRow(
            page_id=pk, index_key=row.index_key, locale_id=row.locale_id, kind=row.kind, start=row.start, end=row.end,
            published_at=row.published_at, name="x", is_live=True,
        )
        for pk in Page.objects.filter(slug__startswith="x-").values_list("pk", flat=True)
    )  # fmt: skip
    ListRow.objects.filter(page__slug="x-1").update(start=soon, end=soon)
    ListRow.objects.filter(page__slug="x-2").update(start=later, end=later, is_live=False)
    assert keeping._moments.build() == (soon.timestamp(), later.timestamp())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE wagtailcore_page, portal_listrow")
    plans = [moments.explain() for moments in keeping._coming()]
    for name, plan in zip(("portal_list_starting", "portal_list_ending", "", "", "portal_page_expiry"), plans, strict=True):
        assert name in plan


def test_where_it_cannot_be_asked_the_page_is_built(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database may be back in a moment, and the view says in the reader's language where it is not."""

    def fail(*args: object) -> None:
        raise OperationalError("away")

    builders.make_home()
    monkeypatch.setattr(Kept, "still_holds", fail)
    kept = Kept(before=Kept())
    assert (client.get("/de/", **{keeping.ENVIRON: kept}).status_code, kept.holds, kept.before) == (200, False, None)
    monkeypatch.setattr(Kept, "ends", fail)
    kept = Kept(before=Kept())
    assert (client.get("/de/", **{keeping.ENVIRON: kept}).status_code, kept.fresh_until) == (200, 0.0)
