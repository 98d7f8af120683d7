"""Whether the portal is released to the public, and what only the office knows about itself."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


class Release(models.Model):
    """The one row that says that the portal is released; without it the portal is a preview (see `portal.discovery.release`)."""

    is_released = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        permissions = (("release_portal", "Can release the portal and take it back"),)
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_release"),)

    def __str__(self) -> str:
        return f"{self.is_released} {self.changed_at:%Y-%m-%d}"


@register_setting(icon="info-circle", order=100)
class OfficeSettings(BaseGenericSetting):
    """What only the office knows. What is empty is said nowhere: machines and `security.txt` read the rest."""

    street = models.CharField(pgettext_lazy("admin", "street and number"), max_length=120, blank=True)
    postal_code = models.CharField(pgettext_lazy("admin", "postal code"), max_length=10, blank=True)
    town = models.CharField(pgettext_lazy("admin", "town"), max_length=80, blank=True)
    email = models.EmailField(pgettext_lazy("admin", "e-mail"), blank=True)
    phone = models.CharField(
        pgettext_lazy("admin", "telephone"),
        max_length=40,
        blank=True,
        help_text=pgettext_lazy("admin", "With country code: +49 …"),
    )
    responsible_person = models.CharField(
        pgettext_lazy("admin", "responsible for the content"),
        max_length=120,
        blank=True,
        help_text=pgettext_lazy("admin", "As the imprint names the person."),
    )
    security_contact = models.CharField(
        pgettext_lazy("admin", "contact for reports of security holes"),
        max_length=250,
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "An e-mail address or an address with https://. Published in /.well-known/security.txt together with the day below.",
        ),
    )
    security_expires = models.DateField(
        pgettext_lazy("admin", "valid until"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "At most a year from now; after this day the file is no longer there."),
    )

    panels = (
        MultiFieldPanel(
            [FieldPanel(name) for name in ("street", "postal_code", "town", "email", "phone", "responsible_person")],
            pgettext_lazy("admin", "The office"),
        ),
        MultiFieldPanel(
            [FieldPanel("security_contact"), FieldPanel("security_expires")],
            pgettext_lazy("admin", "Reports of security holes"),
        ),
    )

    class Meta:
        verbose_name = pgettext_lazy("admin", "the office")

    def clean(self) -> None:
        """Require of a contact for security that it is one, and a day until when it holds."""
        super().clean()
        contact, day = self.security_contact.strip(), self.security_expires
        if (
            contact
            and not contact.startswith("https://")
            and ("@" not in contact or any(c.isspace() or c == ":" for c in contact))
        ):
            raise ValidationError(
                {"security_contact": pgettext("admin", "Please enter an e-mail address or an address with https://.")}
            )
        if contact and day is None:
            raise ValidationError({"security_expires": pgettext("admin", "Please say until when this contact holds.")})
        if day and day > timezone.localdate() + datetime.timedelta(days=366):
            raise ValidationError({"security_expires": pgettext("admin", "At most a year from now.")})
