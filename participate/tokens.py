"""The time trap: each form carries a signed moment and a nonce, in a hidden field and in no cookie."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from django.core import signing

FASTEST = 3
"""Seconds: nobody reads a form and answers it faster."""
LONGEST = 24 * 60 * 60
"""Seconds for which a form may stay open."""

_FORM = "participate.form"
_RECEIVED = "participate.received"


@dataclass(frozen=True)
class Token:
    """What a form carried: its nonce, and for how many seconds it was open."""

    nonce: str
    age: float

    @property
    def is_too_fast(self) -> bool:
        """Return whether no person can have filled in the form."""
        return self.age < FASTEST

    @property
    def is_too_old(self) -> bool:
        """Return whether the form was open for longer than it may be."""
        return self.age > LONGEST


def make() -> str:
    """Return the token of a new form."""
    return signing.dumps([secrets.token_urlsafe(12), time.time()], salt=_FORM)


def read(text: str) -> Token | None:
    """Return what a token says; None if it is none of ours."""
    try:
        nonce, moment = signing.loads(text, salt=_FORM)
    except (signing.BadSignature, ValueError):
        return None
    return Token(nonce, time.time() - moment)


def make_reference() -> str:
    """Return a number for a message, in letters and digits that nobody mistakes for each other."""
    characters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "-".join("".join(secrets.choice(characters) for _ in range(4)) for _ in range(2))


def received(reference: str, has_receipt: bool) -> str:
    """Return what the address of the confirmation says: nobody else can make one."""
    return signing.dumps([reference, has_receipt], salt=_RECEIVED)


def read_received(text: str) -> tuple[str, bool] | None:
    """Return the number of a message and whether a receipt is under way; None if nobody was told so."""
    try:
        reference, has_receipt = signing.loads(text, salt=_RECEIVED)
    except (signing.BadSignature, ValueError):
        return None
    return reference, has_receipt
