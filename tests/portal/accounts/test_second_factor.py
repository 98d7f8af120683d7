"""The second factor: what a password alone opens, setting up, codes by time and on paper, losing both; sessions that end; the history."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import GroupPagePermission, ModelLogEntry, Page, PageViewRestriction

from portal.accounts import history, second_factor, sessions
from portal.models import KnownAddress
from tests.builders import make_content_page, make_home, translate

PASSWORD = "ein ruhiger Morgen am Fluss"  # noqa: S105
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _on(settings: object) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def home(db: None) -> Page:
    page = make_home()
    for code in ("en", "uk", "ar"):
        translate(page, code)
    return page


@pytest.fixture
def admin(home: Page) -> User:
    return User.objects.create_superuser("erika", "erika@example.org", PASSWORD)


@pytest.fixture
def editor(home: Page) -> User:
    user = User.objects.create_user("otto", "otto@example.org", PASSWORD)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def signed_in(name: str = "erika", path: str = "/admin/login/", address: str = OFFICE) -> Client:
    """Return a browser in which the password was typed."""
    client = Client(REMOTE_ADDR=address)
    response = client.post(path, {"username": name, "password": PASSWORD})
    assert (response.status_code, "_auth_user_id" in client.session) == (302, True)
    return client


def code(user: User, steps: int = 0) -> str:
    """Return what the app shows, so many half minutes from now."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06}"


def first_code(page: HttpResponse) -> str:
    """Return what an app shows that was told the key on a page."""
    key = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page.content.decode())[1].replace(" ", "")  # type: ignore[index]
    totp = TOTP(b32decode(key))
    totp.time = time.time()
    return f"{totp.token():06}"


def typed(client: Client, text: str, path: str = "/de/_util/second-factor/", **more: str) -> HttpResponse:
    return client.post(path, {"code": text, "next": "/admin/", **more})


def let_wait_pass() -> None:
    """Let the time pass that wrong codes cost."""
    for model in (TOTPDevice, StaticDevice):
        model.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)


def paper(response: HttpResponse) -> list[str]:
    """Return the codes that a page shows."""
    return re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code></li>", response.content.decode())


@pytest.fixture
def protected(admin: User) -> tuple[User, list[str]]:
    """Somebody with a second factor, and the codes on paper; a minute ago, so that the app shows another code now."""
    client = signed_in()
    codes = paper(typed(client, first_code(client.get("/de/_util/second-factor/"))))
    TOTPDevice.objects.update(last_t=-1)
    return admin, codes


@pytest.mark.parametrize("door", ["/admin/login/", "/de/_util/login/", "/ar/_util/login/"])
def test_a_password_alone_opens_nothing(admin: User, home: Page, door: str) -> None:
    private = make_content_page(home, title="Nur für uns")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    client = signed_in(path=door)
    closed = [
        "/admin/", f"/admin/pages/{home.pk}/edit/", f"/admin/pages/{home.pk}/edit/preview/", "/admin/users/", "/admin/account/",
        "/admin/autocomplete-nothing/", private.get_url(), "/de/", "/ar/", f"/api/v2/pages/{home.pk}/", "/de/_util/password/",
    ]  # fmt: skip
    answers = {path: client.get(path) for path in closed}
    led = {path: (answer.status_code, answer.headers["Location"][3:].partition("?")[0]) for path, answer in answers.items()}
    assert led == dict.fromkeys(closed, (302, "/_util/second-factor/"))
    posted = client.post("/admin/account/", {"name_email-first_name": "Böse"})
    assert (posted.status_code, User.objects.get(pk=admin.pk).first_name) == (302, "")
    assert KnownAddress.objects.count() == 0
    client.post("/admin/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("en", "ltr"), ("uk", "ltr"), ("ar", "rtl")])
def test_it_is_set_up_before_anything_else(admin: User, language: str, direction: str) -> None:
    client, path = signed_in(), f"/{language}/_util/second-factor/"
    page = client.get(path)
    assert f'<html lang="{language}" dir="{direction}"' in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert re.findall(r'<div class="scan" dir="ltr">(<svg [^>]*>)<path', page.content.decode()) == [
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 53 53">'
    ]
    shown = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page.content.decode())
    assert shown is not None
    assert client.get(path).content.decode().count(shown[1]) == 1
    first = first_code(page)
    wrong = typed(client, "000000" if first != "000000" else "111111", path)
    assert (wrong.status_code, wrong.content.decode().count('class="error"'), second_factor.device(admin)) == (200, 1, None)
    first = first_code(page)
    done = typed(client, f" {first[:3]} {first[3:]} ", path)
    assert shown[1] == second_factor.secret(TOTPDevice.objects.get(user=admin))
    assert (done.status_code, done.headers["Cache-Control"], len(set(paper(done)))) == (200, "no-store", second_factor.CODES)
    assert client.get("/admin/").status_code == 200
    assert KnownAddress.objects.filter(account=admin).count() == 2
    again = client.get(path).content.decode()
    assert (paper(client.get(path)), shown[1] in again) == ([], False)


