"""Drafts that are saved by themselves: a new page that is handed in meanwhile is one page; what is said beside the text makes none."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route

from tests import support

from .test_editing import DESK, choose, page_id, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MARKS = """for (const [name, mark] of Object.entries({
  'w-unsaved:watch-edits': 'watched', 'w-unsaved:add': 'changed', 'w-autosave:success': 'drafted', submit: 'submitted' }))
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


def test_an_answer_beside_the_text_makes_no_draft(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    """Whoever approves with another answer would approve that draft once more."""
    section = page_id(live_portal, "Page.objects.get(slug='unsere-arbeit', locale__language_code='de').pk")
    editor = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    editor.add_init_script(MARKS)
    drafts: list[bool] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "json" in request.headers.get("accept", ""):
            drafts.append("Rund um die Quitte." in (request.post_data or ""))

    editor.on("request", note)
    editor.goto(f"/admin/pages/{section}/edit/")
    editor.wait_for_selector("html[data-watched]")
    editor.check("input[name=effect][value=small]")
    editor.wait_for_selector("html[data-changed]")
    editor.fill("textarea[name=lead]", "Rund um die Quitte.")
    editor.wait_for_selector("html[data-drafted]")
    assert drafts == [True]
