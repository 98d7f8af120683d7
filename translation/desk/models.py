"""What the desk keeps beside wagtail-localize's models: which texts of the source a version is true to, what a change means for it.

No table holds on to what it is about (`db_constraint=False`): a portal without the desk deletes pages and knows nothing of its rows, which
go when the desk is there again (`forget_what_is_gone`).
"""
from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import F
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import TranslationContext

from .editor_models import SegmentComment as SegmentComment
from .editor_models import SegmentMark as SegmentMark
from .editor_models import SegmentVersion as SegmentVersion
from .effects import Effect
from .order_models import Notice as Notice
from .order_models import NoticeChoice as NoticeChoice
from .order_models import Order as Order
from .order_models import OrderItem as OrderItem
from .plan_models import PlannedPublication as PlannedPublication


class SourceTexts(models.Model):
    """The texts of the source that a version in another language says in that language.

    `texts` names them by their content path (`body.<id>.text`), in the order in which they stand there: each by the id of
    wagtail-localize's `String`, which holds it, and by the attributes of its tags (addresses of links) as wagtail-localize stores them.

    It is what the version's translator saw, not what the source's next draft for translators holds: `TranslationSource` is renewed when a
    change is handed over, while visitors read the old version still. Since when the source says something else stands with the
    version (`PublishedVersion.source_changed_at`).

    `given` are the texts that its translator had been given when that was stored. While they stay the same the version says what it said,
    however often it is published: what somebody called a small change, or still true, holds.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="source_texts", db_constraint=False)
    texts = models.JSONField(default=dict)
    given = models.JSONField(null=True)

    def __str__(self) -> str:
        return str(self.page_id)


class SnippetTexts(models.Model):
    """The texts of the source that a snippet's version says in its language, as `SourceTexts` of a page, and since when it says others."""

    translation_key = models.UUIDField()
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    texts = models.JSONField(default=dict)
    given = models.JSONField(null=True)
    source_changed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["translation_key", "locale"], name="translation_desk_snippet_texts_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.translation_key} {self.locale_id}"


class ChangeEffect(models.Model):
    """What somebody said that a revision of a page of the source means for its finished versions, once it is published."""

    revision = models.OneToOneField(
        Revision, on_delete=models.CASCADE, primary_key=True, related_name="change_effect", db_constraint=False
    )
    effect = models.CharField(max_length=20, choices=Effect.as_choices)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.effect}"


def forget_what_is_gone() -> None:
    """Delete rows about pages, revisions, texts and people that were deleted while the desk was not there; an order stays, without them."""
    SourceTexts.objects.exclude(page__in=Page.objects.values("pk")).delete()
    PlannedPublication.objects.exclude(page__in=Page.objects.values("pk"), revision__in=Revision.objects.values("pk")).delete()
    # Published meanwhile: what was planned before is over.
    PlannedPublication.objects.filter(page__last_published_at__gt=F("planned_at")).delete()
    PlannedPublication.objects.exclude(user=None).exclude(user__in=User.objects.values("pk")).update(user=None)
    Notice.objects.exclude(page=None).exclude(page__in=Page.objects.values("pk")).delete()
    OrderItem.objects.exclude(locale__in=Locale.objects.values("pk")).delete()
    OrderItem.objects.exclude(page=None).exclude(page__in=Page.objects.values("pk")).delete()
    users, groups = User.objects.values("pk"), Group.objects.values("pk")
    for told in (Notice, NoticeChoice):
        told.objects.exclude(user__in=users).delete()
    for name, there in (("creator", users), ("assignee", users), ("group", groups)):
        Order.objects.exclude(**{name: None}).exclude(**{f"{name}__in": there}).update(**{name: None})
    ChangeEffect.objects.exclude(revision__in=Revision.objects.values("pk")).delete()
    SegmentVersion.objects.exclude(author=None).exclude(author__in=users).update(author=None)
    for model in (SegmentMark, SegmentComment, SegmentVersion):
        model.objects.exclude(context__in=TranslationContext.objects.values("pk")).delete()
