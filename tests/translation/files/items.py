"""What tests share of files that are looked at before they are imported."""

from __future__ import annotations

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override, pgettext


def in_german(text: str, **values: object) -> str:
    """Return a sentence of the admin as the people of the tests read it."""
    with override("de"):
        found = pgettext("admin", text) % values if values else pgettext("admin", text)
    assert found != text, f"not translated: {text}"
    return found


def said(answer: HttpResponse) -> list[str]:
    """Return the messages on a screen."""
    return [str(one).strip() for one in answer.context["messages"]]


def say_yes(client: Client, answer: HttpResponse, **more: str) -> HttpResponse:
    """Send the form of the preview as it stands there."""
    form = BeautifulSoup(answer.content, "html.parser").select_one(f"form[action='{reverse('translation_files_apply')}']")
    assert form is not None, answer.content.decode()
    data = {field["name"]: field["value"] for field in form.select("input[type=hidden]") if field["name"] != "csrfmiddlewaretoken"}
    return client.post(form["action"], {**data, **more}, follow=True)


def outcomes(answer: HttpResponse) -> dict[str, tuple[str, str]]:
    """Return what becomes of each text, with the reason, by the German text."""
    lines = [one["line"] for file in answer.context["files"] for one in file["lines"]]
    return {line.source: (line.outcome.value, line.reason) for line in lines}
