"""Doors: how often passwords may be tried, what they must be, where ways in end."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from portal.accounts import attempts
from portal.models import Attempts, KnownAddress, PortalDocument
from tests import support
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


@pytest.mark.parametrize("kind", ["page", "collection"])
def test_who_knows_an_older_password_is_asked_for_the_new_one(home: object, kind: str) -> None:
    """Of a page, in each language, and of a collection of documents; who has passed the new one stays in."""
    if kind == "page":
        page = make_content_page(home, "Intern")
        english = translate(page, "en")
        restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="seepferd")
        door, insides = f"/de/_util/authenticate_with_password/{restriction.pk}/{page.pk}/", [page.url, english.url]
    else:
        document = PortalDocument.objects.create(title="Liste", file=ContentFile(b"Namen", name="liste.txt"), is_shared=True)
        of = {"collection": document.collection, "restriction_type": "password"}
        restriction = CollectionViewRestriction.objects.create(**of, password="seepferd")
        door, insides = f"/documents/authenticate_with_password/{restriction.pk}/", [document.url]

    def is_in() -> list[bool]:
        return ["authenticate_with_password" not in str(b"".join(reader.get(inside))) for inside in insides]

    reader = Client()
    assert is_in() == [False] * len(insides)
    reader.post(door, {"password": "seepferd", "return_url": "/de/"})
    assert is_in() == [True] * len(insides)
    restriction.password = "seestern"
    restriction.save()
    assert is_in() == [False] * len(insides)
    reader.post(door, {"password": "seestern", "return_url": "/de/"})
    assert is_in() == [True] * len(insides)


def test_a_password_is_asked_for_where_one_opens_something(home: object) -> None:
    """Not at addresses that somebody put together: of another page, of the root of the tree, of a restriction of another kind."""
    page, other = make_content_page(home, "Intern"), make_content_page(home, "Entwurf", live=False)
    asks = PageViewRestriction.objects.create(page=page, restriction_type="password", password="seepferd")
    login = PageViewRestriction.objects.create(page=page, restriction_type="login")
    collection = CollectionViewRestriction.objects.create(collection_id=1, restriction_type="login")
    wrong = [(asks.pk, 1), (asks.pk, other.pk), (asks.pk, home.pk), (login.pk, page.pk), (asks.pk, 2**70)]
    addresses = [f"/de/_util/authenticate_with_password/{one}/{two}/" for one, two in wrong]
    addresses.append(f"/documents/authenticate_with_password/{collection.pk}/")
    for address in addresses:
        data = {"password": "seepferd", "return_url": "/de/"}
        assert [Client().get(address).status_code, Client().post(address, data).status_code] == [404, 404], address
    assert Client().get(f"/de/_util/authenticate_with_password/{asks.pk}/{page.pk}/").status_code == 200
    assert not Attempts.objects.exists()


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


def test_many_addresses_together_keep_nobody_out_of_a_device_that_is_known(editor: User, home: object) -> None:
    """Homes and phones have another address each day; whoever tries without a pause takes each try that an account has left."""

    def attack() -> None:
        wait(60)
        for number in range(8):
            sign_in(password="falsch", address=f"192.0.2.{number}")

    device, other = Client(REMOTE_ADDR=OFFICE), Client(REMOTE_ADDR=OFFICE)
    right, wrong = ({"username": "erika", "password": password} for password in (PASSWORD, "falsch"))
    User.objects.create_user("otto", password=PASSWORD)
    assert device.post("/de/_util/login/", right).status_code == 302
    assert other.post("/admin/login/", {**right, "username": "otto"}).status_code == 302
    cookie = device.cookies["known_device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], int(cookie["max-age"])) == (True, "Lax", "/", 30 * 24 * 60 * 60)
    assert cookie.value not in str(list(KnownAddress.objects.values()))
    for _ in range(20):
        attack()
    for path in ("/admin/login/", "/ar/_util/login/"):
        attack()
        assert device.post(path, right, REMOTE_ADDR="203.0.113.50").status_code == 302
        # Neither a device of another account nor one that says so of itself.
        assert other.post(path, right, REMOTE_ADDR="203.0.113.51").status_code == 429
        stranger = Client(REMOTE_ADDR="203.0.113.52")
        stranger.cookies["known_device"] = "geraten"
        assert stranger.post(path, right).status_code == 429
    # Whoever took the cookie has the tries of a pair, from wherever.
    tries = [device.post("/admin/login/", wrong, REMOTE_ADDR=f"203.0.113.{number}").status_code for number in range(6)]
    assert tries == [200] * 5 + [429]
    KnownAddress.objects.update(seen_at=F("seen_at") - timedelta(days=31))
    wait(1801)
    attack()
    assert device.post("/admin/login/", right, REMOTE_ADDR="203.0.113.60").status_code == 429


def test_others_at_the_same_address_lock_nobody_out_of_a_known_device(editor: User, home: object) -> None:
    device = Client(REMOTE_ADDR=OFFICE)
    right = {"username": "erika", "password": PASSWORD}
    assert device.post("/admin/login/", right).status_code == 302
    assert [sign_in(password="falsch", address=OFFICE).status_code for _ in range(6)] == [200] * 5 + [429]
    assert device.post("/admin/login/", right).status_code == 302
    assert sign_in(address=OFFICE).status_code == 429


@pytest.mark.parametrize("path", ["/de/", "/de/intern/", "/ar/nirgends/"])
def test_what_is_made_for_somebody_stays_out_of_shared_caches(editor: User, home: object, path: str) -> None:
    make_content_page(home, "Intern", slug="intern")
    visitor, signed_in, garbage = Client(), Client(), Client()
    signed_in.force_login(editor)
    garbage.cookies["sessionid"] = "geraten"
    # A page may be kept by all who ask each time whether it is still that one; an error says nothing of it.
    assert visitor.get(path).headers.get("Cache-Control") == ("no-cache, public" if visitor.get(path).status_code == 200 else None)
    assert "Cookie" not in visitor.get(path).headers.get("Vary", "")
    for client in (signed_in, garbage):
        response = client.get(path)
        if "Cookie" in response.headers.get("Vary", "") or response.cookies:
            assert response.headers["Cache-Control"] == "private, no-cache"
    assert signed_in.get(path).headers["Cache-Control"] == "private, no-cache"


def test_old_rows_are_forgotten(editor: User, home: object) -> None:
    sign_in(password="falsch")
    sign_in()
    attempts.forget()
    # An address, and a device.
    assert (Attempts.objects.count(), KnownAddress.objects.count()) == (2, 2)
    wait(24 * 60 * 60 + 1)
    KnownAddress.objects.update(seen_at=F("seen_at") - timedelta(days=31))
    attempts.forget()
    assert (Attempts.objects.count(), KnownAddress.objects.count()) == (0, 0)


@pytest.mark.parametrize("given", ["proxy", "10.0.0.0/40", "11", "1,2x"])
def test_a_wrong_list_of_proxies_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    from portal.settings import environment, hosts

    monkeypatch.setenv("TRUSTED_PROXIES", given)
    with pytest.raises(environment.SettingError, match="TRUSTED_PROXIES"):
        hosts.trusted_proxies(True)


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("Sommer2026", False),
        ("Sommer2026!!", False),
        ("Willkommen#12345", False),
        ("P4ssw0rt!!!!", False),
        ("passwortpasswort", False),
        ("hallo hallo hallo", False),
        ("abababababab", False),
        ("123456789012", False),
        ("erika-erika-1", False),
        (PASSWORD, True),
        ("demo-password-of-the-tests", True),
        ("x7Gq!mRz02kd", True),
        ("тихий ранок біля річки", True),
    ],
)
def test_what_a_password_must_be(editor: User, password: str, is_taken: bool) -> None:
    with nullcontext() if is_taken else pytest.raises(ValidationError):
        validate_password(password, editor)


@pytest.mark.parametrize(
    ("door", "start"),
    [
        ("/admin/login/", "/admin/"),
        ("/admin/login/?next=/admin/pages/", "/admin/pages/"),
        ("/de/_util/login/", "/de/"),
        ("/en/_util/login/", "/en/"),
    ],
)
def test_an_easy_password_is_changed_at_the_next_login(editor: User, home: object, door: str, start: str) -> None:
    """Before anything else, whatever is asked for; then the way goes on to where it led."""
    editor.set_password("Sommer2026")
    editor.save()
    browser = Client()
    path, _, query = door.partition("?")
    data = {"username": "erika", "password": "Sommer2026"} | ({"next": query.removeprefix("next=")} if query else {})
    assert browser.post(path, data).url == start
    for address in (start, "/admin/account/", "/de/", "/admin/api/main/pages/"):
        assert browser.get(address).url.partition("/_util/password/")[2] == f"?next={quote(address, safe='')}"
    assert browser.post("/admin/account/", {}).status_code == 302
    form = browser.get(browser.get(start).url)
    assert form.context["next"] == start
    action = form.request["PATH_INFO"]
    old, new = "Sommer2026", "ein lauter Abend am Meer"

    def change(old: str, new: str) -> HttpResponse:
        return browser.post(action, {"old_password": old, "new_password1": new, "new_password2": new, "next": start})

    assert set(change(old, "Winter2026").context["form"].errors) == {"new_password2"}
    assert set(change("falsch", new).context["form"].errors) == {"old_password"}
    assert change(old, new).url == start
    assert browser.get(start, follow=True).status_code == 200
    assert sign_in(password=new).status_code == 302


def test_a_good_password_is_not_asked_for_twice(editor: User, home: object) -> None:
    browser = Client()
    assert browser.post("/admin/login/", {"username": "erika", "password": PASSWORD}).url == "/admin/"
    assert browser.get("/admin/").status_code == 200


@pytest.fixture
def signed_in(editor: User) -> Client:
    browser = Client(REMOTE_ADDR=OFFICE)
    browser.force_login(editor)
    return browser


def own_account(browser: Client, email: str, password: str = "") -> HttpResponse:
    """Send the form of one's own account."""
    data = {"first_name": "Erika", "last_name": "Muster", "email": email, "present_password": password}
    return browser.post(
        "/admin/account/",
        {
            **{f"name_email-{name}": value for name, value in data.items()},
            "locale-preferred_language": "de",
            "theme-theme": "system",
            "theme-contrast": "system",
            "theme-density": "default",
            "theme-keyboard_shortcuts": "on",
            "translation_notices-frequency": "daily",
        },
    )


