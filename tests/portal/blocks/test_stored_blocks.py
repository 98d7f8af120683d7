"""Blocks as older releases, records and programs stored them: without an optional text, with `null`, without a newer child."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import StreamField
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.segments.extract import extract_segments

from portal.models import BasePage, PortalDocument, PortalImage
from search.extraction import read_page
from tests.builders import add, make_home, make_news_index, make_section, publish, submit, translate_texts
from tests.forms import posted_page

pytestmark = pytest.mark.django_db

ITEM = "00000000-0000-4000-9000-000000000009"


def page_types() -> list[type[BasePage]]:
    from wagtail.models import get_page_models

    return [model for model in get_page_models() if issubclass(model, BasePage)]


def places() -> list[tuple[type[BasePage], str, str]]:
    """Return each block once, with a page type and a field that take it."""
    found = {}
    for model in page_types():
        for field in model._meta.local_fields:
            if isinstance(field, StreamField):
                for name, block in field.stream_block.child_blocks.items():
                    children = ".".join(getattr(block, "child_blocks", {}))
                    found.setdefault((type(block), children), (model, field.name, name))
    return list(found.values())


def variants(block: blocks.Block, value: object) -> Iterator[object]:
    """Yield the stored value of a block with each value in it missing, and each being `null`."""
    yield None
    if isinstance(block, TypedTableBlock):
        yield {**value, "caption": None}
        yield {name: part for name, part in value.items() if name != "caption"}
        yield {**value, "columns": [{**column, "heading": None} for column in value["columns"]]}
        yield {**value, "rows": [{"values": [None for _cell in row["values"]]} for row in value["rows"]]}
        yield {**value, "rows": []}
    elif isinstance(block, blocks.StreamBlock):
        for index, child in enumerate(value):
            for other in variants(block.child_blocks[child["type"]], child["value"]):
                yield [*value[:index], {**child, "value": other}, *value[index + 1 :]]
        yield []
    elif isinstance(block, blocks.ListBlock):
        for item in (value or ())[:1]:
            whole = item["value"] if isinstance(item, dict) and item.get("type") == "item" else item
            for other in variants(block.child_block, whole):
                yield [{"type": "item", "id": ITEM, "value": other}, *value[1:]]
        yield []
    elif isinstance(block, blocks.StructBlock) and value is not None:
        yield {}
        for name, child in block.child_blocks.items():
            yield {other: part for other, part in value.items() if other != name}
            for other in variants(child, value.get(name)):
                yield {**value, name: other}


@pytest.fixture
def files() -> None:
    """A picture and a file, which previews of blocks show."""
    PortalImage.objects.create(title="Foto", file=get_test_image_file())
    document = PortalDocument(title="Datei")
    document.file.save("datei.pdf", ContentFile(b"%PDF-1.4"))


def empty(block: blocks.Block, value: object) -> list[object]:
    """Return the stored values of a block in which everything is missing, or `null`, at once."""
    if isinstance(block, blocks.ListBlock):
        entries = [[{"type": "item", "id": ITEM, "value": other}] for other in empty(block.child_block, None)]
        return [None, [], *entries]
    if isinstance(block, TypedTableBlock):
        return [None, *variants(block, value)]
    if isinstance(block, blocks.StructBlock):
        return [None, {}, dict.fromkeys(block.child_blocks)]
    return [None]


def stored(name: str, values: list[object]) -> list[dict[str, object]]:
    return [
        {"type": name, "value": copy.deepcopy(value), "id": f"00000000-0000-4000-8000-{number:012}"}
        for number, value in enumerate(values)
    ]


def store(page: BasePage, field: str, values: list[dict[str, object]]) -> BasePage:
    """Write a field's blocks past everything that could complete them; return the page as it is read."""
    stream = page._meta.get_field(field).stream_block
    type(page).objects.filter(pk=page.pk).update(**{field: blocks.StreamValue(stream, values, is_lazy=True)})
    return type(page).objects.get(pk=page.pk)


@pytest.fixture
def page(client: Client, files: None, model: type[BasePage]) -> BasePage:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    home = make_home()
    return home if model._meta.model_name == "homepage" else new_page(home, model)


each_block = pytest.mark.parametrize(("model", "field", "name"), places(), ids=lambda value: getattr(value, "__name__", value))


@each_block
def test_what_is_not_stored_is_read_rendered_and_searched(
    client: Client, page: BasePage, model: type[BasePage], field: str, name: str
) -> None:
    block = model._meta.get_field(field).stream_block.child_blocks[name]
    whole = block.get_prep_value(block.normalize(block.get_preview_value()))
    values = [whole, *variants(block, whole)]
    page = store(page, field, stored(name, values))
    assert [child.block_type for child in getattr(page, field)] == [name] * len(values)
    html = client.get(page.get_url())
    assert html.status_code == 200
    assert ">None<" not in html.content.decode()
    assert "None" not in read_page(page).in_order
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    paths = [segment.path for segment in extract_segments(page)]
    complete = [path for path in paths if "000000000000" in path]
    assert len(complete) >= len([path for path in paths if "000000000001" in path])


@each_block
def test_what_is_not_stored_is_submitted_and_synchronised(
    client: Client, page: BasePage, model: type[BasePage], field: str, name: str
) -> None:
    block = model._meta.get_field(field).stream_block.child_blocks[name]
    whole = block.get_prep_value(block.normalize(block.get_preview_value()))
    page = store(page, field, stored(name, [whole, *empty(block, whole)]))
    translation = submit(page)
    translate_texts(translation)
    translation.save_target(publish=False)
    user = User.objects.get()
    form = posted_page(page, user)
    assert client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form).status_code in (200, 302)
    assert client.post(reverse("wagtail_localize:update_translations", args=[translation.source_id])).status_code == 302
    source = TranslationSource.objects.get(pk=translation.source_id)
    assert Translation.objects.get(source=source).get_progress() == (source.stringsegment_set.count(),) * 2
    english = Page.objects.get(translation_key=page.translation_key, locale__language_code="en").specific
    publish(english.get_latest_revision_as_object())
    assert client.get(Page.objects.get(pk=english.pk).get_url()).status_code == 200


def new_page(home: BasePage, model: type[BasePage]) -> BasePage:
    name = model._meta.model_name
    if name == "newsindexpage":
        return make_news_index(home)
    if name == "newspage":
        from tests.builders import make_news

        return make_news(make_news_index(home))
    if name == "contentpage":
        return add(make_section(home), model(title="Seite", lead="Ein Satz."))
    needs = {"csv": "Jahr;Menschen\n2024;5\n", "counted": "Menschen"} if name == "datapage" else {}
    if name == "goalpage":
        needs = {"number": "10"}
    if name == "publicationpage":
        needs = {"authors": "IOM", "published_on": "2024-05-07"}
    return add(home, model(title="Seite", **needs))
