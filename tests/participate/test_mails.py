"""What is mailed, through a real server: to those who get messages, to the sender in their language; nothing is lost while it is away."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from wagtail.users.models import UserProfile

from participate import mails
from participate.models import ContactPage, ContactTopic, Message
from participate.purposes import Purpose
from portal import jobs
from portal.models import Job
from tests.builders import translate

from .conftest import OWN, filled, make_topic

Send = Callable[..., HttpResponse]
TEXT = "Guten Tag,\nich frage nach § 24.\nBcc: all@example.org"


class Postbox:
    """Takes mails like a mail server, or refuses them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = ""
        self.refused: set[str] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (the library's name)
        if self.refuses or envelope.rcpt_tos[0] in self.refused:
            return self.refuses or "550 no such mailbox"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert envelope.rcpt_tos == [message["To"]]
        self.mails.append(message)
        return "250 OK"

    @staticmethod
    def text(mail: EmailMessage) -> str:
        return mail.get_content().replace("\r\n", "\n")

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def away(settings: object, port: int, monkeypatch: pytest.MonkeyPatch) -> Postbox:
    """Return the box of a server that is not there yet; nothing else is done by jobs."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.SENDS_MAIL = "127.0.0.1", port, True
    monkeypatch.setattr(jobs, "periodic_jobs", dict)
    return Postbox()


@pytest.fixture
def box(away: Postbox, port: int) -> Iterator[Postbox]:
    """Return the box of a server that runs."""
    server = Controller(away, hostname="127.0.0.1", port=port)
    server.start()
    yield away
    server.stop()


def write(send: Send, address: str = "/de/nachricht/", **values: object) -> Message:
    values = {"text": TEXT, "topic": ContactTopic.objects.first().pk, **values}
    answer = send(address, **values)
    assert answer.status_code == 303, answer.content.decode()
    return Message.objects.latest("pk")


def test_accounts_get_a_link_and_the_sender_a_receipt(page: ContactPage, send: Send, box: Postbox, settings: object) -> None:
    message = write(send, email="amira@example.org", name="Amira K.")
    jobs.run_all()
    assert sorted(mail["To"] for mail in box.mails) == ["amira@example.org", "leserin@example.org"]
    (hint,), (receipt,) = box.to("leserin@example.org"), box.to("amira@example.org")
    link = f"{settings.PORTAL_URL}/admin/messages/edit/{message.pk}/"
    assert box.text(hint) == (
        f"Über die Website ist eine Nachricht für Sie eingegangen, in dieser Sprache: Deutsch.\n\n{link}\n"
    )
    assert receipt["Subject"] == f"Ihre Nachricht an IOM Deutschland: {message.reference}"
    assert box.text(receipt) == (
        f"Guten Tag,\n\nIhre Nachricht ist angekommen. Sie hat die Nummer {message.reference}.\n\n"
        "Die IOM entscheidet nicht über Asyl, Visa oder Aufenthaltstitel. Mit Ihrer Nachricht und dieser E-Mail "
        "ist keine Frist gewahrt.\n\n"
        "Wir löschen Ihre Nachricht nach 90 Tagen.\n\n"
        "Sie haben uns nicht geschrieben? Dann müssen Sie nichts tun. Diese E-Mail wurde automatisch verschickt.\n\n"
        "IOM Deutschland\n"
    )
    assert {(mail["Auto-Submitted"], mail["Bcc"], mail["Cc"]) for mail in box.mails} == {
        ("auto-generated", None, None), ("auto-replied", None, None),
    }  # fmt: skip
    # Begun once more after a crash, nothing is mailed twice.
    mails.notify.call(message.pk)
    mails.send_receipt.call(message.pk)
    assert (len(box.mails), Job.objects.count()) == (2, 0)


@pytest.mark.parametrize(
    ("code", "subject", "line"),
    [
        ("en", "Your message to IOM Germany: {}", "your message has arrived. Its number is {}."),
        ("uk", "Ваше повідомлення до МОМ у Німеччині: {}", "Ваше повідомлення надійшло. Його номер: {}."),
        ("ar", "رسالتكم إلى المنظمة الدولية للهجرة – ألمانيا: {}", "وصلت رسالتكم. رقمها: {}."),
    ],
)
def test_the_receipt_is_in_the_readers_language(code: str, subject: str, line: str, page: ContactPage, send: Send, box: Postbox) -> None:
    version = translate(page, code, title="Message")
    message = write(send, version.get_url(), email="amira@example.org")
    jobs.run_all()
    (receipt,) = box.to("amira@example.org")
    assert (receipt["Subject"].strip(), receipt["Content-Language"]) == (subject.format(message.reference), code)
    assert receipt.get_content().splitlines()[2] == line.format(message.reference)
    # The account reads the admin in German, and learns in which language somebody wrote.
    assert box.to("leserin@example.org")[0]["Subject"] == f"Neue Nachricht von der Website: {message.reference}"


def test_an_address_gets_the_whole_message_and_answers_to_the_sender(page: ContactPage, send: Send, box: Postbox) -> None:
    topic = make_topic("Presse intern", email="presse@example.org")
    message = write(send, topic=topic.pk, email="amira@example.org", name="Amira\r\nBcc: all@example.org")
    jobs.run_all()
    (mail,) = box.to("presse@example.org")
    assert (mail["Reply-To"], mail["From"], mail["Bcc"]) == ("amira@example.org", "portal@testserver", None)
    assert mail["Subject"] == f"Nachricht {message.reference} von der Website (Deutsch)"
    assert box.text(mail).splitlines()[:8] == [
        "Thema: Presse intern", "Sprache: Deutsch", "Name: Amira Bcc: all@example.org", "E-Mail: amira@example.org", "",
        *TEXT.splitlines(),
    ]  # fmt: skip
    assert Message.objects.get().notified_at is not None


def test_a_server_that_is_away_loses_nothing(page: ContactPage, send: Send, away: Postbox, port: int) -> None:
    message = write(send, email="amira@example.org")
    assert jobs.run_all() == 3
    assert sorted((job.task.rpartition(".")[2], job.attempts, bool(job.due_at)) for job in jobs.failed()) == [
        ("hint", 1, True), ("send_receipt", 1, True),
    ]  # fmt: skip
    message.refresh_from_db()
    assert (message.text, message.receipt_at) == (TEXT, None)
    server = Controller(away, hostname="127.0.0.1", port=port)
    server.start()
    try:
        away.refuses = "451 try again later"
        Job.objects.update(due_at=timezone.now())
        assert (jobs.run_all(), away.mails) == (2, [])
        away.refuses = ""
        Job.objects.update(due_at=timezone.now())
        assert jobs.run_all() == 2
    finally:
        server.stop()
    assert sorted(mail["To"] for mail in away.mails) == ["amira@example.org", "leserin@example.org"]
    assert Job.objects.count() == 0


def test_an_address_that_is_refused_keeps_nothing_from_the_others(
    page: ContactPage, send: Send, box: Postbox, reader: AbstractBaseUser
) -> None:
    for number in range(3):
        get_user_model().objects.create_user(f"u{number}", f"u{number}@example.org").groups.set(reader.groups.all())
    box.refused = {"leserin@example.org", "u1@example.org", "presse@example.org"}
    message = write(send, topic=make_topic("Presse", email="presse@example.org").pk)

    def again() -> list[str]:
        """Let all be tried once more, and return who got something."""
        box.mails.clear()
        Job.objects.update(due_at=timezone.now())
        jobs.run_all()
        return sorted(mail["To"] for mail in box.mails)

    assert [again() for _ in range(2)] == [["u0@example.org", "u2@example.org"], []]
    older(message, days=4)
    assert mails.remind() == 5
    assert [again() for _ in range(2)] == [["u0@example.org", "u2@example.org"], []]
    box.refused = set()
    assert again() == sorted(2 * ["leserin@example.org", "presse@example.org", "u1@example.org"])
    assert (again(), Job.objects.count()) == ([], 0)


def test_two_clicks_are_one_receipt(client: Client, page: ContactPage, slowly: None, box: Postbox) -> None:
    typed = {**filled(client.get("/de/nachricht/")), "text": TEXT, "topic": ContactTopic.objects.first().pk, "email": "a@example.org"}
    for _ in range(3):
        assert client.post("/de/nachricht/", typed, **OWN).status_code == 303
    jobs.run_all()
    assert (Message.objects.count(), len(box.to("a@example.org"))) == (1, 1)


def test_what_nobody_answers_is_mailed_to_nobody(page: ContactPage, send: Send, box: Postbox) -> None:
    assert send("/de/rueckmeldung/", helpful="no", text="Zu lang").status_code == 303
    assert (Job.objects.count(), Message.objects.get().purpose) == (0, Purpose.HELPFUL)


def test_without_a_way_to_send_mail_none_is_ordered(page: ContactPage, send: Send, settings: object) -> None:
    settings.SENDS_MAIL = False
    write(send, email="amira@example.org")
    assert Job.objects.filter(key=None).count() == 0


def older(message: Message, **time: float) -> None:
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(**time))


def test_messages_are_deleted_after_their_time_answered_or_not(page: ContactPage, send: Send, settings: object) -> None:
    settings.MESSAGE_DAYS = 30
    waiting, answered, feedback = write(send), write(send), None
    send("/de/rueckmeldung/", helpful="no", text="")
    feedback = Message.objects.latest("pk")
    Message.objects.filter(pk=answered.pk).update(answered_at=timezone.now())
    for message in (waiting, answered, feedback):
        older(message, days=29, hours=23)
    assert (mails.delete_old(), Message.objects.count()) == (0, 3)
    older(waiting, days=30, minutes=1)
    assert (mails.delete_old(), set(Message.objects.all())) == (1, {answered, feedback})
    for message in (answered, feedback):
        older(message, days=30, minutes=1)
    assert (mails.delete_old(), Message.objects.count()) == (2, 0)


def test_nothing_of_a_message_outlives_it_among_the_jobs(page: ContactPage, send: Send, box: Postbox) -> None:
    topic = make_topic("Presse", email="presse@example.org")
    box.refuses = "550 no such mailbox: amira@example.org"
    message, other = (write(send, topic=topic.pk, email=f"{name}@example.org") for name in ("amira", "olena"))
    for _ in range(6):
        jobs.run_all()
        Job.objects.exclude(due_at=None).update(due_at=timezone.now())
    assert Job.objects.filter(due_at=None, error__contains="amira@example.org").count() == 6
    older(message, days=91)
    assert mails.delete_old() == 1
    assert {tuple(job.arguments["args"][:1]) for job in Job.objects.all()} == {(other.pk,)}
    other.delete()
    assert Job.objects.count() == 0


def test_what_waits_is_reminded_of_every_three_days(page: ContactPage, send: Send, box: Postbox, reader: AbstractBaseUser) -> None:
    UserProfile.objects.update_or_create(user=reader, defaults={"preferred_language": "en"})
    first, answered, new = write(send), write(send), write(send)
    Message.objects.filter(pk=answered.pk).update(answered_at=timezone.now())
    for message in (first, answered):
        older(message, days=3, minutes=1)
    Job.objects.all().delete()
    assert (mails.remind(), mails.remind()) == (1, 0)
    jobs.run_all()
    (mail,) = box.to("leserin@example.org")
    assert mail["Subject"] == "1 message from the website waits for an answer"
    assert first.reference in mail.get_content()
    assert not {answered.reference, new.reference} & set(mail.get_content().replace(",", "").split())
    Message.objects.update(reminded_at=timezone.now() - timedelta(days=3, minutes=1))
    older(new, days=4)
    assert mails.remind() == 1
    jobs.run_all()
    assert box.mails[1]["Subject"] == "2 messages from the website wait for an answer"
    Message.objects.update(answered_at=timezone.now(), reminded_at=None)
    assert mails.remind() == 0


def test_the_periodic_jobs_are_there() -> None:
    assert {"delete-old-messages", "remind-of-messages"} <= jobs.periodic_jobs().keys()
