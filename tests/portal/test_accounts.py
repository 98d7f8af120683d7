"""Doors: how often passwords may be tried, what they must be, where ways in end."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import caches
from django.db.models import F
from django.http import HttpResponse
from django.test import Client, RequestFactory
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from portal.accounts import attempts
from portal.limits import client_address
from portal.models import Attempts, KnownAddress
from tests.builders import make_content_page, make_home, translate

PASSWORD = "ein ruhiger Morgen am Fluss"  # noqa: S105
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def editor(db: None) -> User:
    user = User.objects.create_user("erika", "erika@example.org", PASSWORD)
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def home(db: None) -> object:
    page = make_home()
    translate(page, "en")
    return page


def sign_in(name: str = "erika", password: str = PASSWORD, address: str = ELSEWHERE, path: str = "/admin/login/") -> HttpResponse:
    """Try a password in a browser of its own."""
    return Client(REMOTE_ADDR=address).post(path, {"username": name, "password": password})


def wait(seconds: float) -> None:
    """Let time pass for all that was counted."""
    Attempts.objects.update(last_at=F("last_at") - timedelta(seconds=seconds))


def retry_after(response: HttpResponse) -> tuple[int, int]:
    """Return status and seconds to wait."""
    return response.status_code, int(response.headers.get("Retry-After", 0))


@pytest.mark.parametrize("path", ["/admin/login/", "/de/_util/login/", "/ar/_util/login/"])
def test_a_pair_is_locked_after_five_wrong_tries(editor: User, home: object, path: str) -> None:
    """The right password does not open it then; other addresses and other accounts are free; after half an hour it is open again."""
    User.objects.create_user("otto", password=PASSWORD)
    assert [sign_in(password=f"falsch {number}", path=path).status_code for number in range(5)] == [200] * 5
    status, seconds = retry_after(sign_in(path=path))
    assert status == 429
    assert 1790 <= seconds <= 1800
    assert sign_in(path=path, address=OFFICE).status_code == 302
    assert sign_in("otto", path=path).status_code == 302
    wait(1801)
    assert sign_in(path=path).status_code == 302


def test_a_refused_try_does_not_prolong_the_wait(editor: User, home: object) -> None:
    for number in range(5):
        sign_in(password=f"falsch {number}")
    wait(1000)
    assert [retry_after(sign_in())[0] for _ in range(3)] == [429] * 3
    assert 790 <= retry_after(sign_in())[1] <= 800


def test_right_passwords_are_no_tries(editor: User, home: object) -> None:
    assert [sign_in().status_code for _ in range(40)] == [302] * 40
    for _ in range(3):
        assert [sign_in(password="falsch").status_code for _ in range(4)] == [200] * 4
        assert sign_in().status_code == 302


def test_an_address_waits_longer_with_each_try_after_thirty(editor: User, home: object) -> None:
    """Whatever accounts it tries, those that are none too; but not for somebody who signed in from there."""
    assert sign_in(address=OFFICE).status_code == 302
    for number in range(30):
        assert sign_in(f"konto-{number}", "falsch", OFFICE).status_code == 200
    waits = []
    for number in range(30, 34):
        status, seconds = retry_after(sign_in(f"konto-{number}", "falsch", OFFICE))
        assert status == 429
        waits.append(seconds)
        wait(seconds)
        assert sign_in(f"konto-{number}", "falsch", OFFICE).status_code == 200
    assert waits == [1, 2, 4, 8]
    assert sign_in(address=OFFICE).status_code == 302
    User.objects.create_user("otto", password=PASSWORD)
    assert sign_in("otto", address=OFFICE).status_code == 429
    assert sign_in("otto", address=ELSEWHERE).status_code == 302
    KnownAddress.objects.update(seen_at=F("seen_at") - timedelta(days=31))
    assert sign_in(address=OFFICE).status_code == 429


def test_an_account_waits_over_all_addresses_and_nobody_is_locked_out(editor: User, home: object) -> None:
    """From where somebody signed in before, and for who reads the account's mail, the door stays open."""
    assert sign_in(address=OFFICE).status_code == 302
    for number in range(60):
        wait(60)
        assert sign_in(password="falsch", address=f"192.0.2.{number}").status_code == 200
    status, seconds = retry_after(sign_in(address=ELSEWHERE))
    assert status == 429
    assert seconds <= 60
    assert sign_in(address=OFFICE).status_code == 302
    browser = Client(REMOTE_ADDR=ELSEWHERE)
    browser.post("/admin/password_reset/", {"email": "erika@example.org"})
    address = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]
    form = browser.get(address, follow=True)
    new = {"new_password1": "ein lauter Abend am Meer", "new_password2": "ein lauter Abend am Meer"}
    assert browser.post(form.redirect_chain[-1][0], new).status_code == 302
    assert sign_in(password="ein lauter Abend am Meer", address=ELSEWHERE).status_code == 302


