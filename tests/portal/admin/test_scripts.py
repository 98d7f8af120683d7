"""No screen of the admin holds a script: what Wagtail's widgets would run stands there as data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import wagtail_localize
from django.forms import Widget
from django.utils.html import escape
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminPageChooser, AdminTimeInput, BaseChooser
from wagtail.admin.widgets.workflows import AdminTaskChooser

from home.models import HomePage
from portal.admin import scripts

WIDGETS = {
    "initDateChooser": AdminDateInput,
    "initTimeChooser": AdminTimeInput,
    "initDateTimeChooser": AdminDateTimeInput,
    "PageChooser": AdminPageChooser,
    "createTaskChooser": AdminTaskChooser,
}


def rendered(name: str) -> str:
    widget: Widget = WIDGETS[name]()
    return str(widget.render("a_field", None, {"id": "id_a-field"}))


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_says_as_data_what_is_called(db: None, home: HomePage, name: str) -> None:
    html = rendered(name)
    (arguments,) = re.findall(rf'data-portal-widget-name-value="{name}" data-portal-widget-arguments-value="([^"]*)"', html)
    assert "<script" not in html
    assert json.loads(arguments.replace("&quot;", '"'))[0] == "id_a-field"


def test_each_widget_of_a_range_says_what_is_called() -> None:
    html = DateRangePickerWidget().render("day", [None, None], {"id": "id_day"})
    assert re.findall(r'arguments-value="\[&quot;([^&]*)&quot;', html) == ["id_day_0", "id_day_1"]
    assert "<script" not in html


def test_nothing_of_a_call_ends_its_mark() -> None:
    evil = "</template><script>alert(1)</script>\"'"
    assert escape(json.dumps([evil])) in scripts.call("PageChooser", evil)
    assert scripts.call("PageChooser", evil).count("<") == 2


@pytest.mark.parametrize("widget", scripts.WIDGETS)
def test_wagtail_writes_scripts(widget: type[Widget]) -> None:
    """When this fails, `portal/admin/scripts.py` goes for this widget."""
    made = AdminPageChooser() if widget is BaseChooser else widget()
    made.get_value_data = lambda value: None
    made.render_html = lambda *args: ""
    assert "<script>" in widget.render.__wrapped__(made, "a_field", None, {"id": "id_a"})


@pytest.mark.parametrize("name", ["edit_translation", "submit_translation"])
def test_wagtail_localize_writes_scripts(name: str) -> None:
    """When this fails, our template of this name needs no block of scripts."""
    folder = Path(wagtail_localize.__file__).parent / "templates/wagtail_localize/admin"
    assert re.search(r"<script(?: type=\"text/javascript\")?>", (folder / f"{name}.html").read_text(encoding="utf-8"))
