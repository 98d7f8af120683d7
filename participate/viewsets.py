"""The inbox, and the topics of messages, in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.admin.start import LINES, Box, Line
from portal.language.languages import LANGUAGES

from .messages import ContactTopic, Message


class TopicViewSet(SnippetViewSet):
    """Topics of messages."""

    model = ContactTopic
    icon = "mail"
    list_display = ("name", "purpose", "email", "group", "locale")
    list_filter = ("locale", "purpose")
    menu_label = pgettext_lazy("admin", "Topics of messages")


class DoneForm(WagtailAdminModelForm):
    """Marks a message as done; nothing of what somebody wrote can be changed."""

    is_done = forms.BooleanField(
        label=pgettext_lazy("admin", "Done"),
        required=False,
        help_text=pgettext_lazy("admin", "The message was answered, or needs no answer. Nobody is reminded of it any more."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_done"] = self.instance.is_answered

    def save(self, commit: bool = True) -> Message:
        """Note who saw to the message, and when."""
        is_done = self.cleaned_data["is_done"]
        if is_done != self.instance.is_answered:
            self.instance.answered_at = timezone.now() if is_done else None
            self.instance.answered_by = self.for_user if is_done else None
        return super().save(commit)


class MessageFilterSet(WagtailFilterSet):
    """By what is open, the form and the language of the sender."""

    is_open = django_filters.BooleanFilter(
        field_name="answered_at", lookup_expr="isnull", label=pgettext_lazy("admin", "Waits for an answer")
    )
    language = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Language of the sender"), choices=[(language.code, language.name) for language in LANGUAGES]
    )

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = ["is_open", "purpose", "topic", "language"]


class _Visible:
    """A view of one message, for those who may read that one."""

    def get_object(self, *args: Any, **kwargs: Any) -> Message:
        """Return the message.

        Raises:
            PermissionDenied: it went to others.
        """
        message = super().get_object(*args, **kwargs)
        policy = policy_registry.get_by_type(Message)
        if not policy.user_has_any_permission_for_instance(self.request.user, ["view", "change", "delete"], message):
            raise PermissionDenied
        return message


class MessageEditView(_Visible, generic.EditView):
    """A message as it came in, and whether it is done."""

    page_title = pgettext_lazy("admin", "Message")


class MessageDeleteView(_Visible, generic.DeleteView):
    """Deletes a message before its time."""


class MessageHistoryView(_Visible, HistoryView):
    """Who saw to a message."""


class MessageUsageView(_Visible, UsageView):
    """Where a message is used: nowhere."""


class StateColumn(StatusTagColumn):
    """Whether somebody saw to a message."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, accessor=self._state, primary=lambda message: not message.is_answered, **kwargs)

    @staticmethod
    def _state(message: Message) -> str:
        return pgettext("admin", "done") if message.is_answered else pgettext("admin", "waits")


class MessageIndexView(generic.IndexView):
    """The messages that somebody may read, the newest first."""

    def get_base_queryset(self) -> QuerySet:
        """Return them with what their lines show."""
        policy = policy_registry.get_by_type(Message)
        found = policy.instances_user_has_any_permission_for(self.request.user, ["view", "change", "delete"])
        return found.select_related("topic", "page", "answered_by")


def waiting(request: HttpRequest) -> Iterator[Box]:
    """Yield the box of the start page with the messages that nobody has seen to, the oldest first."""
    policy = policy_registry.get_by_type(Message)
    found = policy.instances_user_has_any_permission_for(request.user, ["view", "change"]).filter(answered_at=None)
    lines = [
        Line(
            str(message.topic or message.get_purpose_display()),
            reverse("messages:edit", args=[message.pk]),
            message.language_name,
            date_format(timezone.localtime(message.created_at), "SHORT_DATETIME_FORMAT"),
        )
        for message in found.select_related("topic").order_by("created_at", "pk")[:LINES]
    ]
    address = f"{reverse('messages:index')}?is_open=true"
    yield Box("messages", pgettext_lazy("admin", "Messages"), lines, address, found.count(), order=60)


class MessageViewSet(ModelViewSet):
    """The inbox."""

    model = Message
    name = "messages"
    icon = "mail"
    menu_label = pgettext_lazy("admin", "Messages")
    menu_order = 340
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = MessageIndexView
    edit_view_class = MessageEditView
    delete_view_class = MessageDeleteView
    history_view_class = MessageHistoryView
    usage_view_class = MessageUsageView
    filterset_class = MessageFilterSet
    list_filter = MessageFilterSet.Meta.fields
    search_fields = ("reference", "text", "name", "email")
    search_backend_name = None
    list_per_page = 50
    list_display: ClassVar[list] = [
        "reference",
        DateColumn("created_at", label=pgettext_lazy("admin", "Received"), sort_key="created_at"),
        Column("topic", label=pgettext_lazy("admin", "Topic"), accessor=lambda message: message.topic or message.get_purpose_display()),
        Column("language", label=pgettext_lazy("admin", "Language"), accessor="language_name", sort_key="language"),
        StateColumn("state", label=pgettext_lazy("admin", "State"), sort_key="answered_at"),
    ]
    list_export = (
        "reference", "created_at", "purpose", "topic", "language_name", "name", "email", "text", "page", "answered_at", "answered_by",
    )  # fmt: skip
    export_headings: ClassVar[dict] = {"language_name": pgettext_lazy("admin", "language of the sender")}
    export_filename = "messages"
    edit_handler = ObjectList(
        [HelpPanel(template="participate/message.html", heading=pgettext_lazy("admin", "What was written")), FieldPanel("is_done")],
        base_form_class=DoneForm,
    )

    def get_permissions_to_register(self) -> QuerySet:
        """Offer all rights on messages and feedback when groups are edited."""
        return Permission.objects.filter(content_type__app_label="participate", content_type__model="message")
