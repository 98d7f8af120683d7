"""Conventions that are checked at every start instead of being remembered."""

from __future__ import annotations

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from wagtail.blocks import ChooserBlock
from wagtail.fields import StreamField
from wagtail.models import Page, TranslatableMixin
from wagtail.models import get_page_models as wagtail_page_models

from portal.blocks import base, walking
from portal.blocks.dates import PartialDateBlock
from portal.blocks.files import ImageBlock
from portal.blocks.text import RichTextBlock
from portal.models import BasePage

OWN_PACKAGES = ("portal.", "about.", "home.", "news.", "participate.", "research.", "work.", "search.", "translation.")


def _own_page_models() -> list[type[Page]]:
    return [model for model in wagtail_page_models() if model is not Page]


@register()
def check_page_types(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Every page type extends the base page and states its translated fields, its parents and its children."""
    errors: list[CheckMessage] = []
    for model in _own_page_models():
        if not issubclass(model, BasePage):
            errors.append(Error("The page type does not extend BasePage.", obj=model, id="portal.E001"))
        names = {
            name
            for cls in model.__mro__
            if cls.__module__.split(".")[0] not in {"wagtail", "django"}
            for name in vars(cls)
        }
        for name in ("parent_page_types", "subpage_types", "translatable_fields"):
            if name not in names:
                errors.append(Error(f"The page type does not state its {name}.", obj=model, id="portal.E002"))
        stated = {field.field_name for field in getattr(model, "translatable_fields", [])}
        own = {field.name for field in model._meta.local_fields if not field.primary_key and field.editable}
        own |= {field.name for field in model._meta.local_many_to_many}
        if missing := own - stated - {"page_ptr"}:
            errors.append(
                Error(
                    f"Neither translated nor synchronised: {', '.join(sorted(missing))}.", obj=model, id="portal.E003"
                )
            )
        if "slug" in stated:
            errors.append(
                Error("The slug belongs to each language and is not translated.", obj=model, id="portal.E004")
            )
    return errors


@register()
def check_translatable_models(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A translatable model is unique per locale, never over all languages."""
    errors: list[CheckMessage] = []
    for model in apps.get_models():
        if not issubclass(model, TranslatableMixin) or model.__module__.split(".")[0] in {
            "wagtail",
            "wagtail_localize",
        }:
            continue
        for field in model._meta.local_fields:
            if field.unique and not field.primary_key:
                errors.append(Error(f"{field.name} is unique over all languages.", obj=model, id="portal.E005"))
        for constraint in model._meta.constraints:
            if fields := getattr(constraint, "fields", ()):
                if "locale" not in fields:
                    errors.append(Error(f"{constraint.name} does not hold the locale.", obj=model, id="portal.E005"))
    return errors


def _previews_itself(cls: type) -> bool:
    """Return whether a block of the portal, or one that it extends, makes its preview."""
    return any("get_preview_value" in vars(each) for each in cls.__mro__ if each.__module__.startswith(OWN_PACKAGES))


@register()
def check_blocks(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Every block of the portal has a template that exists, a preview and a description."""
    errors: dict[type, CheckMessage] = {}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not isinstance(field, StreamField):
                continue
            for block in walking.declared(field.stream_block):
                cls = type(block)
                # A field inside a block is shown by the block's template.
                is_ours = cls.__module__.startswith(OWN_PACKAGES)
                if isinstance(block, ChooserBlock) or cls in {RichTextBlock, PartialDateBlock, ImageBlock, base.ListBlock} or not is_ours:
                    continue
                lacks = [
                    name
                    for name, value in (
                        ("template", getattr(block.meta, "template", None)),
                        ("description", getattr(block.meta, "description", None)),
                        ("preview_value", hasattr(block.meta, "preview_value") or _previews_itself(cls)),
                    )
                    if not value
                ]
                try:
                    get_template(getattr(block.meta, "template", None) or "")
                except TemplateDoesNotExist:
                    lacks.append("existing template")
                if lacks:
                    errors[cls] = Error(f"The block lacks: {', '.join(lacks)}.", obj=cls, id="portal.E006")
    return list(errors.values())


@register()
def check_migrated_fields(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """What editors choose from is no part of migrations: a block, drawing or kind is added without one."""
    errors: list[CheckMessage] = []
    for model in apps.get_models():
        if not model.__module__.startswith(OWN_PACKAGES):
            continue
        for field in model._meta.local_fields:
            _name, path, _args, stated = field.deconstruct()
            if isinstance(field, StreamField) and path == "wagtail.fields.StreamField":
                errors.append(
                    Error("Its blocks would stand in migrations.", hint="Take portal.blocks.fields.", obj=field, id="portal.E007")
                )
            if "choices" in stated and not callable(stated["choices"]):
                errors.append(
                    Error("Its choices would stand in migrations.", hint="choices=Kind.as_choices", obj=field, id="portal.E008")
                )
    return errors
