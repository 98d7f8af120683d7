"""Texts of tables are known by what they say, no longer by row and column (`portal.blocks.data.TableBlock`)."""

from __future__ import annotations

import re
import uuid

from django.apps.registry import Apps

from ._merging import move_translations

_POSITION = re.compile(r"\.(?:rows\.\d+\.\d+|columns\.\d+)$")
# As wagtail-localize makes the id of a path.
_PATHS = uuid.UUID("fcab004a-2b50-11ea-978f-2e728ce88125")


def rename_contexts(apps: Apps, schema_editor: object) -> None:
    """Give segments and translations of cells the path of their table's cells, those of headings that of its headings."""
    contexts = apps.get_model("wagtail_localize", "TranslationContext").objects
    segments = apps.get_model("wagtail_localize", "StringSegment").objects
    translations = apps.get_model("wagtail_localize", "StringTranslation").objects
    for context in list(contexts.filter(path__regex=r"\.(rows\.[0-9]+\.[0-9]+|columns\.[0-9]+)$").order_by("pk")):
        path = _POSITION.sub(lambda match: ".cells" if match[0].startswith(".rows") else ".columns", context.path)
        target, _created = contexts.get_or_create(
            object_id=context.object_id,
            path_id=uuid.uuid5(_PATHS, path),
            defaults={"path": path, "field_path": context.field_path},
        )
        segments.filter(context=context).update(context=target)
        found = list(translations.filter(context=context).select_related("translation_of", "context"))
        move_translations(apps, found, lambda translation, target=target: {"context_id": target.pk})
        context.delete()
