"""The style sheet: one file from many, in order; no class without a user, and none in a template that no style knows."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from portal.blocks.layout import section_block
from portal.blocks.text import NoticeBlock
from portal.models.alerts import Level
from portal.models.goals import Goal
from portal.serving import styles

TO_COME = "/* Of kinds to come:"
"""How a part begins whose classes no template uses yet."""

SCRIPTS = settings.BASE_DIR / "portal/static/portal/js"
ADMIN_SCRIPTS = ("autosave.js", "facts.js", "paste.js", "translation.js", "widgets.js")
"""Scripts of the admin, whose styles are in a sheet of its own."""

HOOKS = {
    # The reset takes the marks off every list that has a class.
    **dict.fromkeys(
        (
            "contact__list",
            "crumbs__list",
            "foot-legal__list",
            "foot-list",
            "main-nav__list",
            "mega__list",
            "office",
            "pager__list",
            "results",
            "toc__list",
        ),
        "a list without marks",
    ),
    "alert-bar--info": "the plain form of an alert",
    "notice--info": "the plain form of a notice",
    **dict.fromkeys(("foreign-results", "provenance", "search-result", "sources__date"), "named for tests and for readers' own styles"),
}
"""Classes of templates that no style names, each with its reason."""

# What stands for a part of a class that comes from a value.
_VALUE = "\ufffc"
_CHOSEN = {
    f"alert-bar--{_VALUE}": {f"alert-bar--{level}" for level in Level.values},
    f"btn--{_VALUE}": {"btn--second", "btn--accent", "btn--danger"},
    f"notice--{_VALUE}": {f"notice--{level}" for level, _label in NoticeBlock().child_blocks["level"].field.choices if level},
    f"sdg-{_VALUE}": {f"sdg-{goal}" for goal in Goal.values},
    f"sec--{_VALUE}": {f"sec--{ground}" for ground in ("sand", "night")},
    # A map of the Länder: the shade of a tile, its column and its row.
    f"t{_VALUE}": {f"t{level}" for level in range(4)},
    f"c{_VALUE}": {f"c{column}" for column in range(5)},
    f"r{_VALUE}": {f"r{row}" for row in range(5)},
    # A form of the search takes one for its place.
    _VALUE: {"mt"},
}


@cache
def classes_of_styles() -> dict[str, set[Path]]:
    """Return the parts that name a class, by class."""
    found = defaultdict(set)
    for part in styles.parts():
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)|'[^']*'", "", part.read_text(encoding="utf-8"), flags=re.DOTALL)
        selectors = re.sub(r"(?<=[{;])\s*[-a-z]+\s*:[^;{}]*(?=[;}])", "", text)
        for name in re.findall(r"\.([a-zA-Z_][\w-]*)", selectors):
            found[name].add(part)
    return found


def is_to_come(part: Path) -> bool:
    return part.read_text(encoding="utf-8").startswith(TO_COME)


def classes_of_script(path: Path) -> set[str]:
    """Return the classes that a script gives and takes."""
    found = set()
    for names in re.findall(r"(?:className(?: =|:) |classList\.\w+\()'([\w -]+)'", path.read_text(encoding="utf-8")):
        found |= set(names.split())
    return found


@cache
def classes_of_markup() -> set[str]:
    """Return the classes in templates, scripts and code of the pages that visitors read."""
    found = set()
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        has_own_styles = path.name in {"500.html", "mirror.html", "refused.html"}
        if has_own_styles or path.parent.parts[-1].startswith("wagtail") or "wagtailadmin" in path.parts:
            continue
        for attribute in re.findall(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"{])*)"', path.read_text(encoding="utf-8")):
            for name in re.sub(r"\{%.*?%\}", " ", re.sub(r"\{\{.*?\}\}", _VALUE, attribute)).split():
                found |= _CHOSEN[name] if _VALUE in name else {name}
    for path in set(SCRIPTS.glob("*.js")) - {SCRIPTS / name for name in ADMIN_SCRIPTS}:
        found |= classes_of_script(path)
    source = (settings.BASE_DIR / "portal/templatetags/portal_tags.py").read_text(encoding="utf-8")
    for names in re.findall(r'class="([^"]*)"', source):
        found |= set(re.sub(r"\{\}", " ", names).split())
    # Given to an icon that points the way in which text runs.
    assert '" icon-dir"' in source
    return found | {"icon-dir"}


def test_every_class_of_the_styles_has_a_user_or_comes_with_a_kind() -> None:
    unused = {name: parts for name, parts in classes_of_styles().items() if name not in classes_of_markup()}
    announced = {name for name in classes_of_styles() if any(map(is_to_come, classes_of_styles()[name]))}
    assert sorted(set(unused) - announced) == []


def test_what_is_marked_to_come_has_no_user_yet() -> None:
    announced = {name for name, parts in classes_of_styles().items() if any(map(is_to_come, parts))}
    assert announced & classes_of_markup() == set()


def test_every_class_of_the_templates_has_a_style_or_a_reason() -> None:
    assert sorted(classes_of_markup() - set(classes_of_styles())) == sorted(HOOKS)


def layouts(part: Path) -> set[str]:
    """Return the classes that a part lays out by themselves, wherever they stand: what it says of them inside of others is left out."""
    text = re.sub(r"/\*.*?\*/", "", part.read_text(encoding="utf-8"), flags=re.DOTALL)
    found, around = set(), []
    for before, sign in re.findall(r"([^{};]*)([{};])", text):
        selector = around[-1] if around else ""
        if sign == "{":
            around.append(before.strip())
        elif re.match(r"\s*(?:columns|grid-template-columns|display)\s*:", before):
            if all(each.startswith("@layer") for each in around[:-1]):
                found |= {name for each in selector.split(",") for name in re.findall(r"^\.([\w-]+)$", each.strip())}
        if sign == "}" and around:
            around.pop()
    return found


def test_how_a_class_lays_out_stands_in_one_part() -> None:
    parts = defaultdict(set)
    for part in styles.parts():
        # What entries of all lists have in common stands in `items.css`, their columns with each.
        if part.parent.name != "utilities" and part.name != "items.css":
            for name in layouts(part):
                parts[name].add(part.name)
    assert {name: sorted(found) for name, found in parts.items() if len(found) > 1} == {}
    assert len(parts) > 50


@pytest.mark.parametrize("name", ADMIN_SCRIPTS)
def test_every_class_of_a_script_of_the_admin_has_a_style(name: str) -> None:
    sheet = (SCRIPTS.parent / "css/admin.css").read_text(encoding="utf-8")
    # Buttons look as Wagtail's do.
    own = {name for name in classes_of_script(SCRIPTS / name) if not name.startswith("button")}
    assert own - set(re.findall(r"\.([a-zA-Z_][\w-]*)", sheet)) == set()


def test_the_grounds_of_a_section_are_those_that_have_a_style() -> None:
    grounds = section_block((), ()).child_blocks["background"].field.choices
    assert {f"sec--{ground}" for ground, _label in grounds if ground and ground != "plain"} == _CHOSEN[f"sec--{_VALUE}"]


def test_numbers_can_be_read_on_the_colours_of_the_goals() -> None:
    """The seventeen colours differ, and the number on each has a contrast of at least 4.5:1."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    sheet = (styles.SOURCE / "utilities/goal_colours.css").read_text(encoding="utf-8")
    grounds = dict(re.findall(r"\.sdg-(\d+)\{--c:(#[0-9a-f]{6})\}", sheet))
    white = set(re.findall(r"\.sdg-(\d+)(?=[,{]|$)", sheet.split("{--on:#fff}")[0]))
    assert list(grounds) == Goal.values
    assert len(set(grounds.values())) == 17
    contrasts = {}
    for goal, ground in grounds.items():
        lights = sorted([light(ground), light("#ffffff" if goal in white else "#101828")])
        contrasts[goal] = (lights[1] + 0.05) / (lights[0] + 0.05)
    assert {goal: round(contrast, 2) for goal, contrast in contrasts.items() if contrast < 4.5} == {}


