"""How often a password may be tried, at any door: the one place that counts.

The pair of an account and an address is locked after some wrong tries. An address, whatever account it tries, waits longer with each
try beyond many; an account waits too, over all addresses, but never long: nobody can lock out an editor from everywhere. Who has signed in
from an address before is held up there by neither; nor on a device that a cookie makes known, which has tries of its own wherever it is. A
try is counted before its password is looked at, so that many at once gain nothing, and taken back when it succeeds.

It is kept in the database, which all processes and machines share and no cache empties. A refused try only reads. Where the database
cannot be written to at once, the try is refused rather than waited for: threads that wait are missing to readers.
"""

from __future__ import annotations

import logging
import math
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.log_actions import log

from portal.http.limits import client_address
from portal.models import Attempts, KnownAddress

from . import history

logger = logging.getLogger(__name__)

LOGIN, PAGE, RESET = "login", "page", "reset"
PAIR, ADDRESS, ACCOUNT = "pair", "address", "account"
KNOWN_FOR = timedelta(days=30)
BUSY_WAIT = 1
"""Seconds that a try waits for the database; then it is refused, for a few seconds."""
BUSY_PAUSE = 5


class TooManyTries(Exception):  # noqa: N818 (an answer, not a fault)
    """A password may not be tried now; `seconds` says for how long. `DoorMiddleware` answers it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Rule:
    """How long to wait since the last try, by their number: nothing below `free`, then `first`, doubled with each, at most `longest`.

    All in seconds. Tries are forgotten when for `memory` no further one was counted.
    """

    free: int
    first: int
    longest: int
    memory: int

    def wait(self, number: int) -> int:
        """Return the seconds after so many tries."""
        return 0 if number < self.free else min(self.first * 2 ** min(number - self.free, 30), self.longest)


DAY = 24 * 60 * 60
_PAIR = Rule(free=5, first=1800, longest=1800, memory=1800)
_ADDRESS = Rule(free=30, first=1, longest=900, memory=DAY)
RULES: dict[tuple[str, str], Rule] = {
    (LOGIN, PAIR): _PAIR,
    (LOGIN, ADDRESS): _ADDRESS,
    (LOGIN, ACCOUNT): Rule(free=10, first=1, longest=60, memory=DAY),
    # A page has many readers and no account: to slow it over all addresses would shut them out.
    (PAGE, PAIR): _PAIR,
    (PAGE, ADDRESS): _ADDRESS,
    # Each is a mail to somebody who perhaps did not ask for it.
    (RESET, PAIR): _PAIR,
    (RESET, ADDRESS): _ADDRESS,
    (RESET, ACCOUNT): Rule(free=5, first=60, longest=3600, memory=DAY),
}


def _hash(*parts: str) -> str:
    return salted_hmac("portal.accounts", "\0".join(parts), algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Attempt:
    """One try that was counted."""

    door: str
    target: str
    address: str
    account: AbstractBaseUser | None
    device: str = ""
    """The hash of a device from which the account has signed in: it has tries of its own, wherever it is."""

    def key(self, kind: str) -> str:
        """Return under which key a kind of tries is counted."""
        source = {PAIR: self.device or self.address, ADDRESS: self.address, ACCOUNT: ""}[kind]
        return _hash(self.door, kind, source, self.target if kind != ADDRESS else "")

    def keys(self) -> dict[str, str]:
        """Return key → kind of what is counted at this door."""
        return {self.key(kind): kind for door, kind in RULES if door == self.door}

    def refused_for(self, rows: dict[str, tuple[int, datetime]], now: datetime) -> int:
        """Return for how many seconds this try may not be made, by the tries counted so far."""
        waits = {PAIR: 0, ADDRESS: 0, ACCOUNT: 0}
        for key, kind in self.keys().items():
            if key in rows:
                number, last_at = rows[key]
                waits[kind] = RULES[self.door, kind].wait(number) - int((now - last_at).total_seconds())
        slowed = max(waits[ADDRESS], waits[ACCOUNT])
        if slowed > 0 and waits[PAIR] <= 0 and self.account is not None and (self.device or is_known(self.account, self.address)):
            slowed = 0
        return max(waits[PAIR], slowed, 0)

    def succeeded(self) -> None:
        """Take the try back: it was none. Earlier wrong ones of the same pair are forgotten."""
        if not self.address:
            return
        with _impatient():
            Attempts.objects.filter(key=self.key(PAIR)).delete()
            rest = [self.key(ADDRESS), self.key(ACCOUNT)]
            Attempts.objects.filter(key__in=rest, number__gt=0).update(number=F("number") - 1)


def folded(name: str) -> str:
    """Return what a name is counted as, however it is typed."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


@contextmanager
def _impatient() -> Iterator[None]:
    """Write in one transaction, and refuse the try where another one holds the database for long.

    Raises:
        TooManyTries: it does.
    """
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_WAIT * 1000}")
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    cursor.execute(f"SET LOCAL lock_timeout = '{BUSY_WAIT}s'")
                yield
        except OperationalError as error:
            if "lock" not in str(error):
                raise
            logger.warning("A try at a door was refused: the database is busy.")
            raise TooManyTries(BUSY_PAUSE) from error
        finally:
            if sqlite:
                patience = settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 5)
                cursor.execute(f"PRAGMA busy_timeout = {patience * 1000}")


def _counted(attempt: Attempt, now: datetime, lock: bool = False) -> dict[str, tuple[int, datetime]]:
    """Return key → number of tries and moment of the last, of those that are not forgotten."""
    rows = Attempts.objects.filter(key__in=attempt.keys()).order_by("key")
    if lock:
        rows = rows.select_for_update()
    return {
        row.key: (row.number, row.last_at)
        for row in rows
        if now - row.last_at <= timedelta(seconds=RULES[row.door, row.kind].memory)
    }


