"""The alerts that stand above a page now: kept until a change touches one, while time passes by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from wagtail.models import Page

from portal import changes
from portal.blocks import walking
from portal.language.languages import SOURCE_LANGUAGE, language_mark
from portal.models import Alert
from portal.models.alerts import Level, Scope
from portal.pages import links
from portal.pages.links import Link
from portal.pages.readers import Reader

from .reading import reading

_WEIGHT = {Level.DANGER: 0, Level.WARNING: 1, Level.INFORMATION: 2}


@dataclass(frozen=True)
class ShownAlert:
    """An alert for the readers of a language; `language` is set where its text is in another one, and `mark` says so.

    `level_name` says in a word what its colour says. `paths` are those of the pages that it stands on, in all languages; None stands for
    all pages.
    """

    key: int
    level: str
    level_name: str
    heading: str
    text: str
    link: Link | None
    language: str
    mark: str
    starts_at: datetime | None
    ends_at: datetime | None
    paths: tuple[str, ...] | None
    with_pages_below: bool

    def is_due(self, moment: datetime) -> bool:
        """Return whether its time has come and is not over."""
        return (self.starts_at is None or self.starts_at <= moment) and (self.ends_at is None or moment < self.ends_at)

    def stands_on(self, page: Page | None) -> bool:
        """Return whether it stands on a page; on a view that shows none stands what stands everywhere."""
        if self.paths is None or page is None:
            return self.paths is None
        return page.path.startswith(self.paths) if self.with_pages_below else page.path in self.paths


def alerts(reader: Reader) -> list[ShownAlert]:
    """Return the alerts above the answer for a reader, the gravest first."""
    moment = timezone.now()
    return [alert for alert in _alerts(reader.language.code) if alert.is_due(moment) and alert.stands_on(reader.page)]


@changes.kept(
    "alerts",
    lambda language: (changes.snippets("portal.alert"), changes.PAGES, changes.RESTRICTIONS, changes.HOMES, changes.LOCALES),
)
def _alerts(language: str) -> tuple[ShownAlert, ...]:
    """Return all that is published and not over, also what is still to begin."""
    published = Alert.objects.filter(locale__language_code=SOURCE_LANGUAGE, is_published=True).exclude(ends_at__lte=timezone.now())
    sources = sorted(published, key=lambda alert: (_WEIGHT[Level(alert.level)], alert.pk))
    own = Alert.objects.filter(
        translation_key__in=[alert.translation_key for alert in sources], locale__language_code=language, is_finished=True
    )
    versions = {alert.translation_key: alert for alert in own} if sources else {}
    paths = _paths(sources)
    return tuple(_shown(alert, versions.get(alert.translation_key), language, paths) for alert in sources)


def previewed(alert: Alert, language: str) -> ShownAlert:
    """Return an alert that is being written as the readers of a language would see it."""
    is_source = alert.is_source or alert.locale_id is None
    others = Alert.objects.filter(translation_key=alert.translation_key, locale__language_code=language if is_source else SOURCE_LANGUAGE)
    if not is_source:
        source = others.first() or alert
        alert.translated_text = source.translated_text
        return _shown(source, alert, language, {})
    # Translations are those of the text that stands there now, or of another one.
    alert.translated_text = alert.whole_text
    return _shown(alert, others.filter(is_finished=True).exclude(pk=alert.pk).first(), language, {})


def _shown(alert: Alert, version: Alert | None, language: str, paths: dict[int, list[str]]) -> ShownAlert:
    """Return an alert of the source language for the readers of another one: with the text of a version, if that is one of this text."""
    with reading(language):
        names = {Level.DANGER: gettext("Danger"), Level.WARNING: gettext("Warning"), Level.INFORMATION: gettext("Please note")}
        mark = language_mark(SOURCE_LANGUAGE)
    is_own = version is not None and version.translated_text == alert.translated_text
    # For readers of Leichte Sprache the German text is another one too.
    code = "" if is_own or language == SOURCE_LANGUAGE else SOURCE_LANGUAGE
    shown = version if version is not None and is_own else alert
    return ShownAlert(
        key=alert.pk,
        level=alert.level,
        level_name=names[Level(alert.level)],
        heading=shown.heading,
        text=shown.text,
        link=_link(shown, language, code),
        language=code,
        mark=mark if code else "",
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        paths=None if alert.scope == Scope.SITE else tuple(path for pk in sorted(_named_pages(alert)) for path in paths.get(pk, ())),
        with_pages_below=alert.scope == Scope.BELOW,
    )


def _link(alert: Alert, language: str, around: str) -> Link | None:
    """Return the link of an alert whose text stands in `around`, if it leads anywhere for a reader of a language."""
    with reading(language, around):
        links.resolve(walking.references(alert))
        return next((link for block in alert.link if (link := block.value.target).address), None)


def _paths(alerts: list[Alert]) -> dict[int, list[str]]:
    """Return the paths of the pages that alerts name, in all languages, by the ids of those pages."""
    named = {alert.pk: _named_pages(alert) for alert in alerts}
    keys = dict(Page.objects.filter(pk__in=set().union(*named.values())).order_by().values_list("pk", "translation_key"))
    by_key: dict[UUID, list[str]] = defaultdict(list)
    for key, path in Page.objects.filter(translation_key__in=set(keys.values())).order_by("path").values_list("translation_key", "path"):
        by_key[key].append(path)
    return {pk: by_key[key] for pk, key in keys.items()}


def _named_pages(alert: Alert) -> set[int]:
    return {int(block["value"]) for block in alert.pages.raw_data if block["value"]}
