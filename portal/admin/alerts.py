"""Alerts in the admin: their list, their form, and the mail to those who are told of what was published without a review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy
from django_tasks import task
from wagtail import hooks
from wagtail.admin.panels import HelpPanel, ObjectList, Panel
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.utils import set_query_params
from wagtail.log_actions import get_active_log_context
from wagtail.models import Locale
from wagtail.permissions import policy_registry
from wagtail.snippets.side_panels import SnippetStatusSidePanel
from wagtail.snippets.views.snippets import CreateView, EditView, PreviewOnCreateView, SnippetViewSet
from wagtail.users.models import UserProfile

from portal.discovery.head import absolute
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, languages_by_code
from portal.models import Alert
from portal.models.alerts import State
from portal.models.conflicts import RevisionForm

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers by which no absence note answers (RFC 3834)."""


# --- the form and the list -----------------------------------------------------------------------------------------------------


class AlertForm(RevisionForm):
    """An alert; a text in another language than German has neither time nor place of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.locale_id and not self.instance.is_source:
            for name in Alert.source_fields:
                self.fields.pop(name, None)

    def clean(self) -> dict[str, object]:
        """Refuse a text that belongs to no German alert: nobody would ever see it."""
        cleaned = super().clean()
        is_new = self.instance.pk is None and self.instance.locale_id and not self.instance.is_source
        if is_new and source_of(self.instance) is None:
            self.add_error(None, pgettext("admin", "An alert begins in German: please write it there, then have it translated."))
        return cleaned


def source_of(alert: Alert) -> Alert | None:
    """Return the German alert that a text in another language belongs to."""
    return Alert.objects.filter(translation_key=alert.translation_key, locale__language_code=SOURCE_LANGUAGE).first()


def begun(request: HttpRequest) -> Alert | None:
    """Return the text that somebody begins for a German alert (`of`) in a language with a tree of its own (`locale`).

    It holds the German text to begin with; None where nobody asks for one.

    Raises:
        Http404: there is no such alert, it has a text there, or the language is one into which texts are translated.
    """
    if "of" not in request.GET:
        return None
    language = languages_by_code().get(request.GET.get("locale", ""))
    if language is None or language.follows_source or not request.GET["of"].isdecimal():
        raise Http404
    locale = get_object_or_404(Locale, language_code=language.code)
    source = get_object_or_404(Alert, pk=request.GET["of"], locale__language_code=SOURCE_LANGUAGE)
    if Alert.objects.filter(translation_key=source.translation_key, locale=locale).exists():
        raise Http404
    values = {name: getattr(source, name) for name in ("name", "heading", "text", "link", "translation_key")}
    return Alert(locale=locale, **values)


def languages_of(alert: Alert) -> list[tuple[str, str]]:
    """Return each language of the portal with what its readers would get of an alert."""
    versions = {
        version.locale.language_code: version
        for version in Alert.objects.filter(translation_key=alert.translation_key).select_related("locale")
    }
    found = []
    for language in LANGUAGES:
        version = versions.get(language.code)
        if version is not None and version.is_finished and version.translated_text == alert.translated_text:
            words = pgettext("admin", "its own text")
        elif version is None:
            words = pgettext("admin", "the German text: there is no translation yet")
        else:
            words = pgettext("admin", "the German text: the translation is not complete, or is one of an earlier text")
        found.append((language.name, words))
    return found


class LanguagesPanel(HelpPanel):
    """Says in which languages an alert has a text of its own."""

    class BoundPanel(HelpPanel.BoundPanel):
        """The panel of one alert."""

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.content: str | SafeString = pgettext("admin", "All languages show the German text until it is translated.")
            if self.instance.pk and self.instance.is_source:
                lines = format_html_join("", "<li>{}: {}</li>", languages_of(self.instance))
                links = format_html_join("", '<p><a class="button button-small button-secondary" href="{}">{}</a></p>', self._own_texts())
                self.content = SafeString(f"<ul>{lines}</ul>{links}")

        def _own_texts(self) -> Iterator[tuple[str, str]]:
            """Yield where a text is begun in each language with a tree of its own that has none yet."""
            there = set(Alert.objects.filter(translation_key=self.instance.translation_key).values_list("locale__language_code", flat=True))
            for locale in Locale.objects.exclude(language_code__in=there):
                language = languages_by_code().get(locale.language_code)
                new = Alert(locale=locale)
                may = policy_registry.get(new).user_has_permission_for_instance(self.request.user, "change", new)
                if language is not None and not language.follows_source and may:
                    address = set_query_params(
                        reverse(Alert.snippet_viewset.get_url_name("add")), {"locale": language.code, "of": self.instance.pk}
                    )
                    yield address, pgettext("admin", "Write a text of its own: %(language)s") % {"language": language.name}


PANELS: list[Panel] = [*Alert.panels, LanguagesPanel(heading=pgettext_lazy("admin", "What readers of each language get"))]


class StateColumn(StatusTagColumn):
    """What visitors see of an alert now."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, accessor=self._state, primary=lambda alert: alert.state_at(timezone.now()) == State.SHOWN, **kwargs)

    @staticmethod
    def _state(alert: Alert) -> str:
        return str(alert.state_at(timezone.now()).label) if alert.is_source else ""