def users_form(browser: Client, user: User, **values: str) -> HttpResponse:
    """Send the form of an account among the users."""
    data = {"username": user.username, "email": user.email, "first_name": "Erika", "last_name": "Muster", "is_active": "on"}
    return browser.post(f"/admin/users/edit/{user.pk}/", {**data, **values})


@pytest.mark.parametrize("form", ["account", "users"])
def test_another_mail_address_asks_for_the_password(editor: User, signed_in: Client, form: str) -> None:
    """In both forms that change it; tries of the password are counted; the name alone needs none."""

    def send(email: str, password: str = "") -> HttpResponse:
        if form == "account":
            return own_account(signed_in, email, password)
        return users_form(signed_in, editor, email=email, present_password=password)

    def email() -> str:
        return User.objects.get(pk=editor.pk).email

    assert (send("erika@example.org").status_code, email()) == (302, "erika@example.org")
    assert (send("thief@example.org").status_code, email()) == (200, "erika@example.org")
    assert (send("new@example.org", PASSWORD).status_code, email()) == (302, "new@example.org")
    assert [send("thief@example.org", "falsch").status_code for _ in range(6)] == [200] * 5 + [429]
    assert email() == "new@example.org"


def test_a_new_password_among_the_users_asks_for_ones_own(editor: User, signed_in: Client) -> None:
    """Of one's own account; others' passwords are set by whoever may change users."""
    new = {"password1": "ein lauter Abend am Meer", "password2": "ein lauter Abend am Meer"}
    assert users_form(signed_in, editor, **new).status_code == 200
    assert users_form(signed_in, editor, **new, present_password=PASSWORD).status_code == 302
    other = User.objects.create_user("otto", "otto@example.org", PASSWORD)
    assert users_form(signed_in, other, **new).status_code == 302


