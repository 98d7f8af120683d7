"""The mirror: the same as the portal in every language, its links work offline, and nothing that was withdrawn is in it."""

from __future__ import annotations

import html
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from portal.language.languages import LANGUAGES
from tests import support
from tests.portal.serving.test_status import set_database
from tests.portal.shell.clients import ask

pytestmark = pytest.mark.content

REFERENCE = re.compile(r'\s(?:href|src|poster)="([^"]*)"')
LINK = re.compile(r'<a\s(?:[^>]*\s)?href="([^"]*)"')


@pytest.fixture(scope="module")
def portal(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal whose runner keeps a mirror, and whose database can be taken away."""
    if not (database := portal_state.database and f"{support.run_name()}_mirror_{support.worker_name()}"):
        pytest.skip("needs PostgreSQL: whoever has opened a file keeps it")
    folder = tmp_path_factory.mktemp("mirrored")
    with support.served(portal_state, folder / "portal", database, PORTAL_MIRROR=str(folder / "mirror")) as portal:
        portal.environment["DATABASE"] = database
        yield portal


def current(portal: support.Portal) -> Path:
    return Path(portal.environment["PORTAL_MIRROR"]) / "current"


def index(portal: support.Portal) -> dict[str, object]:
    return json.loads((current(portal) / "index.json").read_text(encoding="utf-8"))


def holds(portal: support.Portal) -> bool:
    """Return whether the runner has written a mirror that holds."""
    return (current(portal) / "index.json").exists()


_CLOSED = """
import datetime
from django.utils import timezone
from participate.models import VacancyIndexPage, VacancyPage
page = VacancyPage(title="Apfelpflege", reference="A-1", closes_at=timezone.now() - datetime.timedelta(days=1))
VacancyIndexPage.objects.get(locale__language_code="de").add_child(instance=page)
page.save_revision().publish()
print("CLOSED", page.pk)
"""


@pytest.fixture(scope="module")
def written(live_portal: support.Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Return a mirror that the command has written, and what it said, while a page is there that no list leads to."""
    folder = tmp_path_factory.mktemp("written")
    made = live_portal.manage("shell", "-v0", "-c", _CLOSED)
    closed = next(line.split()[1] for line in made.splitlines() if line.startswith("CLOSED"))
    said = live_portal.manage("mirror", str(folder), "--zip")
    yield (folder / "current").resolve(), said
    live_portal.manage("shell", "-c", f"from wagtail.models import Page; Page.objects.get(pk={closed}).delete()")


def differences(portal: support.Portal, place: Path, *, every: int) -> list[tuple[object, ...]]:
    """Compare each so many-th entry with what the portal answers."""
    found = []
    for address, entry in list(entries_of(place).items())[::every]:
        path, _mark, query = address.partition("?")
        status, headers, body = ask(portal, quote(path) + (f"?{query}" if query else ""))
        known = [[name, value] for name, value in entry["headers"] if headers.get(name.lower()) != value]
        if (status, known, body) != (200, [], (place / entry["file"]).read_bytes()):
            found.append((address, status, known))
    return found


def entries_of(place: Path) -> dict[str, dict[str, object]]:
    return json.loads((place / "index.json").read_text(encoding="utf-8"))["entries"]


@pytest.mark.once
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=[pytest.mark.long, pytest.mark.faults])])
def test_it_is_what_the_portal_answers(live_portal: support.Portal, written: tuple[Path, str], every: int) -> None:
    assert differences(live_portal, written[0], every=every) == []


