"""The messages, what they may be about and who gets them, as they are stored."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import RevisionMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.models import FinishedMixin
from portal.models.conflicts import RevisionForm

from .purposes import Helpful, Purpose


class ContactTopic(FinishedMixin, TranslatableMixin, RevisionMixin, models.Model):
    """What a message may be about, and who gets it: an address, a group, or all who may read messages.

    Forms of every language refer to the topic of the source language; what readers see is its name in their own.
    """

    name = models.CharField(
        pgettext_lazy("admin", "name"), max_length=100, help_text=pgettext_lazy("admin", "As visitors read it.")
    )
    purpose = models.CharField(
        pgettext_lazy("admin", "form"),
        max_length=20,
        choices=Purpose.as_choices,
        default=Purpose.CONTACT,
        help_text=pgettext_lazy(
            "admin", "The form that offers this topic. A form whose topics nobody gets does not exist, and no link leads to it."
        ),
    )
    email = models.EmailField(
        pgettext_lazy("admin", "goes to the address"),
        blank=True,
        help_text=pgettext_lazy("admin", "Messages are sent there, and stand in the inbox too. Needs a way to send mail (EMAIL_URL)."),
    )
    group = models.ForeignKey(
        Group,
        verbose_name=pgettext_lazy("admin", "goes to the group"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=pgettext_lazy(
            "admin",
            "Only its members read these messages; it needs the right to read messages. With neither address nor group, all who have that "
            "right read them.",
        ),
    )
    is_for_group = models.BooleanField(default=False, editable=False)
    """Whether it goes to a group: once that is deleted it goes to nobody, not to everybody, until somebody saves the topic anew."""
    sort_order = models.PositiveSmallIntegerField(
        pgettext_lazy("admin", "place in the list"), default=0, help_text=pgettext_lazy("admin", "The smallest number comes first.")
    )

    base_form_class = RevisionForm
    panels = (
        FieldPanel("name"),
        FieldPanel("purpose"),
        MultiFieldPanel([FieldPanel("email"), FieldPanel("group")], pgettext_lazy("admin", "Who gets it")),
        FieldPanel("sort_order"),
    )
    translatable_fields = [
        TranslatableField("name"),
        SynchronizedField("purpose", overridable=False),
        SynchronizedField("email", overridable=False),
        SynchronizedField("group", overridable=False),
        SynchronizedField("sort_order", overridable=False),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = pgettext_lazy("admin", "topic of messages")
        verbose_name_plural = pgettext_lazy("admin", "topics of messages")
        ordering = ("sort_order", "name")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Note whether it goes to a group."""
        self.is_for_group = self.group_id is not None
        super().save(*args, **kwargs)


class Message(models.Model):
    """What somebody wrote into a form. It is deleted after `MESSAGE_DAYS`."""

    reference = models.CharField(pgettext_lazy("admin", "number"), max_length=12, unique=True)
    """What the sender is told, to name the message by; it says nothing about how many there are."""
    key = models.CharField(max_length=64, unique=True)
    """A hash of the form's nonce and of what was typed: the same form sent twice is one message."""
    created_at = models.DateTimeField(pgettext_lazy("admin", "received"), auto_now_add=True, db_index=True)
    purpose = models.CharField(pgettext_lazy("admin", "form"), max_length=20, choices=Purpose.as_choices)
    topic = models.ForeignKey(
        ContactTopic, verbose_name=pgettext_lazy("admin", "topic"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    group = models.ForeignKey(Group, verbose_name=pgettext_lazy("admin", "group"), on_delete=models.SET_NULL, null=True, related_name="+")
    """Whose members alone read it: that of the topic, as it was when the message came in."""
    is_for_group = models.BooleanField(default=False, editable=False)
    """Whether it went to a group: once that is deleted only administrators read it."""
    language = models.CharField(pgettext_lazy("admin", "language of the sender"), max_length=20)
    """Code of the language in which the sender reads the portal."""
    text = models.TextField(pgettext_lazy("admin", "message"), blank=True)
    name = models.CharField(pgettext_lazy("admin", "name"), max_length=120, blank=True)
    email = models.EmailField(pgettext_lazy("admin", "e-mail"), blank=True)
    helpful = models.CharField(pgettext_lazy("admin", "helpful"), max_length=10, choices=Helpful.as_choices, blank=True)
    query = models.CharField(pgettext_lazy("admin", "searched for"), max_length=200, blank=True)
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=pgettext_lazy("admin", "about the page"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    """The page from which the form was opened."""
    is_test = models.BooleanField(pgettext_lazy("admin", "written in the preview"), default=False)
    answered_at = models.DateTimeField(pgettext_lazy("admin", "done"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=pgettext_lazy("admin", "by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    notified_at = models.DateTimeField(null=True)
    """When those who get it were told, or got it, by mail."""
    receipt_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("admin", "message")
        verbose_name_plural = pgettext_lazy("admin", "messages")
        ordering = ("-created_at", "-pk")
        default_permissions = ("view", "change", "delete")
        permissions = (("view_feedback", "Can read feedback on pages"),)

    def __str__(self) -> str:
        return self.reference

    def save(self, *args: object, **kwargs: object) -> None:
        """Note that it went to a group."""
        self.is_for_group = self.is_for_group or self.group_id is not None
        super().save(*args, **kwargs)

    @property
    def language_name(self) -> str:
        """Return the sender's language, as its speakers call it."""
        language = languages_by_code().get(self.language)
        return language.name if language else self.language

    @property
    def direction(self) -> str:
        """Return the direction in which the sender's language is written."""
        return languages_by_code().get(self.language, languages_by_code()[SOURCE_LANGUAGE]).direction

    @property
    def is_answered(self) -> bool:
        """Return whether somebody saw to it."""
        return self.answered_at is not None
