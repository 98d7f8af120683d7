"""A sixth language takes what docs/languages.md says and nothing else: a line, a catalog, a click."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests import support

CLICK = """
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from wagtail.models import Locale, Page

from portal.language.languages import LANGUAGES
from portal.language.locales import set_up_locales
from tests.builders import make_content_page, make_home, make_section

set_up_locales()
Locale.objects.filter(language_code="fr").delete()
home = make_home()
section = make_section(home)
page = make_content_page(section, "Rückkehr", lead="Ein Satz.")
Locale.objects.filter(language_code="fr").delete()
admin = get_user_model().objects.create_superuser("admin", "admin@example.org", "x")
client = Client(headers={"accept-language": "de"})
client.force_login(admin)
german = Locale.objects.get(language_code="de")
name = "component-wagtail_localize_localesynchronization"
form = client.get("/admin/locales/new/").content.decode()
assert 'value="fr"' in form, form
response = client.post(
    "/admin/locales/new/", {"language_code": "fr", f"{name}-enabled": "on", f"{name}-sync_from": german.pk}
)
assert response.status_code == 302, response.content.decode()
french = Page.objects.filter(locale__language_code="fr")
assert set(french.values_list("alias_of_id", flat=True)) == {home.pk, section.pk, page.pk}, list(french)

visitor = Client()
answer = visitor.get("/fr/unsere-arbeit/rueckkehr/")
html = answer.content.decode()
assert answer.status_code == 200
assert '<html lang="fr" dir="ltr"' in html
assert "Cette page n’est pas encore traduite" in html
assert '<div lang="de" dir="ltr">' in html and "Ein Satz." in html
assert '<meta name="robots" content="noindex">' in html
assert visitor.get("/fr/recherche/").status_code == 200
assert '<span lang="fr" dir="ltr">Français</span> <small>auf Deutsch</small>' in visitor.get(page.get_url()).content.decode()
call_command("set_up", verbosity=0)
from django.contrib.auth.models import Group
assert Group.objects.filter(name="Übersetzung Französisch").exists()
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
print("FRENCH IS AT HOME")
"""


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the code that a language may be added to."""
    folder = tmp_path / "portal"
    folder.mkdir()
    for name in (*support.APPS, "templates", "locale", "tests", "manage.py"):
        source = support.BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    return folder


@pytest.mark.once
def test_a_sixth_language(copy: Path, tmp_path: Path, migrated: support.State) -> None:
    line = re.search(r"^ *(Language\(.*\),)$", (support.BASE_DIR / "docs" / "languages.md").read_text(encoding="utf-8"), re.M)
    languages = copy / "portal" / "language" / "languages.py"
    code = languages.read_text(encoding="utf-8")
    last = code.index("\n)\n", code.index("LANGUAGES: tuple"))
    languages.write_text(f"{code[:last]}\n    {line[1]}{code[last:]}", encoding="utf-8")

    catalog = polib.pofile(str(copy / "locale" / "de" / "LC_MESSAGES" / "django.po"))
    catalog.metadata["Language"] = "fr"
    for entry in catalog:
        if entry.msgid == "This page has not been translated yet":
            entry.msgstr = "Cette page n’est pas encore traduite"
    (copy / "locale" / "fr" / "LC_MESSAGES").mkdir(parents=True)
    catalog.save_as_mofile(str(copy / "locale" / "fr" / "LC_MESSAGES" / "django.mo"))

    environment = support.environment(tmp_path / "var", PORTAL_URL="http://testserver", DJANGO_SETTINGS_MODULE="portal.settings.test")
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'french.sqlite3'}"
    (tmp_path / "var").mkdir()
    # A portal that was there before the language.
    shutil.copyfile(migrated.sqlite_file, tmp_path / "french.sqlite3")
    run(copy, environment, "migrate", "--verbosity=0")
    assert "FRENCH IS AT HOME" in run(copy, environment, "shell", "--no-imports", "-c", CLICK)
