"""What a declaration says is checked at every start."""

from __future__ import annotations

from collections import Counter

from django.core.checks import CheckMessage, Error, register
from wagtail.models import get_page_models

from .declarations import listings, unknown_names
from .rows import indexes


@register()
def check_listings(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Every name in a declaration is a field or an attribute of its page type; every kind is one's own and stands in an index."""
    errors: list[CheckMessage] = []
    listed = set().union(*indexes().values())
    names = Counter(name for model, listing in listings().items() for name in {listing.kind, *map(str, listing.kinds_of(model))})
    for model, listing in listings().items():
        if unknown := list(unknown_names(model, listing)):
            errors.append(Error(f"The declaration names what is no field: {', '.join(unknown)}.", obj=model, id="portal.E010"))
        if shared := sorted(name for name in listing.kinds_of(model) if names[name] > 1 or name == "page"):
            errors.append(Error(f"Another kind is called so: {', '.join(shared)}.", obj=model, id="portal.E011"))
        if model not in listed:
            errors.append(Error("No index lists the kind.", obj=model, id="portal.E012"))
    for index, models in indexes().items():
        if len(models) > 1 and hasattr(index, "listed_model"):
            text = f"An index lists one kind, and this one {len(models)}; what visitors tell apart in one list is a field (`kinds`)."
            errors.append(Error(text, obj=index, id="portal.E014"))
    return errors


@register()
def check_sections(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A section names the kinds whose indexes name it as their parent, and no others that there are; it may be an index itself."""
    errors: list[CheckMessage] = []
    sections = [model for model in get_page_models() if hasattr(model, "kinds")]
    for index, listed in indexes().items():
        if index in sections:
            continue
        kinds = {model.listing.kind for model in listed}
        parents = index.clean_parent_page_models()
        for section in sections:
            if (section in parents) != bool(kinds.intersection(section.kinds)):
                text = f"{section._meta.label} names the kind or {index._meta.label} names it as its parent, and not both."
                errors.append(Error(text, obj=section, id="portal.E013"))
    return errors
