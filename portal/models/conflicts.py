"""Two people who save the same page: the second one is shown the first one's change before it is replaced.

Wagtail's forms name the revision that they were made from. Its autosave is refused when a newer one exists, and its script warns
of one; what is saved by a button would replace it without a word where the script did not hear of it in time.
"""

from __future__ import annotations

import datetime

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Page, Revision

UNDER_WAY = datetime.timedelta(seconds=10)
"""So long what the same person saved may be what their browser saved by itself while they pressed a button, of which it never heard."""


def newer_revision(instance: Model, sent: QueryDict, user: AbstractBaseUser | None) -> Revision | None:
    """Return the latest revision of an object if the form that this person sent had been made from an older one."""
    own = sent.get("overwrite_revision_id")
    loaded = own or sent.get("loaded_revision_id")
    if not instance.pk or not loaded:
        return None
    latest = Revision.objects.for_instance(instance).select_related("user").order_by("-created_at", "-id").first()
    if latest is None:
        return None
    # Somebody else's autosave writes into the same revision again; its time tells.
    is_latest = loaded == str(latest.pk) and (
        bool(own) or sent.get("loaded_revision_created_at", "") in ("", latest.created_at.isoformat())
    )
    is_own = user is not None and latest.user_id == user.pk and timezone.now() - latest.created_at < UNDER_WAY
    return None if is_latest or is_own else latest


def refuse_outdated(form: forms.ModelForm) -> None:
    """Add an error to a form that was made from a revision which is not the latest any more.

    What was typed stays in the form; it names the latest revision when it is shown again, so that saving once more is deliberate.
    """
    if newer_revision(form.instance, form.data, form.for_user):
        form.add_error(None, pgettext("admin", "Not saved yet: meanwhile there is another version."))


def tell_of_newer_revision(request: HttpRequest, page: Page) -> None:
    """Say whose version it is that saving would replace, and offer to look at it."""
    latest = newer_revision(page, request.POST, request.user)
    if latest is None or request.headers.get("Accept", "").startswith("application/json"):
        return
    text = pgettext(
        "admin",
        "%(name)s saved another version (%(time)s). What you have entered is still here. Compare the two versions; if you save "
        "again, yours replaces the other one, which stays in the history.",
    ) % {
        "name": (latest.user.get_full_name() or latest.user.get_username()) if latest.user else pgettext("admin", "Somebody"),
        "time": date_format(timezone.localtime(latest.created_at), "SHORT_DATETIME_FORMAT"),
    }
    loaded = request.POST.get("loaded_revision_id", "")
    if loaded.isdecimal() and loaded != str(latest.pk) and page.revisions.filter(pk=loaded).exists():
        address = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, loaded, latest.pk])
    else:
        address = reverse("wagtailadmin_pages:history", args=[page.pk])
    button = messages.button(address, pgettext("admin", "Compare the versions"), new_window=True)
    messages.warning(request, text, buttons=[button])


class RevisionForm(WagtailAdminModelForm):
    """The editing form of snippets that have revisions."""

    def clean(self) -> dict[str, object]:
        """Refuse to overwrite what somebody else has saved meanwhile."""
        cleaned = super().clean()
        refuse_outdated(self)
        return cleaned
