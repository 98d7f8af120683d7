"""Drafts that are read by people without an account: links that somebody gave out."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, pgettext_lazy
from wagtail.models import Page
from wagtail_localize.models import Translation

VALIDITY = timedelta(days=7)
KEPT = timedelta(days=30)
"""So long the screen still tells of a link that is over."""


def may_share(page: Page, user: AbstractBaseUser) -> bool:
    """Return whether somebody may give out the draft of a page: who may edit it. An alias has no text of its own to read."""
    return page.alias_of_id is None and page.permissions_for_user(user).can_edit()


def draft_of(page: Page) -> Page:
    """Return a page as it was last saved; of a translation that is being made the texts as they are, the rest in German."""
    translation = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale, enabled=True
    ).select_related("source").first()  # fmt: skip
    if translation is not None:
        return translation.source.get_ephemeral_translated_instance(page.locale, fallback=True)
    return page.get_latest_revision_as_object()


class SharedDraft(models.Model):
    """A draft that a signed link opens, as it was when it was shared.

    The row decides: it ends after `VALIDITY`, when it is revoked, and while who shared it may not edit the page.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField(encoder=DjangoJSONEncoder)
    """What a revision holds. Not a revision: those of translations come with their publication, and old ones are deleted."""
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("admin", "shared draft")
        verbose_name_plural = pgettext_lazy("admin", "shared drafts")
        default_permissions: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.page_id} {self.shared_at:%Y-%m-%d}"

    @classmethod
    def share(cls, page: Page, user: AbstractBaseUser) -> SharedDraft:
        """Share a page as it was last saved."""
        now = timezone.now()
        content = draft_of(page).serializable_data()
        return cls.objects.create(page=page, content=content, shared_by=user, shared_at=now, expires_at=now + VALIDITY)

    @classmethod
    def find(cls, token: str) -> SharedDraft | None:
        """Return the draft of a link; None where nobody gave out such a link, or it has been deleted."""
        try:
            key = cls._signer().unsign(token)
        except BadSignature:
            return None
        return cls.objects.select_related("page__locale", "shared_by").filter(pk=key).first()

    @staticmethod
    def _signer() -> Signer:
        return Signer(salt="portal.shared-draft")

    def get_url(self) -> str:
        """Return the path of the link, in the language of the page."""
        with override(self.page.locale.language_code):
            return reverse("shared_draft", args=[self._signer().sign(str(self.pk))])

    @property
    def has_ended(self) -> bool:
        """Return whether its time is over, or somebody took it back."""
        return self.revoked_at is not None or self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Return whether the link may be followed now."""
        return not self.has_ended and may_share(self.page, self.shared_by)

    def as_page(self) -> Page:
        """Return the page with the content that was shared."""
        return self.page.specific.with_content_json(self.content)

    def count_opening(self) -> None:
        """Count that somebody opened it today; nothing is kept of who it was."""
        day, _ = self.openings.get_or_create(day=timezone.localdate())
        self.openings.filter(pk=day.pk).update(number=F("number") + 1)


def delete_old() -> None:
    """Delete the drafts whose links ended long ago, with the numbers of their openings."""
    SharedDraft.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()


class SharedDraftOpening(models.Model):
    """How often a shared draft was opened on a day."""

    draft = models.ForeignKey(SharedDraft, on_delete=models.CASCADE, related_name="openings")
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions: ClassVar[tuple] = ()
        ordering: ClassVar[list] = ["day"]
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=("draft", "day"), name="portal_shared_draft_opening_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.number}"
