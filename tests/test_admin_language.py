"""The German admin speaks German, on every screen, to every role."""

from __future__ import annotations

import re
from pathlib import Path

import django
import polib
import pytest
import wagtail
import wagtail_localize
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from wagtail.users.models import UserProfile

from portal.admin import help as help_pages
from tests import support
from tests.admin_crawl import client_of, html_of, screens, stored_texts, visible

ROLES = ("redaktion", "freigabe", "uebersetzung-ar", "leichte-sprache")
"""An account of each; those who translate into English have the same screens as those who translate into Arabic."""

ENGLISH = re.compile(
    r"\b(the|of|and|is|are|an|you|your|this|that|has|have|been|not|with|from|for|by|any|can|more|ago|others?|to|or|all|no|"
    r"locales?|translations?|permission|sorry|permanent|None|True|False|Actions|Add|Delete|Edit|Page|pages|Source|items?)\b"
)
"""Words that no German text of the admin holds."""

NAMES = re.compile(r"^(/|https?:)|^[\w.]+$|\((English|Deutsch|Українська|العربية|Leichte Sprache)\)$")


def upstream_texts() -> set[str]:
    """Return the English texts of the packages that have several words and say something else in German."""
    found = set()
    for package in (django, wagtail, wagtail_localize):
        for path in Path(package.__file__).parent.rglob("locale/de/LC_MESSAGES/*.po"):
            if "/gis/" in str(path) or "/admindocs/" in str(path):
                continue
            for entry in polib.pofile(str(path)):
                if " " in entry.msgid and entry.msgstr != entry.msgid and "%" not in entry.msgid:
                    found.add(" ".join(entry.msgid.split()))
    return found


def in_the_other_language(client: Client, name: str, url: str) -> set[str]:
    """Return the texts of a screen in English, for the same person."""
    chosen = UserProfile.objects.filter(user__username=name)
    chosen.update(preferred_language="en")
    found = visible(html_of(client.get(url)) or "")
    chosen.update(preferred_language="de")
    return found


def in_english(texts: set[str], english: set[str], stored: str) -> list[str]:
    """Return the texts that are not German: the same in the English admin with an English word in them, or a package's."""
    return sorted(
        text
        for text in texts
        if text in english
        and ENGLISH.search(text)
        and not NAMES.search(text.replace("None", "N o"))
        and not all(part in stored for part in text.split(" = "))
    )


def test_every_screen_answers_in_every_order(content: None) -> None:
    """Lists are sorted and filtered by the database: on PostgreSQL too, where the next test would tell nothing else that is new."""
    if not support.on_postgresql():
        pytest.skip("the next test sees more, and is left out on PostgreSQL")
    answers = {url: status for url, status, _texts in screens(client_of("admin", "de"))}
    assert {url: status for url, status in answers.items() if status >= 500} == {}
    assert len(answers) > 150


@pytest.mark.once
def test_no_screen_is_in_english(content: None) -> None:
    """Every screen as the administrator, then as each role, in German; the browser asks for French.

    What could be English is compared with the same screen in English, once: a text that is another one there is German.
    """
    english = upstream_texts()
    german: set[str] = set()
    stored = stored_texts()
    wrong: dict[str, str] = {}
    counts = {}
    for name in ("admin", *ROLES):
        counts[name] = 0
        client = client_of(name, "de")
        for url, status, texts in screens(client, sorted_too=name == "admin"):
            counts[name] += 1
            assert status < 500, (name, url, status)
            if doubtful := {text for text in texts - english - german if ENGLISH.search(text)}:
                same = doubtful & in_the_other_language(client, name, url)
                english |= same
                german |= doubtful - same
            wrong |= dict.fromkeys(in_english(texts, english, stored), f"{name} {url}")
    assert wrong == {}
    assert counts["admin"] > 150, counts
    assert min(counts.values()) > 30, counts


@pytest.mark.parametrize(("asked", "title"), [("de", "Anmelden"), ("en-GB,de;q=0.5", "Sign in"), ("fr", "Anmelden"), ("", "Anmelden")])
def test_the_login_follows_the_browser_else_it_is_german(db: None, asked: str, title: str) -> None:
    html = Client(headers={"Accept-Language": asked}).get("/admin/login/").content.decode()
    assert re.search(r"<title>\s*(.*?)\s*-", html, re.S)[1] == title
    assert "Wagtail" not in " ".join(visible(re.sub("<noscript.*?</noscript>", "", html, flags=re.S)))
    assert (title == "Anmelden") == ("Passwort" in visible(html)) != ("Password" in visible(html))


@pytest.mark.parametrize(
    ("code", "sorry"),
    [
        ("de", "Sie haben leider keinen Zugang zu diesem Bereich."),
        ("en", "Sorry, you do not have permission to access this area."),
    ],
)
def test_refusals_and_errors_are_in_the_chosen_language(content: None, code: str, sorry: str) -> None:
    client = client_of("uebersetzung-en", code)
    page = client.get("/admin/settings/", follow=True)
    assert page.status_code == 404
    refused = client.get("/admin/users/", follow=True)
    assert [str(message).strip() for message in refused.context["messages"]] == [sorry]
    found = client.get("/admin/nirgends/")
    assert found.status_code == 404
    assert ("Seite nicht gefunden" in found.content.decode()) == (code == "de")


@pytest.mark.parametrize("code", ["de", "en"])
def test_the_help_is_complete_in_both_languages(db: None, code: str) -> None:
    User.objects.get_or_create(username="admin", defaults={"is_superuser": True})
    client = client_of("admin", code)
    html = client.get("/admin/help/").content.decode()
    for topic in help_pages.TOPICS:
        page = client.get(f"/admin/help/{topic}/")
        assert page.status_code == 200
        text = (help_pages.FOLDER / code / f"{topic}.md").read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        assert f"<title>{title}" in " ".join(page.content.decode().split()).replace("<title> ", "<title>")
        assert f'href="/admin/help/{topic}/"' in html
    assert {path.stem for path in (help_pages.FOLDER / code).glob("*.md")} == set(help_pages.TOPICS)
    assert client.get("/admin/help/nirgends/").status_code == 404
    assert "guide.wagtail.org" not in html


def test_the_own_catalog_says_something() -> None:
    catalog = polib.pofile(str(Path(__file__).parents[1] / "portal/admin/upstream/de/LC_MESSAGES/django.po"))
    with translation.override("de"):
        for entry in catalog:
            assert translation.gettext(entry.msgid) == entry.msgstr != "", entry.msgid


@pytest.mark.parametrize(("code", "label"), [("de", "Jede Seite bearbeiten."), ("en", "Edit any page")])
def test_rights_on_pages_have_names_for_people(db: None, code: str, label: str) -> None:
    User.objects.create_superuser("verwaltung")
    texts = visible(client_of("verwaltung", code).get("/admin/groups/new/").content.decode())
    assert label in texts
    assert [text for text in texts if " | " in text or (code == "de" and "Can " in text)] == []
