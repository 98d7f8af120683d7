"""Wagtail's widgets without scripts in the page, so that the admin's Content-Security-Policy needs to allow none.

Wagtail 8 writes `<script>new PageChooser("id", {…});</script>` behind a widget (wagtail/wagtail#1288). The same call stands here as data,
which `portal/js/widgets.js` reads: what somebody smuggles into a screen is not run. `templates/wagtailadmin/panels/` says it for
inline panels, `translation/templates/wagtail_localize/` for wagtail-localize's screens.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput, BaseChooser

WIDGETS = (BaseChooser, AdminDateInput, AdminTimeInput, AdminDateTimeInput, DateRangePickerWidget)
_CALL = re.compile(r"<script>(?:new )?(?P<name>\w+)\((?P<arguments>.*?)\);</script>", re.DOTALL)


def call(name: str, *arguments: object) -> SafeString:
    """Return the mark that lets a function or class of Wagtail's scripts be called with these arguments, once it stands in a screen."""
    return format_html(
        '<template data-controller="portal-widget" data-portal-widget-name-value="{}" data-portal-widget-arguments-value="{}"></template>',
        name,
        json.dumps(arguments),
    )


def _as_data(found: re.Match[str]) -> str:
    return call(found["name"], *json.loads(f"[{found['arguments']}]"))


def _declared(render: Callable[..., str]) -> Callable[..., SafeString]:
    @functools.wraps(render)
    def render_as_data(*args: object, **kwargs: object) -> SafeString:
        return mark_safe(_CALL.sub(_as_data, render(*args, **kwargs)))  # noqa: S308 (what Wagtail rendered, and what `call` escaped)

    return render_as_data


def install() -> None:
    """Let the widgets of Wagtail 8 say as data what they write as a script; this can go when they write none (wagtail/wagtail#1288)."""
    for widget in WIDGETS:
        widget.render = _declared(widget.render)