def test_every_token_that_is_read_is_set() -> None:
    sheet = styles.joined()
    # A goal's colours and the smallest width of a grid's column come from where they are used.
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) - set(re.findall(r"(--[\w-]+)\s*:", sheet)) == set()


def test_scripts_look_for_what_templates_have() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    script = (settings.BASE_DIR / "portal/static/portal/js/site.js").read_text(encoding="utf-8")
    wanted = re.findall(r"(?:all|querySelector)\('\[?\.?([\w-]+)", script)
    assert wanted
    assert [name for name in wanted if name not in templates] == []


def test_the_sheet_is_one_file_in_the_order_of_its_parts() -> None:
    sheet = styles.joined()
    places = [sheet.index(styles.as_sent(part.read_text(encoding="utf-8"))) for part in styles.parts()]
    assert places == sorted(places)
    assert "@import" not in sheet
    assert "/*" not in sheet
    assert sheet.count("{") == sheet.count("}")
    assert set(styles.SOURCE.rglob("*.css")) - set(styles.parts()) == {styles.SOURCE / "site.css"}


def test_static_files_have_the_sheet_once_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    finder = styles.StyleSheetFinder()
    monkeypatch.setattr(finders, "get_finders", lambda: [*map(finders.get_finder, settings.STATICFILES_FINDERS[:-1]), finder])
    found = [path for each in finders.get_finders() for path, _storage in each.list([])]
    assert [path for path in found if path.startswith("portal/css/")] == ["portal/css/admin.css", styles.SHEET]
    assert Path(finders.find(styles.SHEET)).read_text(encoding="utf-8") == styles.joined()


@pytest.mark.parametrize(("missing", "fault"), [(True, "imported and not there"), (False, "not imported by site.css")])
def test_a_part_that_is_forgotten_is_found_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool, fault: str) -> None:
    (tmp_path / "site.css").write_text("@import 'a.css';\n" if missing else "", encoding="utf-8")
    if not missing:
        (tmp_path / "a.css").write_text("p{color:red}", encoding="utf-8")
    monkeypatch.setattr(styles, "SOURCE", tmp_path)
    assert [error.msg for error in styles.StyleSheetFinder().check()] == [f"portal/styles: a.css is {fault}."]