def test_a_mail_address_belongs_to_one_account(editor: User, signed_in: Client) -> None:
    """In each form, in any letter case."""
    other = User.objects.create_user("otto", "otto@example.org", PASSWORD)
    taken = "Otto@Example.org"
    assert own_account(signed_in, taken, PASSWORD).status_code == 200
    assert users_form(signed_in, editor, email=taken, present_password=PASSWORD).status_code == 200
    data = {"username": "anna", "email": taken, "first_name": "A", "last_name": "B", "password1": PASSWORD, "password2": PASSWORD}
    assert signed_in.post("/admin/users/new/", data).status_code == 200
    assert signed_in.post("/admin/users/new/", {**data, "email": "anna@example.org"}).status_code == 302
    assert users_form(signed_in, other, email="otto@example.org").status_code == 302
    assert sorted(User.objects.values_list("email", flat=True)) == ["anna@example.org", "erika@example.org", "otto@example.org"]


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/de/_util/login/", "de", "Das Formular konnte nicht gesendet werden"),
        ("/uk/_util/login/", "uk", "Не вдалося надіслати форму"),
        ("/ar/_util/login/", "ar", "تعذّر إرسال النموذج"),
        ("/admin/login/", "de", "Das Formular konnte nicht gesendet werden"),
    ],
)
def test_a_failed_check_of_a_form_is_a_page_of_the_site(home: object, path: str, language: str, words: str) -> None:
    response = Client(enforce_csrf_checks=True).post(path, {"username": "a", "password": "b"})
    text = response.content.decode()
    assert response.status_code == 403
    assert f'<html lang="{language}"' in text
    assert re.search(r"<h1>(.*?)</h1>", text)[1] == words


