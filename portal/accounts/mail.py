"""How mail leaves the portal: what is known of the last one, and what happens where no way to send it is set."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from portal.files import write_whole

logger = logging.getLogger(__name__)


class UnsentMail(BaseEmailBackend):
    """Says that a mail was not sent, and to whom; not what it holds: links to new passwords do not belong in a log."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write a line for each mail and return that none was sent."""
        for message in email_messages:
            logger.warning("A mail to %s was not sent: EMAIL_URL is not set.", ", ".join(message.recipients()))
        return 0


class RecordedMail(EmailBackend):
    """Django's way to a mail server, which leaves in the state folder when it last succeeded, and when and why it failed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send mails and return how many were.

        Raises:
            OSError: the server was not reached, or did not take one.
        """
        try:
            sent = super().send_messages(email_messages)
        except OSError as error:
            # What a server says may name whom the mail was for.
            _note("mail-failed", type(error).__name__)
            raise
        if sent:
            _note("mail-sent")
        return sent or 0


def _note(name: str, text: str = "") -> None:
    # A full disk does not hinder a mail.
    with suppress(OSError):
        write_whole(Path(settings.VAR_DIR) / name, f"{datetime.now(UTC).isoformat()} {text}".strip())


def _read(name: str) -> tuple[datetime | None, str]:
    try:
        moment, _, text = (Path(settings.VAR_DIR) / name).read_text(encoding="utf-8").partition(" ")
        return datetime.fromisoformat(moment), text
    except (OSError, ValueError):
        return None, ""


def record() -> tuple[datetime | None, datetime | None, str]:
    """Return when this machine last sent a mail, when that last failed, and why."""
    return _read("mail-sent")[0], *_read("mail-failed")