def begin(door: str, request: HttpRequest, target: str, account: AbstractBaseUser | None = None) -> Attempt:
    """Count a try at a door, before its password is looked at; `succeeded()` of what is returned takes it back.

    Args:
        door: LOGIN, PAGE or RESET.
        request: where the try comes from. Without an address (a command, a test) nothing is counted.
        target: what is to be opened: the name typed, the number of a restriction, a mail address.
        account: whose it is, if it is somebody's.

    Raises:
        TooManyTries: it may not be made now. It was not counted, so that waiting ends for whoever waits.
    """
    attempt = Attempt(door, folded(target), client_address(request), account, known_device(request, account))
    if not attempt.address:
        return attempt
    now = timezone.now()
    rows_to_count = attempt.keys()
    if seconds := attempt.refused_for(_counted(attempt, now), now):
        raise TooManyTries(seconds)
    with _impatient():
        Attempts.objects.bulk_create(
            [
                Attempts(
                    key=key,
                    door=door,
                    kind=kind,
                    account=account if kind != ADDRESS else None,
                    address=attempt.address if kind != ACCOUNT else "",
                    last_at=now,
                )
                for key, kind in rows_to_count.items()
            ],
            ignore_conflicts=True,
        )
        rows = _counted(attempt, now, lock=True)
        # Others may have been counted since.
        seconds = attempt.refused_for(rows, now)
        if not seconds:
            for key in rows_to_count:
                Attempts.objects.filter(key=key).update(number=rows.get(key, (0, now))[0] + 1, last_at=now)
    if seconds:
        raise TooManyTries(seconds)
    return attempt


def failed(attempt: Attempt) -> None:
    """Write a line to the log, with the name of an account that there is: whatever else was typed may be a password."""
    name = attempt.account.get_username() if attempt.account is not None else "no account"
    row = Attempts.objects.filter(key=attempt.key(PAIR)).first() if attempt.address else None
    number = row.number if row is not None else 0
    locked = RULES[attempt.door, PAIR].wait(number)
    outcome = f"locked for {math.ceil(locked / 60)} minutes" if locked else "refused"
    if attempt.account is not None and attempt.door == LOGIN:
        log(instance=attempt.account, action=history.REFUSED)
    logger.warning("Wrong password (%s: %s) from %s, try %d: %s", attempt.door, name, attempt.address, number, outcome)


def find_account(name: str) -> AbstractBaseUser | None:
    """Return the account of a name as it is typed."""
    return get_user_model()._default_manager.filter(username=name).first()


def device_cookie() -> str:
    """Return the name of the cookie by which a device is known again; bound to the host where that can be."""
    return "__Host-known_device" if settings.SESSION_COOKIE_SECURE else "known_device"


def known_device(request: HttpRequest, account: AbstractBaseUser | None) -> str:
    """Return the hash of the device that a request comes from, if somebody has lately signed in to the account from it."""
    token = request.COOKIES.get(device_cookie(), "")
    if account is None or not token or not is_known(account, f"device {token}"):
        return ""
    return _hash(f"device {token}")


def is_known(account: AbstractBaseUser, address: str) -> bool:
    """Return whether somebody has lately signed in from an address, or a device."""
    return KnownAddress.objects.filter(
        account_id=account.pk, address=_hash(address), seen_at__gte=timezone.now() - KNOWN_FOR
    ).exists()


def remember(account: AbstractBaseUser, request: HttpRequest) -> None:
    """Note that somebody came in from an address, by a password or by a link that was mailed; and from a device, told to it by a cookie.

    Homes and phones have another address each day: without the device, many addresses that try together could keep an editor out.
    """
    if not (address := client_address(request)):
        return
    request.device_token = request.COOKIES.get(device_cookie(), "")
    if not known_device(request, account):
        request.device_token = secrets.token_urlsafe(32)
    for source in (address, f"device {request.device_token}"):
        KnownAddress.objects.update_or_create(account_id=account.pk, address=_hash(source), defaults={"seen_at": timezone.now()})


def let_in(account: AbstractBaseUser, request: HttpRequest) -> None:
    """Open the door for somebody who proved otherwise who it is: by reading the account's mail."""
    remember(account, request)
    attempt = Attempt(LOGIN, folded(account.get_username()), client_address(request), account)
    Attempts.objects.filter(key=attempt.key(PAIR)).delete()


def check_password(request: HttpRequest, account: AbstractBaseUser, password: str) -> bool:
    """Return whether a password is somebody's own, as one more try to sign in.

    Raises:
        TooManyTries: it may not be tried now.
    """
    attempt = begin(LOGIN, request, account.get_username(), account)
    if account.check_password(password):
        attempt.succeeded()
        return True
    failed(attempt)
    return False


def waiting() -> list[tuple[Attempts, datetime]]:
    """Return what is held up now, with the moment until when, the longest first."""
    now = timezone.now()
    ends = [
        (row, row.last_at + timedelta(seconds=RULES[row.door, row.kind].wait(row.number)))
        for row in Attempts.objects.select_related("account").filter(number__gte=5, last_at__gte=now - timedelta(days=1))
        if (row.door, row.kind) in RULES
    ]
    return sorted(((row, end) for row, end in ends if end > now), key=lambda pair: pair[1], reverse=True)


def forget() -> None:
    """Delete what counts no more; a job does it."""
    now = timezone.now()
    Attempts.objects.filter(last_at__lt=now - timedelta(days=1)).delete()
    KnownAddress.objects.filter(seen_at__lt=now - KNOWN_FOR).delete()
