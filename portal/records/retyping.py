"""A record that now names another page type: its page becomes one of that type, in all languages, and keeps all that it holds.

The page keeps its id, address, history, translations and restrictions; what people have written stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex, Revision, WorkflowState
from wagtail_localize.models import TranslationSource

from portal import changes
from portal.changes import Event
from portal.models import LoadedRecord

from .checking import RecordSet
from .reading import Record
from .values import ValueProblem


def fit(record: Record, records: RecordSet) -> None:
    """Make the page that a record became at an earlier load one of the type that the record names now.

    Raises:
        ValueProblem: the page holds something that the new type has no field for.
    """
    stored = records.loaded.get(record.id)
    page = stored.object if stored is not None else None
    model = records.model(record)
    if not isinstance(page, Page) or not issubclass(model, Page) or type(page) is model:
        return
    pages = list(type(page).objects.filter(translation_key=page.translation_key))
    for version in pages:
        _refuse_loss(version, model)
    for version in pages:
        _change(version, model)
    ids = {version.pk for version in pages}
    for name, other in LoadedRecord.objects.filter(object_id__in=ids).in_bulk(field_name="record_id").items():
        if name in records.loaded and records.loaded[name].object_id in ids:
            records.loaded[name] = other


def _own_fields(model: type[Page]) -> list[Any]:
    """Return the fields of a page type that are not Wagtail's."""
    return [field for field in model._meta.local_fields if not field.primary_key] + list(model._meta.local_many_to_many)


def _refuse_loss(page: Page, model: type[Page]) -> None:
    known = {field.name for field in _own_fields(model)}
    for field in _own_fields(type(page)):
        if field.name in known:
            continue
        value = field.value_from_object(page)
        if value not in field.empty_values and value != field.get_default():
            raise ValueProblem(f"the page is a {page._meta.label} and holds “{field.name}”, which a {model._meta.label} has not")


def _change(page: Page, model: type[Page]) -> None:
    """Exchange the row of a page type for that of another; what is Wagtail's is left alone, only told the type."""
    old, kind = type(page), ContentType.objects.get_for_model(model)
    former = ContentType.objects.get_for_model(old)
    new = model(page_ptr_id=page.pk)
    new.__dict__.update({field.attname: page.__dict__[field.attname] for field in Page._meta.concrete_fields})
    new.content_type = kind
    known = {field.name: field for field in _own_fields(model)}
    related = {}
    for field in _own_fields(old):
        if field.name not in known:
            continue
        if field.many_to_many:
            through = field.remote_field.through.objects.filter(**{field.m2m_field_name(): page.pk})
            related[field.name] = list(through.values_list(field.m2m_reverse_field_name(), flat=True))
            through.delete()
        else:
            setattr(new, field.attname, field.value_from_object(page))
    # Neither saved nor deleted as pages: nothing is published, moved or gone.
    new.save_base(raw=True)
    for name, ids in related.items():
        field = known[name]
        names = field.m2m_field_name(), field.m2m_reverse_field_name()
        through = field.remote_field.through
        through.objects.bulk_create([through(**{f"{names[0]}_id": page.pk, f"{names[1]}_id": pk}) for pk in ids])
    rows = old._base_manager.filter(pk=page.pk)
    rows._raw_delete(rows.db)
    Page.objects.filter(pk=page.pk).update(content_type=kind)
    of_page = {"base_content_type": ContentType.objects.get_for_model(Page), "object_id": str(page.pk)}
    for told in (Revision, ReferenceIndex, WorkflowState):
        told.objects.filter(**of_page).update(content_type=kind)
    sources = TranslationSource.objects.filter(object_id=page.translation_key, specific_content_type=former)
    sources.update(specific_content_type=kind)
    LoadedRecord.objects.filter(content_type=former, object_id=page.pk).update(content_type=kind)
    if page.live:
        # Lists, search and caches learn what it is now.
        changes.happened(Event.PUBLISHED, model.objects.get(pk=page.pk), returned=True)
    changes.announce(changes.EVERYTHING)