def test_a_session_gets_another_key_when_it_opens(admin: User) -> None:
    client = signed_in()
    page = client.get("/de/_util/second-factor/")
    before = client.session.session_key
    typed(client, first_code(page))
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_each_code_opens_once(protected: tuple[User, list[str]]) -> None:
    user, codes = protected
    shown = code(user)
    client = signed_in()
    assert client.get("/admin/").status_code == 302
    response = typed(client, shown)
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert typed(signed_in(), shown).status_code == 200
    let_wait_pass()
    other = signed_in()
    assert typed(other, codes[3].replace("-", "").upper()).status_code == 302
    assert other.get("/admin/").status_code == 200
    assert typed(signed_in(), codes[3]).status_code == 200
    assert second_factor.codes_left(user) == second_factor.CODES - 1


def test_no_code_on_paper_can_be_read_from_the_database(protected: tuple[User, list[str]]) -> None:
    _user, codes = protected
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == second_factor.CODES
    assert not stored & {form for each in codes for form in (each, each.replace("-", ""))}


def test_wrong_codes_make_the_next_wait_wherever_they_come_from(protected: tuple[User, list[str]]) -> None:
    user, codes = protected
    wrong = "000000" if code(user) != "000000" else "111111"
    for number in range(4):
        typed(signed_in(address=f"203.0.113.{number}"), wrong)
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timezone.timedelta(hours=1))
    typed(signed_in(address=ELSEWHERE), wrong)
    refused = typed(signed_in(address=OFFICE), code(user))
    assert refused.status_code == 200
    assert re.search(r'class="error"[^>]*>([^<]+)<', refused.content.decode())[1].strip().startswith(  # type: ignore[index]
        "Dieser Code stimmt nicht. Versuchen Sie es in 1"
    )
    # What is on paper is not guessed: it still opens.
    assert typed(signed_in(), codes[0]).status_code == 302


def test_who_needs_one(editor: User, settings: object) -> None:
    assert signed_in("otto").get("/admin/").status_code == 200
    group = Group.objects.create(name="Freigabe Ukrainisch")
    group.permissions.add(Permission.objects.get(codename="needs_second_factor"))
    editor.groups.add(group)
    assert signed_in("otto").get("/admin/").headers.get("Location", "").startswith("/de/_util/second-factor/")
    settings.SECOND_FACTOR = False
    assert signed_in("otto").get("/admin/").status_code == 200
    TOTPDevice.objects.create(user=editor, confirmed=True)
    assert signed_in("otto").get("/admin/").status_code == 302


def test_who_signed_in_before_it_was_demanded_shows_it_too(editor: User) -> None:
    """A session that stays open would be a door without a lock for a day; and once it was shown, nobody is asked again."""
    client = signed_in("otto")
    assert client.get("/admin/").status_code == 200
    group = Group.objects.create(name="Freigabe")
    group.permissions.add(Permission.objects.get(codename="needs_second_factor"))
    editor.groups.add(group)
    answers = [client.get("/admin/"), client.post("/admin/account/"), client.get("/admin/api/main/pages/")]
    assert [answer.headers.get("Location", "").partition("?")[0] for answer in answers] == ["/de/_util/second-factor/"] * 3
    typed(client, first_code(client.get("/de/_util/second-factor/")))
    assert client.get("/admin/").status_code == 200


def test_only_who_may_go_without_removes_it(protected: tuple[User, list[str]], settings: object) -> None:
    user, codes = protected
    client = signed_in()
    typed(client, codes[0])
    page = client.get("/de/_util/second-factor/").content.decode()
    assert ('name="remove"' in page, "9 Ersatzcodes" in page) == (False, True)
    renewed = paper(typed(client, codes[1], remove="yes"))
    assert (len(renewed), second_factor.device(user) is not None) == (second_factor.CODES, True)
    assert typed(signed_in(), codes[2]).status_code == 200
    let_wait_pass()
    settings.SECOND_FACTOR = False
    assert typed(client, renewed[0], remove="yes").status_code == 302
    assert (second_factor.device(user), second_factor.codes_left(user)) == (None, 0)