class AlertStatusPanel(SnippetStatusSidePanel):
    """The panel beside the form: what visitors see. Wagtail calls published whatever has no drafts."""

    def get_status_templates(self, context: dict[str, Any]) -> list[str]:
        """Return the parts of the panel, the first of them the portal's own."""
        own = ["portal/admin/alert_status.html"] if self.object.is_source else []
        return [*own, *super().get_status_templates(context)[1:]]

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Add the state."""
        return {**super().get_context_data(parent_context), "alert_state": self.object.state_at(timezone.now()).label}


class AlertCreateView(CreateView):
    """The form of a new alert, or of a text for one in a language into which nothing is translated."""

    def get_initial_form_instance(self) -> Alert | None:
        """Return what the form begins with."""
        return begun(self.request) or super().get_initial_form_instance()

    def _with_query(self, address: str) -> str:
        return set_query_params(address, {name: self.request.GET[name] for name in ("locale", "of") if name in self.request.GET})

    def get_add_url(self) -> str:
        """Return where the form is sent: what it is a text of stands in the address."""
        return self._with_query(super().get_add_url())

    def get_preview_url(self) -> str:
        """Return where the preview is."""
        return self._with_query(super().get_preview_url())


class AlertPreviewOnCreateView(PreviewOnCreateView):
    """The preview of a new alert."""

    def get_object(self) -> Alert:
        """Return what the form began with."""
        return begun(self.request) or super().get_object()


class AlertEditView(EditView):
    """The form of an alert."""

    def get_side_panels(self) -> MediaContainer:
        """Return Wagtail's panels, with the portal's own on the state."""
        _status, *others = super().get_side_panels()
        panel = AlertStatusPanel(
            self.object,
            self.request,
            live_object=self.live_object,
            locale=self.locale,
            translations=self.translations,
            usage_url=self.get_usage_url(),
            history_url=self.get_history_url(),
            last_updated_info=self.get_last_updated_info(),
        )
        return MediaContainer([panel, *others])


class AlertViewSet(SnippetViewSet):
    """Alerts."""

    model = Alert
    icon = "warning"
    list_display = (
        "name",
        Column("level", label=pgettext_lazy("admin", "Level"), accessor="get_level_display"),
        StateColumn("state", label=pgettext_lazy("admin", "State")),
        "ends_at",
        "locale",
    )
    list_filter = ("locale", "level", "is_published")
    menu_label = pgettext_lazy("admin", "Alerts")
    add_to_admin_menu = True
    menu_order = 330
    add_view_class = AlertCreateView
    edit_view_class = AlertEditView
    preview_on_add_view_class = AlertPreviewOnCreateView
    edit_handler = ObjectList(PANELS, base_form_class=AlertForm)


# --- telling -----------------------------------------------------------------------------------------------------------------


def _announcement(alert: Alert) -> str:
    """Return what those who are told should know of a published alert; nothing of one that is not."""
    if not alert.is_published:
        return ""
    pages = ",".join(str(block["value"]) for block in alert.pages.raw_data)
    # To the second, whatever zone a time was given in.
    times = [str(moment and int(moment.timestamp())) for moment in (alert.starts_at, alert.ends_at)]
    return "\n".join([alert.whole_text, alert.level, alert.scope, pages, *times])


@receiver(post_save, sender=Alert, dispatch_uid="portal.alert.saved")
def alert_was_saved(sender: type[Alert], instance: Alert, **kwargs: object) -> None:
    """Tell of an alert that is published, published otherwise, or taken back, whatever way that was done."""
    if not instance.is_source:
        return
    with transaction.atomic():
        told = Alert.objects.select_for_update().values_list("told", flat=True).get(pk=instance.pk)
        now = _announcement(instance)
        if told == now:
            return
        Alert.objects.filter(pk=instance.pk).update(told=now)
        user = get_active_log_context().user
        if settings.SENDS_MAIL:
            tell.enqueue(instance.pk, user.pk if user else None, not now)


@receiver(pre_delete, sender=Alert, dispatch_uid="portal.alert.deleted")
def alert_is_deleted(sender: type[Alert], instance: Alert, **kwargs: object) -> None:
    """Tell that an alert is gone which visitors saw, or were about to see."""
    alert = Alert.objects.select_for_update().filter(pk=instance.pk).first()
    if alert is None or not alert.is_source or not alert.told or alert.state_at(timezone.now()) == State.OVER:
        return
    user = get_active_log_context().user
    if settings.SENDS_MAIL:
        tell_of_deleted.enqueue(alert.name, alert.heading, alert.text, user.pk if user else None)


def told_users() -> list[AbstractBaseUser]:
    """Return those who are told by the right of a group, and behind whom somebody sits."""
    right = {"groups__permissions__codename": "be_told_of_alert", "groups__permissions__content_type__app_label": "portal"}
    demo = {user.pk for find in hooks.get_hooks("demo_accounts") for user in find()}
    users = get_user_model().objects.filter(is_active=True, **right).exclude(email="").exclude(pk__in=demo)
    return list(users.distinct().order_by("pk"))


@task(backend="jobs")
def tell(alert_id: int, user_id: int | None, is_withdrawn: bool) -> None:
    """Tell by mail that an alert was published or taken back; whoever did it knows."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None or alert.is_published == is_withdrawn:
        # It is another way round by now, of which another mail tells.
        return
    _tell(alert, user_id)


