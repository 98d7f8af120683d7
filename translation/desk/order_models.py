"""Orders of translations: many pages into several languages at once, and who is told of them.

No row holds on to what it is about (`db_constraint=False`), as everywhere at the desk.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.models import Locale, Page

from portal.language.choices import TextChoices


class Order(models.Model):
    """Pages that somebody asks others to translate."""

    creator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False)
    """Either a person or a group, or nobody in particular."""
    due_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def assignee_name(self) -> str:
        """Return who is to do it, as people are called in the admin; empty where it is nobody in particular."""
        if self.assignee is not None:
            return self.assignee.get_full_name() or self.assignee.get_username()
        return self.group.name if self.group is not None else ""


class Progress(TextChoices):
    """How far an item of an order is."""

    WAITING = "waiting", pgettext_lazy("admin, item of an order", "being prepared")
    OPEN = "open", pgettext_lazy("admin, item of an order", "to be translated")
    DONE = "done", pgettext_lazy("admin, item of an order", "done")
    FAILED = "failed", pgettext_lazy("admin, item of an order", "could not be ordered")
    CALLED_OFF = "called_off", pgettext_lazy("admin, item of an order", "called off")


class Reason(TextChoices):
    """Why an item could not be ordered."""

    RIGHT = "right", pgettext_lazy("admin, item of an order", "Whoever ordered it may not hand over this page any more.")
    PLACE = "place", pgettext_lazy("admin, item of an order", "There is no place for a page of this type in this language.")
    FAULT = "fault", pgettext_lazy("admin, item of an order", "Technical fault")


ACTIVE = (Progress.WAITING, Progress.OPEN)
"""While an item is one of these, nobody orders the same page in the same language."""


class OrderItem(models.Model):
    """One page or snippet of the source in one language."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    page = models.ForeignKey(Page, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)
    """The page of the source; None where it is a snippet."""
    snippet_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)
    snippet_key = models.UUIDField(null=True)
    """The translation key of a snippet."""
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    progress = models.CharField(max_length=12, choices=Progress.as_choices, default=Progress.WAITING)
    by_hand = models.BooleanField(default=False)
    """It is written freely, and not text by text."""
    reason = models.CharField(max_length=12, choices=Reason.as_choices, blank=True)
    error = models.TextField(blank=True)
    """What a technical fault says."""
    closed_at = models.DateTimeField(null=True)
    """When it was done or called off."""

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["order", "page", "locale"], name="translation_desk_item_unique"),
            models.UniqueConstraint(
                fields=["page", "locale"], condition=models.Q(progress__in=["waiting", "open"]), name="translation_desk_one_order"
            ),
            models.UniqueConstraint(fields=["order", "snippet_key", "locale"], name="translation_desk_snippet_unique"),
            models.UniqueConstraint(
                fields=["snippet_key", "locale"],
                condition=models.Q(progress__in=["waiting", "open"]),
                name="translation_desk_one_order_snippet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.page_id or self.snippet_key} {self.locale_id} {self.progress}"


class NoticeKind(TextChoices):
    """What somebody is told of an order, or of a review."""

    ASSIGNED = "assigned", pgettext_lazy("admin, notice", "An order for me")
    DUE_SOON = "due_soon", pgettext_lazy("admin, notice", "An order of mine is due soon")
    OVERDUE = "overdue", pgettext_lazy("admin, notice", "An order of mine is overdue")
    DONE = "done", pgettext_lazy("admin, notice", "What I ordered is done")
    SUBMITTED = "submitted", pgettext_lazy("admin, notice", "A translation waits for my review")
    SENT_BACK = "sent_back", pgettext_lazy("admin, notice", "What I submitted was sent back")
    APPROVED = "approved", pgettext_lazy("admin, notice", "What I submitted was approved")
    HELD = "held", pgettext_lazy("admin, notice", "What I planned did not go online at its time")


class Notice(models.Model):
    """Something that a person is told once: on the start page of the admin, and by mail where they want it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, null=True, related_name="+")
    """What it is about: an order, or one translation."""
    page = models.ForeignKey(Page, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)
    """The page in the language of the translation."""
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=12, choices=NoticeKind.as_choices)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["user", "order", "locale", "kind"], name="translation_desk_notice_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} {self.order_id or self.page_id}"


class Frequency(TextChoices):
    """How often somebody is mailed; what came meanwhile stands in one mail."""

    AT_ONCE = "at_once", pgettext_lazy("admin, how often mails come", "at once")
    DAILY = "daily", pgettext_lazy("admin, how often mails come", "once a day")
    WEEKLY = "weekly", pgettext_lazy("admin, how often mails come", "once a week, on Monday")
    NEVER = "never", pgettext_lazy("admin, how often mails come", "never")


def all_kinds() -> list[str]:
    """Return all kinds of notices: who chose nothing is told of everything."""
    return [kind.value for kind in NoticeKind]


class NoticeChoice(models.Model):
    """What a person wants to be told of orders, and how often by mail. Who chose nothing has no row."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_choice", db_constraint=False)
    kinds = models.JSONField(default=all_kinds, blank=True)
    frequency = models.CharField(max_length=12, choices=Frequency.as_choices, default=Frequency.AT_ONCE)
    mailed_on = models.DateField(null=True)
    """The day of the last mail."""

    def __str__(self) -> str:
        return f"{self.user_id}: {self.frequency}"
