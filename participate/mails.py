"""The mails that follow from messages: to those who get them, to the sender, and a reminder of what nobody saw to.

Each is a job: what the mail server does not take is tried again, ever later, and in the end stands among the failed jobs in the admin.
The message itself is in the database before anything is mailed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from django_tasks import task
from wagtail.users.models import UserProfile

from portal.discovery.head import absolute, site_name
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.models import Job

from . import recipients
from .messages import Message
from .purposes import ANSWERED

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers by which no absence note answers (RFC 3834)."""


def order(message: Message) -> None:
    """Order the mails of a new message, in the transaction in which it is stored."""
    if settings.SENDS_MAIL:
        notify.enqueue(message.pk)
        if message.email:
            send_receipt.enqueue(message.pk)


def language_of(user: AbstractBaseUser) -> str:
    """Return the language in which somebody reads the admin."""
    return UserProfile.get_for_user(user).get_preferred_language()


def link_to(message: Message) -> str:
    """Return the address of a message in the admin."""
    return absolute(reverse("messages:edit", args=[message.pk]))


@task(backend="jobs")
def notify(message_id: int) -> None:
    """Order a mail to each of those who get a message: jobs of their own, an address that is refused keeps nothing from the others."""
    with transaction.atomic():
        if not Message.objects.filter(pk=message_id, notified_at=None).update(notified_at=timezone.now()):
            return
        message = Message.objects.select_related("topic").get(pk=message_id)
        if recipients.address_of(message.topic):
            forward.enqueue(message.pk)
        for user in recipients.real_readers(message):
            if user.email:
                hint.enqueue(message.pk, user.pk)


@task(backend="jobs")
def forward(message_id: int) -> None:
    """Send all of a message to the address of its topic."""
    message = Message.objects.select_related("topic", "page").filter(pk=message_id).first()
    if message is not None and (address := recipients.address_of(message.topic)):
        with translation.override(SOURCE_LANGUAGE):
            _whole(message, address).send()


@task(backend="jobs")
def hint(message_id: int, user_id: int) -> None:
    """Send an account the link to a message, so that what somebody wrote stays in the portal."""
    message = Message.objects.filter(pk=message_id).first()
    readers = recipients.real_readers(message) if message is not None else []
    for user in readers:
        if user.pk == user_id and user.email:
            with translation.override(language_of(user)):
                _hint(message, user).send()


def _whole(message: Message, address: str) -> EmailMessage:
    subject = pgettext("admin", "Message %(reference)s from the website (%(language)s)")
    lines = [
        pgettext("admin", "Topic: %(topic)s") % {"topic": message.topic.name if message.topic else "–"},
        pgettext("admin", "Language of the sender: %(language)s") % {"language": message.language_name},
        pgettext("admin", "Name: %(name)s") % {"name": message.name or "–"},
        pgettext("admin", "E-mail: %(email)s") % {"email": message.email or "–"},
    ]
    if message.page:
        lines.append(pgettext("admin", "Page: %(page)s") % {"page": absolute(message.page.get_url())})
    return EmailMessage(
        subject % {"reference": message.reference, "language": message.language_name},
        "\n".join([*lines, "", message.text, "", link_to(message), ""]),
        to=[address],
        reply_to=[message.email] if message.email else None,
        headers=AUTOMATIC,
    )


def _hint(message: Message, user: AbstractBaseUser) -> EmailMessage:
    subject = pgettext("admin", "A new message from the website: %(reference)s")
    body = pgettext("admin", "Somebody wrote to you through the website, in this language: %(language)s.")
    return EmailMessage(
        subject % {"reference": message.reference},
        "\n".join([body % {"language": message.language_name}, "", link_to(message), ""]),
        to=[user.email],
        headers=AUTOMATIC,
    )


