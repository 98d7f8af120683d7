"""How a message comes in: stored first, mailed by jobs that are repeated until the mail server takes it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import transaction
from wagtail.models import Page

from portal.discovery import release
from portal.pages import readers, versions

from . import mails, tokens
from .forms import ReportForm
from .messages import ContactTopic, Message
from .purposes import ANSWERED

if TYPE_CHECKING:
    from .models import ContactPage

KEPT = ("text", "name", "email", "helpful", "query")
"""What a form may ask and a message keeps, by the same names."""


def key_of(form: ReportForm) -> str:
    """Return what is the same for the same form sent twice, and another for each other text and each other form."""
    nonce = form.found.nonce if form.found else ""
    typed = [str(form.cleaned_data.get(name, "")) for name in (*KEPT, "topic", "page")]
    return hashlib.sha256(json.dumps([nonce, *typed]).encode()).hexdigest()


def about(text: str) -> Page | None:
    """Return the page that a form was opened from, by its id; None where it is none that visitors read."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    page = versions.real(Page.objects.filter(pk=int(text))).first()
    if page is not None:
        versions.set_locales([page])
    return page


def known(key: str) -> Message | None:
    """Return the message that came in with this form already."""
    return Message.objects.filter(key=key).first()


@transaction.atomic
def store(page: ContactPage, form: ReportForm, key: str) -> Message:
    """Store a message and order its mails, both or neither; the same form sent at the very same time is stored once."""
    topic = ContactTopic.objects.filter(pk=form.topic_id).first()
    values = {name: form.cleaned_data.get(name, "") for name in KEPT}
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            **values,
            "reference": tokens.make_reference(),
            "purpose": page.purpose,
            "topic": topic,
            "group_id": topic.group_id if topic else None,
            "language": readers.current().language.code,
            "page": about(form.cleaned_data["page"]),
            "is_test": not release.is_released(),
        },
    )
    if is_new and page.purpose in ANSWERED:
        mails.order(message)
    return message