def _settings(**values: str) -> str:
    code = """
import django, os
django.setup()
from django.conf import settings
from django.core.mail import send_mail
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_AGE, settings.WAGTAIL_PASSWORD_RESET_ENABLED)
send_mail("Neues Passwort", "https://example.org/reset/geheim-77", None, ["erika@example.org"])
"""
    environment = {name: value for name, value in os.environ.items() if name not in {"PORTAL_URL", "EMAIL_URL"}} | values
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return run.stdout + run.stderr


def test_links_to_new_passwords_stand_in_no_log_but_in_development(tmp_path: Path) -> None:
    plain = _settings(DJANGO_SETTINGS_MODULE="portal.settings.production", PORTAL_VAR=str(tmp_path))
    assert plain.splitlines()[0] == "sessionid csrftoken None False"
    assert "A mail to erika@example.org was not sent: EMAIL_URL is not set." in plain
    assert "geheim-77" not in plain
    printed = _settings(
        DJANGO_SETTINGS_MODULE="portal.settings.production", PORTAL_VAR=str(tmp_path), EMAIL_URL="consolemail://"
    )
    assert "geheim-77" not in printed
    development = _settings(DJANGO_SETTINGS_MODULE="portal.settings.dev", PORTAL_VAR=str(tmp_path), PORTAL_URL="https://portal.example")
    assert development.splitlines()[0] == "__Host-sessionid __Host-csrftoken None True"
    assert "geheim-77" in development


@pytest.mark.skipif(support.on_postgresql(), reason="a file of SQLite")
def test_the_file_of_the_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.sqlite3"
    path.touch(mode=0o644)
    code = "import django; django.setup(); from portal.serving import database; database.check()"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{path}", "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)  # noqa: S603
    modes = {oct(file.stat().st_mode & 0o777) for file in tmp_path.glob("elsewhere*")}
    assert modes == {"0o600"}