def test_an_administrator_helps_who_lost_both(protected: tuple[User, list[str]], editor: User, settings: object) -> None:
    """Who manages accounts, but is no administrator, cannot take an administrator's away."""
    admin, codes = protected
    TOTPDevice.objects.create(user=editor, confirmed=True)
    at_work = signed_in("otto")
    manager = User.objects.create_user("marta", "marta@example.org", PASSWORD)
    manager.user_permissions.add(*Permission.objects.filter(codename__in=("access_admin", "change_user")))
    client = signed_in("marta")
    assert re.findall(r'name="account" value="(\w+)"', client.get("/admin/locked-sign-ins/").content.decode()) == ["otto"]
    client.post("/admin/locked-sign-ins/", {"account": "erika"})
    client.post("/admin/locked-sign-ins/", {"account": "otto"})
    assert [second_factor.device(user) is None for user in (admin, editor)] == [False, True]
    assert at_work.get("/admin/").headers["Location"].startswith("/admin/login/")
    call_command("reset_second_factor", "erika", stdout=StringIO())
    assert second_factor.device(admin) is None
    for name, reason in (("erika", "This account has no second factor."), ("niemand", "There is no such account.")):
        with pytest.raises(CommandError, match=reason):
            call_command("reset_second_factor", name)


@pytest.mark.parametrize(("key", "seconds", "is_over"), [
    (sessions.SEEN_AT, 2 * 3600 - 60, False), (sessions.SEEN_AT, 2 * 3600 + 1, True),
    (sessions.BEGAN_AT, 8 * 3600 - 60, False), (sessions.BEGAN_AT, 8 * 3600 + 1, True),
])  # fmt: skip
def test_a_session_ends(editor: User, key: str, seconds: int, is_over: bool) -> None:
    """Nobody stays signed in without doing anything, or beyond a working day; whatever is done in between keeps it."""
    client = signed_in("otto")
    store = SessionStore(client.session.session_key)
    store[key] = int(time.time()) - seconds
    store.save()
    answer = client.get("/admin/account/")
    assert answer.status_code == (302 if is_over else 200)
    assert Session.objects.filter(pk=store.session_key).exists() is not is_over
    if not is_over:
        assert time.time() - client.session[sessions.SEEN_AT] < 60


def entries(user: User | Group) -> list[tuple[str, dict[str, object]]]:
    found = ModelLogEntry.objects.filter(object_id=str(user.pk), content_type__model=user._meta.model_name, action__startswith="portal.")
    return [(entry.action, entry.data) for entry in found.order_by("pk")]


def test_the_history_says_who_signed_in_and_whom_a_door_refused(protected: tuple[User, list[str]], editor: User) -> None:
    user, codes = protected
    Client(REMOTE_ADDR=OFFICE).post("/admin/login/", {"username": "otto", "password": "geraten"})
    signed_in("otto")
    client = signed_in()
    typed(client, "falsch-falsch")
    let_wait_pass()
    typed(client, codes[0])
    assert [action for action, _data in entries(editor)] == [history.REFUSED, history.SIGNED_IN]
    assert [action for action, _data in entries(user)] == [
        second_factor.SET_UP, history.SIGNED_IN, history.REFUSED, second_factor.USED, history.SIGNED_IN,
    ]  # fmt: skip
    ModelLogEntry.objects.filter(action=history.REFUSED).update(timestamp=timezone.now() - history.KEPT_FOR)
    history.forget()
    assert [action for action, _data in entries(editor)] == [history.SIGNED_IN]


def test_the_history_says_whose_rights_were_changed(admin: User, editor: User, settings: object, home: Page) -> None:
    settings.SECOND_FACTOR = False
    client = signed_in()
    group = Group.objects.create(name="Redaktion Ukrainisch")
    address, form = f"/admin/users/edit/{editor.pk}/", {"username": "otto", "email": editor.email, "first_name": "O", "last_name": "T"}
    assert client.post(address, {**form, "is_active": "on", "groups": [group.pk]}).status_code == 302
    assert client.post(address, {**form, "is_active": "on", "groups": [], "is_superuser": "on"}).status_code == 302
    assert client.post(address, {**form}).status_code == 302
    names = {field: str(User._meta.get_field(field).verbose_name) for field in ("is_superuser", "is_active")}
    assert [(data["added"], data["removed"]) for action, data in entries(editor) if action == history.RIGHTS] == [
        ([group.name], []), ([names["is_superuser"]], []), ([], [group.name]), ([], sorted(names.values())),
    ]  # fmt: skip
    with_log = [(data["added"], data["removed"]) for action, data in entries(group) if action == history.RIGHTS]
    assert with_log == []
    report = client.get("/admin/reports/site-history/").content.decode()
    assert report.count("Gegeben: Redaktion Ukrainisch.") == 1
    assert report.count("Entzogen: Redaktion Ukrainisch.") == 1


