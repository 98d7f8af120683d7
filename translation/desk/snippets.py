"""Snippets at the desk: the same states as of pages, asked of their own rows and wagtail-localize's, and what a version is true to.

They are those whose versions readers get one by one (`FinishedMixin`): topics, regions, footers, facts that are texts, alerts, topics of
messages. Synonyms are kept in each language for itself and have no state.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, overload
from uuid import UUID

from django.contrib.admin.utils import quote
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale
from wagtail.permissions import policy_registry
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.fields import TranslatableField
from wagtail_localize.models import StringTranslation, Translation

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.models import FinishedMixin
from portal.pages.versions import locales_by_id
from translation.permissions import translation_into

from . import progress, texts
from .cells import Cell, State
from .effects import is_small
from .models import OrderItem, SnippetTexts

_KNOWING = {"view", "add", "change", "delete", "publish"}
"""Whoever has one of these rights on a kind finds all of it in its list."""


def kinds() -> list[type[Model]]:
    """Return the kinds of snippets that are translated, by name."""
    found = [model for model in get_snippet_models() if issubclass(model, FinishedMixin)]
    return sorted(found, key=lambda model: str(model._meta.verbose_name))


def kinds_for(user: AbstractBaseUser) -> list[type[Model]]:
    """Return those of the kinds whose snippets a person may know of."""
    return [model for model in kinds() if policy_registry.get_by_type(model).user_has_any_permission(user, _KNOWING)]


@dataclass
class Row:
    """A snippet of the source in the matrix."""

    model: type[Model]
    pk: int
    translation_key: UUID
    shown_title: str
    last_published_at: datetime.datetime | None
    whole_text: str = ""
    """What visitors must not read another translation of; empty where an old one stays."""
    demand: int = 0
    cells: list[Cell] = field(default_factory=list)
    on_order: dict[tuple[UUID, int], OrderItem] = field(default_factory=dict)
    may_order: bool = False

    @property
    def kind(self) -> str:
        """Return what it is."""
        return str(self.model._meta.verbose_name)

    @property
    def name(self) -> str:
        """Return by what it is chosen in a form."""
        return name_of(self.model, self.pk)

    @property
    def desk_address(self) -> str:
        """Return where it stands what it is in each language."""
        return reverse("translation_desk_snippet", args=[_type_id(self.model), self.pk])

    def edit_address(self, cell: Cell) -> str:
        """Return where its translation is written; empty where there is none."""
        return edit_address(self.model, cell.page_id) if cell.page_id else ""


def name_of(model: type[Model], pk: int) -> str:
    """Return by what a snippet is named in an address."""
    return f"{_type_id(model)}-{pk}"


def edit_address(model: type[Model], pk: object) -> str:
    """Return where a snippet is edited."""
    return reverse(model.snippet_viewset.get_url_name("edit"), args=[quote(pk)])  # type: ignore[attr-defined]


def _type_id(model: type[Model]) -> int:
    return ContentType.objects.get_for_model(model).pk


@cache
def _title_field(model: type[Model]) -> str:
    return next(name for name in ("name", "title") if any(one.name == name for one in model._meta.get_fields()))


def sources(model: type[Model]) -> QuerySet:
    """Return the snippets of the source that have anything to translate."""
    has_text = Q()
    for one in model.translatable_fields:  # type: ignore[attr-defined]
        stored = model._meta.get_field(one.field_name)
        if isinstance(one, TranslatableField) and isinstance(stored, CharField | TextField):
            has_text |= Q(**{f"{one.field_name}__gt": ""})
    return model._default_manager.filter(has_text, locale__language_code=SOURCE_LANGUAGE).order_by()


def _whole_text(model: type[Model]) -> str | Value:
    """Return the field that says which text of the source a version translates, where another one is not shown any more."""
    has_one = any(one.name == "translated_text" for one in model._meta.get_fields())
    return "translated_text" if has_one else Value("", output_field=TextField())


def _read(models: Iterable[type[Model]], locale_ids: Iterable[int], keys: Iterable[UUID] | None = None) -> Iterable[tuple]:
    """Return the snippets of the source that have anything to translate, and all versions in some languages. One query."""
    same = {"source__object_id": OuterRef("translation_key"), "target_locale_id": OuterRef("locale_id")}
    opened = Translation.objects.filter(**same, enabled=True)
    begun = StringTranslation.objects.filter(context__object_id=OuterRef("translation_key"), locale_id=OuterRef("locale_id"))
    stored = SnippetTexts.objects.filter(translation_key=OuterRef("translation_key"), locale_id=OuterRef("locale_id"))
    tables = []
    for model in models:
        wanted = Q(pk__in=sources(model).values("pk")) | Q(locale__in=list(locale_ids))
        found = model._default_manager.filter(wanted, **({} if keys is None else {"translation_key__in": list(keys)})).order_by()
        # The few of them are looked up: asked whether there is any, PostgreSQL would read the translations of all pages, for each kind.
        found = found.annotate(
            opened=Subquery(opened.values("pk")[:1]),
            begun=Subquery(begun.exclude(data="").values("pk")[:1]),
            changed_at=Subquery(stored.values("source_changed_at")[:1]),
        )
        tables.append(
            found.values_list(
                Value(_type_id(model), output_field=IntegerField()), "pk", "translation_key", "locale_id", _title_field(model),
                "latest_revision__created_at", _whole_text(model), "is_finished", "opened", "begun", "changed_at",
            )  # fmt: skip
        )
    return tables[0].union(*tables[1:], all=True) if tables else ()


@dataclass(frozen=True)
class _Version:
    pk: int
    whole_text: str
    is_finished: bool
    opened: int | None
    """The id of its translation text by text."""
    begun: int | None
    """The id of one of its texts that are translated."""
    changed_at: datetime.datetime | None


def _rows(
    models: Sequence[type[Model]], locales: Sequence[Locale], keys: Iterable[UUID] | None = None
) -> list[Row]:
    by_type, locale_ids = {_type_id(model): model for model in models}, [locale.pk for locale in locales]
    source = next((pk for pk, locale in locales_by_id().items() if locale.language_code == SOURCE_LANGUAGE), None)
    found, versions = [], {}
    for number, pk, key, locale_id, title, created_at, text, *values in _read(models, locale_ids, keys):
        if locale_id == source:
            found.append(Row(by_type[number], pk, key, title, created_at, text))
        else:
            versions[key, locale_id] = _Version(pk, text, *values)
    for row in found:
        row.cells = [_cell(row, locale_id, versions.get((row.translation_key, locale_id))) for locale_id in locale_ids]
    return found


def rows(user: AbstractBaseUser, locales: Sequence[Locale]) -> list[Row]:
    """Return the snippets that a person may know of, with their states in some languages, by kind and name. One query."""
    models = kinds_for(user)
    place = {model: position for position, model in enumerate(models)}
    return sorted(_rows(models, locales), key=lambda row: (place[row.model], row.shown_title.casefold(), row.pk))


def rows_by_key(keys: Mapping[type[Model], Iterable[UUID]], locales: Sequence[Locale]) -> dict[UUID, Row]:
    """Return rows by translation key, with states in some languages. One query."""
    found = _rows(list(keys), locales, {key for some in keys.values() for key in some})
    return {row.translation_key: row for row in found}


def put_progress(found: Iterable[Row], counted: progress.Counted) -> None:
    """Let cells say how much is translated. No query."""
    total, done = counted
    for row in found:
        texts_of, words = total.get(row.translation_key, (0, 0))
        for position, cell in enumerate(row.cells):
            if cell.is_opened and texts_of:
                texts_done, words_done = done.get((row.translation_key, cell.locale_id), (0, 0))
                row.cells[position] = replace(cell, done=texts_done, total=texts_of, words_left=words - words_done)


def _cell(row: Row, locale_id: int, version: _Version | None) -> Cell:
    """Return what a snippet is in a language; of a text that nobody is shown any more that it is withdrawn."""
    if version is None:
        return Cell(locale_id)
    at, is_opened = version.changed_at, version.opened is not None
    if not version.is_finished:
        open_state = State.IN_WORK if version.begun else State.ORDERED
        return Cell(locale_id, open_state if is_opened else State.MISSING, version.pk, is_opened=is_opened)
    if version.whole_text != row.whole_text:
        return Cell(locale_id, State.WITHDRAWN, version.pk, changed_at=at, is_opened=is_opened)
    state = State.OUT_OF_DATE if at else State.TRANSLATED
    return Cell(locale_id, state, version.pk, changed_at=at, is_opened=is_opened)


def row_of(source: Any, locales: Sequence[Locale]) -> Row:
    """Return the row of a snippet of the source that has anything to translate, with its cells in some languages. Three queries."""
    row = rows_by_key({type(source): [source.translation_key]}, locales)[source.translation_key]
    put_progress([row], progress.of([row.translation_key], [locale.pk for locale in locales]))
    return row


class Rows:
    """Pages of the matrix, and behind them snippets, as one list that is read in parts."""

    def __init__(self, pages: QuerySet, snippets: Sequence[Row]) -> None:
        self.pages, self.snippets = pages, snippets
        self._number: int | None = None

    def count(self) -> int:
        """Return how many there are."""
        return self._pages + len(self.snippets)

    @property
    def _pages(self) -> int:
        if self._number is None:
            self._number = self.pages.count()
        return self._number

    def __len__(self) -> int:
        return self.count()

    def __iter__(self) -> Iterator[Any]:
        yield from self.pages
        yield from self.snippets

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """Return a part of the list."""
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop = place.start or 0, self.count() if place.stop is None else place.stop
        behind = self.snippets[max(start - self._pages, 0) : max(stop - self._pages, 0)]
        return [*(self.pages[start:stop] if start < self._pages else ()), *behind]


# --- what a version is true to -------------------------------------------------------------------------------------------------


@changes.receiver(Event.SAVED, order=Order.LANGUAGES)
def hear(change: Change) -> None:
    """A snippet was saved: of the source its versions may be out of date by now, of a version what it says is stored."""
    # A revision says which is the latest in a save of its own.
    if isinstance(change.subject, FinishedMixin) and change.details.get("update_fields") != {"latest_revision"}:
        store(change.subject)


@changes.receiver(Event.DELETED, order=Order.LANGUAGES)
def forget(change: Change) -> None:
    """A snippet is gone: what its version was true to goes with it, of the source what all were."""
    instance = change.subject
    if isinstance(instance, FinishedMixin):
        found = SnippetTexts.objects.filter(translation_key=instance.translation_key)
        (found if _is_source(instance) else found.filter(locale=instance.locale_id)).delete()
        if _is_source(instance):
            OrderItem.objects.filter(snippet_key=instance.translation_key).delete()


def _is_source(instance: Any) -> bool:
    locale = locales_by_id().get(instance.locale_id)
    return locale is not None and locale.language_code == SOURCE_LANGUAGE


@transaction.atomic
def store(instance: Any) -> None:
    """Store of a saved snippet which texts its finished versions say, and since when the source says something else.

    A translation is true to the texts that its translator was given; what somebody wrote by hand to those that the source has then.
    """
    same = type(instance)._default_manager.filter(translation_key=instance.translation_key)
    source = instance if _is_source(instance) else same.filter(locale__language_code=SOURCE_LANGUAGE).first()
    others = same.filter(is_finished=True).exclude(locale=source.locale_id) if source is not None else ()
    versions = list(others if instance is source else [instance] if instance.is_finished else ())
    if source is None or not versions:
        return
    now = texts.of_instance(source)
    stored = {row.locale_id: row for row in SnippetTexts.objects.filter(translation_key=source.translation_key)}
    for version in versions:
        row = stored.get(version.locale_id) or SnippetTexts(translation_key=source.translation_key, locale_id=version.locale_id)
        before = (row.texts, row.given, row.source_changed_at)
        if version is instance or row.pk is None:
            _take(row, version, now)
        elif row.texts != now and is_small(texts.changes_between(row.texts, now)):
            row.texts = now
        _mark(row, now)
        if row.pk is None or before != (row.texts, row.given, row.source_changed_at):
            # Somebody else may store the same in this very moment.
            SnippetTexts.objects.update_or_create(
                translation_key=row.translation_key,
                locale_id=row.locale_id,
                defaults={"texts": row.texts, "given": row.given, "source_changed_at": row.source_changed_at},
            )


def _take(row: SnippetTexts, version: Any, now: texts.Names) -> None:
    """Store what a version says that is saved, or that an older portal saved."""
    translation = translation_into(version)
    given = texts.of_sources([translation.source_id]).get(translation.source_id, {}) if translation is not None else None
    if given is None:
        row.texts, row.given = now, None
    elif row.pk is None or given != row.given:
        row.texts = row.given = given


def _mark(row: SnippetTexts, now: texts.Names) -> None:
    if row.texts == now:
        row.source_changed_at = None
    elif row.source_changed_at is None:
        row.source_changed_at = timezone.now()


def store_missing() -> None:
    """Store what finished versions are true to that an older portal saved, or one without the desk."""
    known = set(SnippetTexts.objects.values_list("translation_key", "locale_id"))
    for model in kinds():
        found = model._default_manager.filter(is_finished=True).exclude(locale__language_code=SOURCE_LANGUAGE)
        keys = {key for key, locale_id in found.values_list("translation_key", "locale_id") if (key, locale_id) not in known}
        for source in sources(model).filter(translation_key__in=keys):
            store(source)


def forget_what_is_gone() -> None:
    """Delete what is known of snippets that were deleted while the desk was not there."""
    keys = {key for model in kinds() for key in model._default_manager.values_list("translation_key", flat=True)}
    for model in (SnippetTexts, OrderItem):
        name = "translation_key" if model is SnippetTexts else "snippet_key"
        gone = [pk for pk, key in model.objects.exclude(**{name: None}).values_list("pk", name) if key not in keys]
        if gone:
            model.objects.filter(pk__in=gone).delete()


def text_changes(source: Any, locale_id: int) -> list[texts.TextChange]:
    """Return what the source says by now that a version does not."""
    stored = SnippetTexts.objects.filter(translation_key=source.translation_key, locale=locale_id).first()
    return texts.changes_between(stored.texts, texts.of_instance(source)) if stored is not None else []


@transaction.atomic
def confirm(source: Any, locale_id: int) -> None:
    """Store that a version is true to the source as it is now."""
    row = SnippetTexts.objects.filter(translation_key=source.translation_key, locale=locale_id).first()
    if row is not None:
        row.texts, row.source_changed_at = texts.of_instance(source), None
        row.save()


def follows(locale: Locale) -> bool:
    """Return whether snippets are translated into a language: one with pages of its own has snippets of its own too."""
    language = languages_by_code().get(locale.language_code)
    return language is not None and language.follows_source
