"""Forms of the admin that no browser sends: refused with 400 or with errors in the form, never by an error of the portal."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.portal.accounts.test_rights import PARAMETER, World, make_world, routes, values

pytestmark = pytest.mark.django_db

NOT_TRIED = re.compile(r"logout|jsi18n|sprite|failwhale|test404|account/|password_reset|users/|groups/|/delete|dismissibles|admin/login")
"""What would end the test's own rights or objects, and what has tests of its own."""

LONG = "9" * 400


def addresses(world: World) -> Iterator[str]:
    """Yield each address of the admin once, with numbers of things that are there."""
    for route in routes():
        if NOT_TRIED.search(route):
            continue
        names = [first or second for first, second in PARAMETER.findall(route)]
        chosen = iter([next(iter(values(name, route, world)), 1) for name in names])
        address = "/" + PARAMETER.sub(lambda _found, chosen=chosen: str(next(chosen)), route)
        yield f"{address}?id={world.own.pk}" if "/bulk/" in address else address


def fields_of(html: str) -> dict[str, str]:
    """Return the names of a page's fields."""
    return dict.fromkeys(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', html), "")


def posts(names: dict[str, str]) -> Iterator[tuple[str, dict]]:
    """Yield what is sent: nothing, nonsense in every field, and a field that is a file."""
    yield "nothing", {}
    if not names:
        return
    yield "NUL", dict.fromkeys(names, "a\x00b")
    yield "a long number", dict.fromkeys(names, LONG)
    yield "JSON", dict.fromkeys(names, '{"a": [null, {"b": "\\ud800"}]}')
    yield "files", {name: SimpleUploadedFile("x.png", b"\x89PNG\r\n") for name in names}


def test_no_garbage_is_an_error_of_the_portal() -> None:
    """As administrator, each address of the admin with each kind of garbage in the fields that its own form has."""
    world = make_world("de")
    client = Client(raise_request_exception=False, headers={"Accept-Language": "de"})
    client.force_login(User.objects.get(username="verwaltung"))
    failed: dict[str, str] = {}
    count = 0
    for address in dict.fromkeys(addresses(world)):
        shown = client.get(address)
        names = {} if shown.streaming else fields_of(shown.content.decode("utf-8", "replace").replace('\\"', '"'))
        names.pop("csrfmiddlewaretoken", None)
        for what, data in posts(names):
            count += 1
            answer = client.post(address, data)
            if answer.status_code >= 500:
                failed[f"{address} {what}"] = repr(getattr(answer, "exc_info", ("", ""))[1])[:160]
    assert failed == {}, "\n".join(f"{where}: {why}" for where, why in failed.items())
    assert count > 300