@task(backend="jobs")
def send_receipt(message_id: int) -> None:
    """Tell the sender, in their language, that the message has come in.

    What was written is not repeated: the address may be anybody's, and nobody shall be able to have the portal mail texts to others.
    """
    message = Message.objects.filter(pk=message_id, receipt_at=None).exclude(email="").first()
    if message is None:
        return
    code = message.language if message.language in languages_by_code() else SOURCE_LANGUAGE
    with translation.override(code):
        paragraphs = [
            gettext("Hello,"),
            gettext("your message has arrived. Its number is %(reference)s.") % {"reference": message.reference},
            gettext("IOM does not decide on asylum, visas or residence permits. This mail does not keep any deadline."),
            ngettext(
                "We delete your message after %(days)d day.", "We delete your message after %(days)d days.", settings.MESSAGE_DAYS
            )
            % {"days": settings.MESSAGE_DAYS},
            gettext("Did you not write to us? Then you need not do anything. This mail was sent automatically."),
            site_name(),
        ]
        if message.is_test:
            paragraphs.insert(2, gettext("The website is a preview: perhaps nobody reads your message."))
        EmailMessage(
            gettext("Your message to %(site)s: %(reference)s") % {"site": site_name(), "reference": message.reference},
            "\n\n".join(paragraphs) + "\n",
            to=[message.email],
            headers={**AUTOMATIC, "Auto-Submitted": "auto-replied", "Content-Language": code},
        ).send()
    Message.objects.filter(pk=message.pk).update(receipt_at=timezone.now())


# --- what is done periodically -------------------------------------------------------------------------------------------


def delete_old() -> int:
    """Delete the messages whose time is over, answered or not: so it was promised; return how many there were."""
    before = timezone.now() - timedelta(days=settings.MESSAGE_DAYS)
    return Message.objects.filter(created_at__lt=before).delete()[0]


def forget(message_id: int) -> None:
    """Delete the mails of a message that is deleted: what waits, and what failed, whose error names the sender's address."""
    paths = [task.module_path for task in (notify, forward, hint, send_receipt)]
    Job.objects.filter(task__in=paths, arguments__args__0=message_id).delete()


def remind() -> int:
    """Remind those who get messages of those that nobody saw to; return how many mails were ordered.

    A message is named once every `MESSAGE_REMINDER_DAYS`. Each mail is a job of its own, as those of new messages are. Where mail cannot
    be sent, the next day's run tries again.
    """
    before = timezone.now() - timedelta(days=settings.MESSAGE_REMINDER_DAYS)
    waiting = Message.objects.filter(answered_at=None, purpose__in=ANSWERED, created_at__lt=before).select_related("topic")
    due = [message for message in waiting.order_by("created_at") if message.reminded_at is None or message.reminded_at < before]
    if not due or not settings.SENDS_MAIL:
        return 0
    by_person: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in due:
        for address, language in _reminded(message):
            by_person[address, language].append(message)
    with transaction.atomic():
        for (address, language), messages in by_person.items():
            remind_one.enqueue(address, language, [message.pk for message in messages])
        Message.objects.filter(pk__in=[message.pk for message in due]).update(reminded_at=timezone.now())
    return len(by_person)


@task(backend="jobs")
def remind_one(address: str, language: str, message_ids: list[int]) -> None:
    """Remind one address of messages, of those that still wait."""
    if messages := list(Message.objects.filter(pk__in=message_ids, answered_at=None).order_by("created_at")):
        with translation.override(language):
            _reminder(address, messages).send()


def _reminded(message: Message) -> Iterable[tuple[str, str]]:
    """Yield the addresses that are reminded of a message, each with its language."""
    if address := recipients.address_of(message.topic):
        yield address, SOURCE_LANGUAGE
    for user in recipients.real_readers(message):
        if user.email:
            yield user.email, language_of(user)


def _reminder(address: str, messages: list[Message]) -> EmailMessage:
    subject = npgettext(
        "admin", "%(number)d message from the website waits for an answer", "%(number)d messages from the website wait for an answer",
        len(messages),
    )  # fmt: skip
    lines = [f"{message.reference}, {timezone.localtime(message.created_at):%d.%m.%Y}: {link_to(message)}" for message in messages]
    last = pgettext("admin", "What is marked as done is named here no more.")
    return EmailMessage(subject % {"number": len(messages)}, "\n".join([*lines, "", last, ""]), to=[address], headers=AUTOMATIC)