@pytest.mark.once
def test_it_holds_every_page_and_its_links_work_offline(live_portal: support.Portal, written: tuple[Path, str]) -> None:
    place, said = written
    addresses = {unquote(address) for address in support.public_addresses(live_portal)}
    assert addresses - set(entries_of(place)) == set()
    assert {f"/{language.code}/" for language in LANGUAGES} <= addresses
    lost, outside = [], set()
    for file in (place / "site").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for reference in map(html.unescape, REFERENCE.findall(text)):
            parts = urlsplit(reference)
            if not parts.scheme and parts.path and not (file.parent / unquote(parts.path)).is_file():
                lost.append((str(file.relative_to(place)), reference))
        outside |= {unquote(html.unescape(link)) for link in LINK.findall(text)}
    assert lost == []
    # What leads to the portal itself is no page that everybody reads without asking for something.
    assert outside & {f"{live_portal.url}{address}" for address in addresses} == set()
    packed = next(place.parent.glob("*.zip"))
    with zipfile.ZipFile(packed) as archive:
        files = {str(Path("portal") / path.relative_to(place / "site")): path for path in (place / "site").rglob("*") if path.is_file()}
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {name: path.read_bytes() for name, path in files.items()}
    assert str(len([name for name in files if name.endswith(".html")]) - 1) in said


_CHANGE = """
from wagtail.models import Page
page = Page.objects.get(slug="unsere-arbeit", depth=3, locale__language_code="de").get_children().live().last().specific
{change}
print("CHANGED", page.get_url())
"""


def change(portal: support.Portal, what: str) -> str:
    said = portal.manage("shell", "-v0", "-c", _CHANGE.format(change=what))
    return next(line.split()[1] for line in said.splitlines() if line.startswith("CHANGED"))


def test_without_the_database_pages_that_nobody_visited_are_answered_and_nothing_that_was_withdrawn(portal: support.Portal) -> None:
    support.wait_for(lambda: holds(portal), "The mirror")
    entries = index(portal)["entries"]
    # One page of each language, and none of those that anybody has asked for.
    unseen = [next(a for a in reversed(list(entries)) if a.startswith(f"/{language.code}/") and a.endswith("/")) for language in LANGUAGES]
    set_database(portal, there=False)
    try:
        for address in unseen:
            status, headers, body = ask(portal, quote(address))
            assert (status, headers["cache-status"]) == (200, "portal; hit; detail=mirror"), address
            assert body == (current(portal).resolve() / entries[address]["file"]).read_bytes()
        assert ask(portal, "/de/nirgends/")[0] == 503
        assert ask(portal, quote(unseen[0]), Cookie="sessionid=somebody")[0] == 503
    finally:
        set_database(portal, there=True)
    before = current(portal).resolve()
    address = change(portal, "page.unpublish()")
    set_database(portal, there=False)
    try:
        # Before anybody heard that it was: no moment in between.
        assert not holds(portal)
        assert {ask(portal, path)[0] for path in (address, quote(unseen[1]))} == {503}
    finally:
        set_database(portal, there=True)
    support.wait_for(lambda: holds(portal), "The next mirror")
    assert (address in index(portal)["entries"], before.exists()) == (False, False)
    change(portal, "page.save_revision().publish()")


def test_an_entry_is_shown_until_its_moment(portal: support.Portal) -> None:
    support.wait_for(lambda: holds(portal), "The mirror")
    file, address = current(portal).resolve() / "index.json", "/uk/"
    found = json.loads(file.read_text(encoding="utf-8"))
    moments = {"shown_until": time.time() + 20}
    found["entries"][address] |= moments
    # A mirror is read once: what is changed by hand is another one.
    name = file.parent.name
    other = file.parent.with_name(f"{name[:-2]}{(int(name[-2]) + 1) % 10}Z")
    file.parent.rename(other)
    (other / "index.json").write_text(json.dumps(found), encoding="utf-8")
    (link := current(portal)).unlink()
    link.symlink_to(other.name)
    set_database(portal, there=False)
    try:
        status = ask(portal, address)[0]
        # On a machine that took longer there is nothing to see.
        assert status == 200 or time.time() > moments["shown_until"]
        support.wait_for(lambda: time.time() > moments["shown_until"])
        assert (ask(portal, address)[0], ask(portal, "/en/")[0]) == (503, 200)
    finally:
        set_database(portal, there=True)
