"""What Wagtail's apps load for an API that is not installed, and what stands in for it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, reverse

from portal.upstream import unused


def taken() -> Iterator[tuple[str, str]]:
    """Yield what Wagtail's apps take from the API when they are ready, with the app."""
    for config in apps.get_app_configs():
        module = sys.modules[type(config).__module__]
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.ImportFrom) and "api.v3" in (node.module or ""):
                yield from ((config.name, name.name) for name in node.names)


def test_wagtail_builds_an_api_that_is_not_installed() -> None:
    """When this fails, Wagtail asks first, or takes something else from it: what stands in for it is to be looked at, or can go."""
    found = set(taken())
    assert {name for _app, name in found} == {"api", "router", "register_content_types"}
    assert {app for app, name in found if name == "api"} == {
        "wagtail.contrib.redirects", "wagtail.documents", "wagtail.images", "wagtail.locales", "wagtail.snippets",
    } & {config.name for config in apps.get_app_configs()}  # fmt: skip


def test_nothing_of_it_is_loaded() -> None:
    assert not apps.is_installed("wagtail.api.v3")
    assert "ninja" not in sys.modules
    loaded = [name for name in sys.modules if unused._API.match(name)]
    assert loaded
    assert {type(sys.modules[name]) for name in loaded} == {unused._Module}
    with pytest.raises(NoReverseMatch):
        reverse("wagtailapi_v3:list_pages")
