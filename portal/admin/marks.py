"""Marks in the editor of rich text: their buttons, and how the editor's content and what is stored become each other."""

from __future__ import annotations

from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import (
    InlineEntityElementHandler,
    InlineStyleElementHandler,
)
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature, Feature, InlineStyleFeature
from wagtail.rich_text.feature_registry import FeatureRegistry

from portal.pages import marks
from portal.pages.marks import Mark


class _EntityHandler(InlineEntityElementHandler):
    """Reads a mark that holds more than its name."""

    def __init__(self, mark: type[Mark]) -> None:
        super().__init__(mark.identifier.upper())
        self.mark = mark
        self.mutability = mark.mutability

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, str]:
        """Return what the editor keeps."""
        return {**self.mark.in_editor(attrs), **{name: attrs.get(name, "") for name in self.mark.attributes}}


def _feature(mark: type[Mark]) -> Feature:
    button = {"type": mark.identifier.upper(), "label": mark.label, "description": mark.description}
    if mark.attributes:
        options = {**button, **mark.options, "attributes": list(mark.attributes)}
        return EntityFeature(options, js=list(mark.scripts))
    return InlineStyleFeature({**button, "element": "span", "style": {"borderBottom": "2px dotted currentColor"}})


def _rule(mark: type[Mark]) -> dict[str, dict]:
    name, kind, stored = mark.identifier.upper(), f'a[linktype="{mark.identifier}"]', {"linktype": mark.identifier}
    if not mark.attributes:
        return {
            "from_database_format": {kind: InlineStyleElementHandler(name)},
            "to_database_format": {"style_map": {name: {"element": "a", "props": stored}}},
        }

    def write(props: dict) -> object:
        return DOM.create_element("a", {**stored, **{key: props.get(key) for key in mark.attributes}}, props["children"])

    return {
        "from_database_format": {kind: _EntityHandler(mark)},
        "to_database_format": {"entity_decorators": {name: write}},
    }


def install(features: FeatureRegistry) -> None:
    """Let Wagtail's rich text know all marks: the editor, what is stored, what visitors get."""
    for mark in marks.registered():
        features.register_editor_plugin("draftail", mark.identifier, _feature(mark))
        features.register_converter_rule("contentstate", mark.identifier, _rule(mark))
        features.register_link_type(mark)