@task(backend="jobs")
def tell_of_deleted(name: str, heading: str, text: str, user_id: int | None) -> None:
    """Tell by mail that a published alert was taken back by deleting it."""
    _tell(Alert(name=name, heading=heading, text=text), user_id)


def _tell(alert: Alert, user_id: int | None) -> None:
    """Order the mails. Each is a job of its own: an address that is refused keeps nothing from the others."""
    author = get_user_model().objects.filter(pk=user_id).first()
    with transaction.atomic():
        for user in told_users():
            if user.pk != user_id:
                with translation.override(UserProfile.get_for_user(user).get_preferred_language()):
                    send_one.enqueue(*_mail(alert, author), user.email, alert.pk, not alert.is_published)


@task(backend="jobs")
def send_one(subject: str, body: str, address: str, alert_id: int | None, is_withdrawn: bool) -> None:
    """Mail one of those who are told, if it is still so by then."""
    if alert_id is None or Alert.objects.filter(pk=alert_id, is_published=not is_withdrawn).exists():
        EmailMessage(subject, body, to=[address], headers=AUTOMATIC).send()


def _mail(alert: Alert, author: AbstractBaseUser | None) -> tuple[str, str]:
    """Return subject and text."""
    subject = pgettext("admin", "Alert published: %(name)s") if alert.is_published else pgettext("admin", "Alert taken back: %(name)s")
    lines = [alert.heading, alert.text, ""]
    if author is not None:
        lines.append(pgettext("admin", "By: %(name)s") % {"name": author.get_full_name() or author.get_username()})
    if alert.is_published:
        lines.append(pgettext("admin", "Level: %(level)s") % {"level": alert.get_level_display()})
        lines.append(pgettext("admin", "Where: %(place)s") % {"place": alert.get_scope_display()})
        times = ((pgettext("admin", "From: %(time)s"), alert.starts_at), (pgettext("admin", "Until: %(time)s"), alert.ends_at))
        for label, moment in times:
            if moment is not None:
                lines.append(label % {"time": date_format(timezone.localtime(moment), "DATETIME_FORMAT")})
    if alert.pk:
        lines += ["", absolute(reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk]))]
    return " ".join((subject % {"name": alert.name}).split()), "\n".join([*lines, ""])
