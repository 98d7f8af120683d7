"""Every kind of content that there is: no part of its declaration holds up its pages."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from portal import changes
from portal.listing.checks import check_listings
from portal.listing.declarations import Listing, listings
from portal.listing.rows import indexes_of
from tests.builders import add


def made(model: type[Page]) -> Page:
    """Return a page of a kind: one of the initial content, or the first in a list of its own."""
    german = {"live": True, "locale__language_code": "de"}
    if page := model.objects.filter(**german).order_by("path").first():
        return page
    index_model = indexes_of((model.listing.kind,))[0]
    section = next(page for parent in index_model.clean_parent_page_models() if (page := parent.objects.filter(**german).first()))
    index = index_model.objects.filter(**german).first() or add(section, index_model(title="Liste"))
    needed = [field for field in model._meta.local_fields if not (field.blank or field.null or field.has_default() or field.is_relation)]
    return add(index, model(title="Erste", **{field.name: some(field) for field in needed}))


def some(field: models.Field) -> object:
    """Return a value that a field takes."""
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return timezone.localdate()
    return next((key for key, _label in field.flatchoices if key), "Ein Satz.")


def parts(listing: Listing) -> dict[str, object]:
    """Return what a declaration says beyond what every one must, each with what it is when nothing is said."""
    found = {}
    for part in dataclasses.fields(Listing):
        if part.default is not dataclasses.MISSING:
            found[part.name] = part.default
        elif part.default_factory is not dataclasses.MISSING:
            found[part.name] = part.default_factory()
    return {name: nothing for name, nothing in found.items() if getattr(listing, name) != nothing}


@pytest.mark.once
def test_each_part_of_each_declaration_can_be_left_out(content: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    asked, wrong = 0, []
    for model, listing in listings().items():
        page = made(model)
        addresses = (page.get_url(), page.get_parent().specific.get_url())
        for name, nothing in {"": None, **parts(listing)}.items():
            monkeypatch.setattr(model, "listing", dataclasses.replace(listing, **({name: nothing} if name else {})))
            changes.announce(changes.EVERYTHING)
            asked += 1
            wrong += [(model._meta.label, name, error.msg) for error in check_listings(None) if error.obj is model]
            answers = [client.get(url) for url in addresses]
            wrong += [(model._meta.label, name, url) for url, answer in zip(addresses, answers, strict=True) if answer.status_code != 200]
            # A list with parts of its own (offices, Land by Land) is no page of results.
            if answers[1].status_code == 200 and (results := answers[1].context_data.get("results")) is not None:
                links = [entry.get_url() for entry in results.object_list]
                wrong += [(model._meta.label, name, link) for link in links if f'href="{link}"' not in answers[1].text]
        monkeypatch.setattr(model, "listing", listing)
    assert wrong == []
    assert asked > 5 * len(listings())