def test_names_that_are_none_are_answered_alike(editor: User, home: object) -> None:
    """Nobody learns from the answers which accounts there are; other ways to type a name are the same name."""
    statuses = {
        name: [sign_in(name, "falsch").status_code for _ in range(6)] for name in ("erika", "niemand")
    }
    assert statuses == {name: [200] * 5 + [429] for name in ("erika", "niemand")}
    assert sign_in("ＥＲＩＫＡ ", "falsch").status_code == 429


def test_the_state_outlives_the_cache(editor: User, home: object) -> None:
    for _ in range(5):
        sign_in(password="falsch")
    for name in caches:
        caches[name].clear()
    assert sign_in().status_code == 429


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/de/_util/login/", "Das hat mehrmals nicht geklappt. Bitte warten Sie 30 Minuten"),
        ("/en/_util/login/", "This did not work several times. Please wait 30 minutes"),
    ],
)
def test_the_answer_is_a_page_in_the_readers_language(editor: User, home: object, path: str, words: str) -> None:
    for _ in range(5):
        sign_in(password="falsch", path=path)
    response = sign_in(path=path)
    assert words in response.content.decode()
    assert f'lang="{path[1:3]}"' in response.content.decode()


def test_the_log_names_account_and_address_and_no_password(
    editor: User, home: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A password typed into the field for the name is not written either."""
    with caplog.at_level(logging.WARNING, logger="portal"):
        sign_in(password="geheim-9137")
        sign_in("geheim-9138", "geheim-9137")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("portal")]
    assert lines == [
        f"Wrong password (login: erika) from {ELSEWHERE}, try 1: refused",
        f"Wrong password (login: no account) from {ELSEWHERE}, try 1: refused",
    ]
    assert "geheim" not in str(list(Attempts.objects.values()))


def _of_page(home: object) -> Callable[[str], HttpResponse]:
    page = make_content_page(home, "Intern")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="seepferd")
    path = f"/de/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
    return lambda password, **data: Client(REMOTE_ADDR=ELSEWHERE).post(path, {"password": password, "return_url": page.url, **data})


def _of_collection(home: object) -> Callable[[str], HttpResponse]:
    from wagtail.models import Collection

    collection = Collection.get_first_root_node().add_child(name="Intern")
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type="password", password="seepferd")
    path = f"/documents/authenticate_with_password/{restriction.pk}/"
    return lambda password, **data: Client(REMOTE_ADDR=ELSEWHERE).post(path, {"password": password, "return_url": "/de/", **data})


@pytest.mark.parametrize("door", [_of_page, _of_collection])
def test_passwords_of_pages_and_collections_are_slowed(home: object, door: Callable) -> None:
    attempt = door(home)
    assert [attempt("seepferd").status_code for _ in range(8)] == [302] * 8
    assert [attempt("falsch").status_code for _ in range(5)] == [200] * 5
    status, seconds = retry_after(attempt("seepferd"))
    assert status == 429
    assert 1790 <= seconds <= 1800
    wait(1801)
    response = attempt("seepferd", return_url="https://evil.example/")
    assert (response.status_code, response.url) == (302, "/de/" if door is _of_page else "/de/")


def test_resets_are_slowed_whether_there_is_such_an_account_or_not(editor: User, home: object) -> None:
    for address in ("erika@example.org", "niemand@example.org"):
        posts = [Client(REMOTE_ADDR=ELSEWHERE).post("/admin/password_reset/", {"email": address}) for _ in range(6)]
        assert [post.status_code for post in posts] == [302] * 5 + [429]
        # Over all addresses it waits too: each is a mail.
        other = Client(REMOTE_ADDR=OFFICE).post("/admin/password_reset/", {"email": address.upper()})
        assert other.status_code == 429
    assert [message.to for message in mail.outbox] == [["erika@example.org"]] * 5


def test_an_administrator_unlocks(editor: User, home: object) -> None:
    """The screen shows what waits, its button ends it; people without the right do not come there."""
    User.objects.create_user("otto", password=PASSWORD)
    for _ in range(5):
        sign_in("otto", "falsch")
    admin = Client(REMOTE_ADDR=OFFICE)
    admin.force_login(editor)
    page = admin.get("/admin/locked-sign-ins/").content.decode()
    assert re.findall(r"<td>(?:<span dir=\"ltr\">)?([^<\n]+)", page)[1:4] == ["otto", ELSEWHERE, "5"]
    row = re.search(r'name="row" value="(\d+)"', page)[1]
    assert admin.post("/admin/locked-sign-ins/", {"row": row}).url == "/admin/locked-sign-ins/"
    assert 'name="row"' not in admin.get("/admin/locked-sign-ins/").content.decode()
    assert sign_in("otto").status_code == 302
    assert admin.post("/admin/locked-sign-ins/", {"row": "-"}).status_code == 302
    nobody = Client()
    assert nobody.get("/admin/locked-sign-ins/").status_code == 302
    from django.contrib.auth.models import Permission

    reader = User.objects.create_user("ria", password=PASSWORD)
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    nobody.force_login(reader)
    assert nobody.get("/admin/locked-sign-ins/").status_code in {302, 403}
    assert nobody.post("/admin/locked-sign-ins/", {"row": row}).status_code in {302, 403}


def test_old_rows_are_forgotten(editor: User, home: object) -> None:
    sign_in(password="falsch")
    sign_in()
    attempts.forget()
    assert (Attempts.objects.count(), KnownAddress.objects.count()) == (2, 1)
    wait(24 * 60 * 60 + 1)
    KnownAddress.objects.update(seen_at=F("seen_at") - timedelta(days=31))
    attempts.forget()
    assert (Attempts.objects.count(), KnownAddress.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "expected"),
    [
        (0, "192.0.2.1", "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (2, "192.0.2.66, 192.0.2.1, 192.0.2.2", "198.51.100.1", "192.0.2.1"),
        (2, "192.0.2.66", "198.51.100.1", "198.51.100.1"),
        (1, "", "198.51.100.1", "198.51.100.1"),
        (1, "unknown", "198.51.100.1", "198.51.100.1"),
        (1, "2001:db8:1:2:3::4", "198.51.100.1", "2001:db8:1:2::/64"),
        (1, "::ffff:192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.0.0.0/8", "192.0.2.66, 192.0.2.1, 10.0.0.9", "10.0.0.1", "192.0.2.1"),
        ("10.0.0.0/8", "192.0.2.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.0/8", "nonsense, 10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.0/8,::1", "192.0.2.1", "::1", "192.0.2.1"),
    ],
)
def test_addresses_are_believed_from_trusted_proxies_alone(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, trusted: int | str, forwarded: str, peer: str, expected: str
) -> None:
    from portal.settings import environment

    monkeypatch.setenv("TRUSTED_PROXIES", str(trusted))
    settings.TRUSTED_PROXIES = environment.trusted_proxies(False)
    assert client_address(RequestFactory(REMOTE_ADDR=peer).get("/", headers={"X-Forwarded-For": forwarded})) == expected


@pytest.mark.parametrize("given", ["proxy", "10.0.0.0/40", "11", "1,2x"])
def test_a_wrong_list_of_proxies_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    from portal.settings import environment

    monkeypatch.setenv("TRUSTED_PROXIES", given)
    with pytest.raises(environment.SettingError, match="TRUSTED_PROXIES"):
        environment.trusted_proxies(True)
