"""An alert in the browser, on the served portal: an editor publishes a prepared text, all languages show it, it ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import looks, support
from tests.journeys.public import fetch
from tests.journeys.test_editing import DESK, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing")]

MAKE = """
from wagtail.models import Locale
from portal.models import Alert
from tests.builders import submit, translate_texts
german = Locale.objects.get(language_code="de")
alert = Alert(name="Probe", heading="Probe im Haus", text="Heute wird geprobt.", level="danger", locale=german)
alert.save()
translation = submit(alert, "ar")
translate_texts(translation, {"Probe im Haus": "تجربة", "Heute wird geprobt.": "تجربة اليوم."})
translation.save_target(publish=True)
"""
END = """
from datetime import timedelta
from django.utils import timezone
from portal.models import Alert
alert = Alert.objects.get(name="Probe", locale__language_code="de")
alert.ends_at = timezone.now() + timedelta(seconds=2)
alert.save()
"""
UNDO = "from portal.models import Alert; Alert.objects.filter(name='Probe').delete()"


@pytest.fixture
def prepared(live_portal: support.Portal) -> Iterator[None]:
    live_portal.manage("shell", "-c", MAKE)
    yield
    live_portal.manage("shell", "-c", UNDO)


def test_an_editor_publishes_a_prepared_text_and_it_ends_by_itself(
    live_portal: support.Portal, prepared: None, open_page: Callable[..., Page]
) -> None:
    texts = {
        "/de/": "Gefahr: Probe im Haus\nHeute wird geprobt.",
        "/ar/": "خطر: تجربة\nتجربة اليوم.",
        "/uk/": "Небезпека: Probe im Haus німецькою\nHeute wird geprobt.",
    }
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    reader = open_page("/de/", bypass_csp=True, viewport={"width": 390, "height": 800})
    expect(reader.locator(".alert-bar", has_text="Probe")).to_have_count(0)
    editor.goto("/admin/snippets/portal/alert/?q=Probe")
    editor.get_by_role("link", name="Probe", exact=True).first.click()
    # Beside the form stands what visitors see, not that there are no drafts.
    expect(editor.locator("[data-side-panel=status], .form-side").first).to_contain_text("vorbereitet, nicht veröffentlicht")
    editor.get_by_role("checkbox", name="veröffentlicht").check()
    editor.fill("input[name=ends_at]", "31.12.2099 12:00")
    editor.get_by_role("button", name="Speichern").first.click()
    expect(editor.get_by_text("jetzt zu sehen").first).to_be_visible()
    for address, text in texts.items():
        reader.goto(address)
        bar = reader.get_by_role("region", name="Probe" if address != "/ar/" else "تجربة")
        assert bar.inner_text().replace("\xa0", " ").replace("\n\n", "\n") == text
        found = looks.axe_violations(reader)
        reader.emulate_media(color_scheme="dark")
        found += looks.contrast_violations(reader)
        reader.emulate_media(color_scheme="light", media="print")
        expect(bar).to_be_visible()
        reader.emulate_media(media="screen")
        assert found + [address] * bool(looks.overflow(reader)) == []
    live_portal.manage("shell", "-c", END)
    # Looked at before it ends, too, so that what was kept of a page until then must end by itself.
    for address, text in texts.items():
        support.wait_for(lambda: text.split("\n")[1] not in fetch(live_portal, address)[1], f"The end of the alert on {address}")  # noqa: B023
