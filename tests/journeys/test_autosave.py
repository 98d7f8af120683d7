"""A new page that is handed in while its draft is being saved: there is one page, and it is handed in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests import support

from .test_editing import DESK, choose, page_id, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MARKS = """for (const [name, mark] of [['w-unsaved:watch-edits', 'watched'], ['submit', 'submitted']])
  window.addEventListener(name, () => { document.documentElement.dataset[mark] = 1; });"""
"""Wagtail sees what is typed from a moment after the form is there; and the form was handed in, or held back."""

STATES = """
from wagtail.models import Page, WorkflowState
pages = Page.objects.filter(title='Mispelseite', locale__language_code='de')
print('STATES', [[state.status for state in WorkflowState.objects.filter(object_id=str(page.pk))] for page in pages])
"""


def test_handing_in_waits_for_the_draft(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    section = page_id(live_portal, "Page.objects.get(slug='unsere-arbeit', locale__language_code='de').pk")
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.add_init_script(MARKS)
    held: list[Callable[[], None]] = []

    def hold(route: Route) -> None:
        """Keep the answer to a draft on its way, as a slow network does: the page is there, and the form does not know."""
        if "json" in route.request.headers.get("accept", ""):
            answer = route.fetch()
            held.append(lambda: route.fulfill(response=answer))
            editor.evaluate("document.documentElement.dataset.held = 1")
        else:
            route.continue_()

    editor.route("**/admin/pages/add/**", hold)
    editor.goto(f"/admin/pages/add/home/contentpage/{section}/")
    editor.wait_for_selector("html[data-watched]")
    editor.fill("input[name=title]", "Mispelseite")
    editor.fill("textarea[name=lead]", "Rund um die Mispel.")
    editor.wait_for_selector("html[data-held]")
    choose(editor, "button[name='action-submit']")
    editor.wait_for_selector("html[data-submitted]")
    held.pop()()
    editor.wait_for_url(re.compile(rf"/admin/pages/{section}/"))
    found = live_portal.manage("shell", "-c", STATES)
    assert "STATES [['in_progress']]" in found
