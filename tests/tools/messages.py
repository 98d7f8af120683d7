"""Collects the texts for translation into `locale/` and compiles the catalogs; with `--check` only looks.

    python -m tests.tools.messages [--check]

Texts of the admin carry a context that begins with `admin`; only languages of the admin hold them. A catalog of a language with a
tree of its own (Leichte Sprache) holds what differs from its base language only.

The check fails when a text in the code is not in the catalogs, has no translation, or is not compiled. Compiled catalogs
are part of the repository: a machine that serves the portal needs no gettext.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib
from django.utils.translation import to_locale

from portal.language.languages import LANGUAGES

BASE_DIR = Path(__file__).resolve().parents[2]
LOCALE_DIR = BASE_DIR / "locale"
UPSTREAM_DIR = BASE_DIR / "portal/admin/upstream"
"""Catalogs kept by hand, of texts that are in the code of Django, Wagtail and wagtail-localize; they are compiled only."""
ADMIN_LOCALES = frozenset({"de"})
"""Locales whose catalogs hold the texts of the admin too; the texts themselves are English."""
PARTIAL_LOCALES = frozenset(to_locale(language.code) for language in LANGUAGES if not language.follows_source)
"""Locales that fall back to another one."""
IGNORED = (".venv", "var", "tests", "node_modules")


def collect(root: Path) -> None:
    """Bring all `.po` files of a source tree up to date with its code."""
    ignored = [f"--ignore={name}" for name in IGNORED]
    command = [sys.executable, "manage.py", "makemessages", "--all", "--no-location", "--no-wrap", "--no-obsolete", *ignored]
    subprocess.run([*command, "--verbosity=0"], cwd=root, check=True)
    for path in catalogs(root / "locale"):
        catalog, locale = polib.pofile(str(path), wrapwidth=0), path.parts[-3]
        for entry in list(catalog):
            is_admin = (entry.msgctxt or "").startswith("admin")
            if (is_admin and locale not in ADMIN_LOCALES) or (locale in PARTIAL_LOCALES and not entry.translated()):
                catalog.remove(entry)
        catalog.save(str(path))


def catalogs(folder: Path) -> list[Path]:
    """Return the `.po` files of a folder of locales."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def compile_catalogs() -> None:
    """Compile each `.po` file into the `.mo` file beside it."""
    for path in (*catalogs(LOCALE_DIR), *catalogs(UPSTREAM_DIR)):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def entries(path: Path) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return the translations of a `.po` or `.mo` file by context and text."""
    catalog = (polib.mofile if path.suffix == ".mo" else polib.pofile)(str(path))
    return {
        (entry.msgctxt or "", entry.msgid): (entry.msgstr, entry.msgid_plural, tuple(sorted(entry.msgstr_plural.items())))
        for entry in catalog
        if not entry.obsolete
    }


def problems() -> list[str]:
    """Return what is wrong with the catalogs; nothing is changed, the collecting happens in a copy."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "portal"
        shutil.copytree(BASE_DIR, copy, ignore=shutil.ignore_patterns(*IGNORED, ".git", "content", "__pycache__"))
        collect(copy)
        for path in catalogs(LOCALE_DIR):
            name = path.relative_to(BASE_DIR)
            old, new = entries(path), entries(copy / name)
            found += [f"{name}: not in the catalog: {text!r}" for _, text in new.keys() - old.keys()]
            found += [f"{name}: no longer in the code: {text!r}" for _, text in old.keys() - new.keys()]
            catalog = polib.pofile(str(path))
            found += [f"{name}: to be checked (fuzzy): {entry.msgid!r}" for entry in catalog.fuzzy_entries()]
            found += [f"{name}: not translated: {entry.msgid!r}" for entry in catalog.untranslated_entries()]
            compiled = path.with_suffix(".mo")
            translated = {key for key, (text, _, plurals) in old.items() if text or any(form for _, form in plurals)}
            if not compiled.exists() or entries(compiled) != {key: old[key] for key in translated}:
                found.append(f"{name}: not compiled as it stands")
    return found


def main() -> int:
    """Collect and compile, or check."""
    if not catalogs(LOCALE_DIR):
        print("There are no catalogs yet.")
        return 0
    if not shutil.which("xgettext"):
        print("gettext is missing. On Debian: apt-get install gettext", file=sys.stderr)
        return 1
    if "--check" in sys.argv:
        found = problems()
        print("\n".join([*found, "make messages brings the catalogs up to date."] if found else ["The catalogs are up to date."]))
        return 1 if found else 0
    collect(BASE_DIR)
    compile_catalogs()
    return 0


if __name__ == "__main__":
    sys.exit(main())