def test_the_history_says_what_a_group_may_do_where(admin: User, home: Page) -> None:
    from wagtail.log_actions import LogContext  # noqa: PLC0415 (beside its use)

    group = Group.objects.create(name="Redaktion Arabisch")
    permission = Permission.objects.get(codename="publish_page")
    with LogContext(user=admin):
        granted = GroupPagePermission.objects.create(group=group, page=home, permission=permission)
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        group.permissions.clear()
        granted.delete()
    given = [(data["added"], data["removed"]) for _action, data in entries(group)]
    assert [(len(added), len(removed)) for added, removed in given] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    assert given[0][0] == given[3][1]
    assert given[1][0] == given[2][1]


def test_nobody_sees_the_key_that_another_session_sets_up(admin: User) -> None:
    """Who knows the password and looks at the form before its owner does learns nothing of the owner's key."""
    path = "/de/_util/second-factor/"
    thief, owner = signed_in(address=ELSEWHERE), signed_in()
    seen, shown = thief.get(path), owner.get(path)
    assert first_code(seen) != first_code(shown)
    assert typed(owner, first_code(seen)).content.decode().count('class="error"') == 1
    assert len(paper(typed(owner, first_code(shown)))) == second_factor.CODES
    # The other session is over, and so is its key: what would be set up there second is not.
    assert typed(thief, first_code(seen)).headers["Location"].startswith("/de/_util/login/")
    assert second_factor.secret(TOTPDevice.objects.get()).replace(" ", "") in shown.content.decode().replace(" ", "")


def test_of_two_that_set_it_up_at_once_the_first_has_done_it(admin: User, rf: object) -> None:
    one, other = signed_in(), signed_in()
    pages = [client.get("/de/_util/second-factor/") for client in (one, other)]
    request = rf.get("/")  # type: ignore[attr-defined]
    request.user, request.session = admin, other.session
    assert len(paper(typed(one, first_code(pages[0])))) == second_factor.CODES
    assert second_factor.confirm(request, first_code(pages[1])) is None
    assert TOTPDevice.objects.count() == 1


def test_setting_it_up_ends_what_was_signed_in_without(editor: User) -> None:
    """A session that somebody left open elsewhere; and one that was found open sets nothing up without the password."""
    left, client = signed_in("otto", address=ELSEWHERE), signed_in("otto")
    page = client.get("/de/_util/second-factor/")
    for password in ("", "geraten"):
        refused = typed(client, first_code(page), password=password)
        assert (refused.status_code, second_factor.device(editor)) == (200, None)
    assert len(paper(typed(client, first_code(page), password=PASSWORD))) == second_factor.CODES
    assert client.get("/admin/").status_code == 200
    assert left.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_nobody_removes_their_own_without_a_code(protected: tuple[User, list[str]]) -> None:
    """An administrator's session that was found open cannot, though the list of accounts is theirs to use."""
    user, codes = protected
    client = signed_in()
    typed(client, codes[0])
    assert 'value="erika"' not in client.get("/admin/locked-sign-ins/").content.decode()
    client.post("/admin/locked-sign-ins/", {"account": "erika"})
    assert second_factor.device(user) is not None


def test_a_code_that_is_not_looked_at_fills_no_history(protected: tuple[User, list[str]]) -> None:
    user, codes = protected
    before = len(entries(user))
    client = signed_in()
    for _ in range(5):
        assert typed(client, "falsch-falsch").status_code == 200
    assert [action for action, _data in entries(user)[before:]] == [history.REFUSED]
    # The right one opens nothing before the wait is over, and is not used up meanwhile.
    assert typed(client, codes[0]).status_code == 200
    assert second_factor.codes_left(user) == second_factor.CODES


def test_a_session_of_which_nobody_knows_since_when_is_over(editor: User) -> None:
    client = signed_in("otto")
    store = SessionStore(client.session.session_key)
    del store[sessions.BEGAN_AT]
    store.save()
    assert client.get("/admin/account/").headers["Location"].startswith("/admin/login/")
