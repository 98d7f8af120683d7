"""The second factor: a code from an app on somebody's telephone, beside the password; codes on paper for when it is lost.

Whoever has set one up is asked for it at each way in. Whoever has the permission to need one (a group's, or an administrator's) sets it up
before anything else, where `SECOND_FACTOR` is on. Until then a session opens nothing but the form (`DoorMiddleware`): all doors ask
`begin`, whichever form took the password.

Codes by time are of RFC 6238, by django-otp: each is taken once, and wrong ones make the next wait longer, from whichever address.
"""

from __future__ import annotations

import secrets
import time
from base64 import b32encode

import django_otp
import segno
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from wagtail.log_actions import log

from . import sessions

AWAITED = "awaits_second_factor"
"""The key of a session that opens nothing yet."""
_SHOWN = "showed_second_factor"
_KEY = "key_of_second_factor"
"""The key of a session that holds the secret which is being set up: no other session is ever shown it."""
PERMISSION = "portal.needs_second_factor"
SET_UP, RENEWED, REMOVED, USED = (f"portal.second_factor.{name}" for name in ("set_up", "renewed", "removed", "recovery_code_used"))
CODES = 10
"""So many codes are handed out for when the telephone is lost."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those of which none is taken for another on paper."""


def device(user: AbstractBaseUser) -> TOTPDevice | None:
    """Return somebody's second factor, if it is set up."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).first()


def is_required(user: User) -> bool:
    """Return whether somebody may not go without."""
    return settings.SECOND_FACTOR and user.has_perm(PERMISSION)


def begin(request: HttpRequest, user: User) -> bool:
    """Close a session that a password has just opened until the second factor is shown; return whether it has to be."""
    is_awaited = is_required(user) or device(user) is not None
    if is_awaited:
        request.session[AWAITED] = True
    return is_awaited


def close_if_required_by_now(request: HttpRequest) -> None:
    """Close a session that was opened without a second factor, of somebody who may not go without since: a group was given the right."""
    if not {AWAITED, _SHOWN} & set(request.session.keys()) and is_required(request.user):
        request.session[AWAITED] = True


def end(request: HttpRequest) -> None:
    """Open the session; it gets a new key, as after each step by which somebody becomes more."""
    request.session.cycle_key()
    request.session.pop(AWAITED, None)
    request.session[_SHOWN] = True


def prepared(request: HttpRequest) -> TOTPDevice:
    """Return the second factor that somebody is about to set up: the same for as long as this session lasts, and in no other.

    Whoever knew the password before its owner did this would otherwise have seen the key that the owner's app then takes.
    """
    key = request.session.setdefault(_KEY, random_hex(20))
    return TOTPDevice(user=request.user, name="app", key=key, confirmed=True)


def picture(unconfirmed: TOTPDevice) -> SafeString:
    """Return the QR code that an app reads the key from, drawn anew each time: no copy of it stays anywhere."""
    code = segno.make(unconfirmed.config_url, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 (drawn, no text in it)


def secret(unconfirmed: TOTPDevice) -> str:
    """Return the key as it is typed into an app where no camera reads it, in groups of four."""
    written = b32encode(unconfirmed.bin_key).decode("ascii")
    return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def seconds_to_wait(user: AbstractBaseUser) -> int:
    """Return for how long no code of somebody is looked at, after wrong ones."""
    for each in django_otp.devices_for_user(user, confirmed=None):
        is_allowed, details = each.verify_is_allowed()
        if not is_allowed and (until := (details or {}).get("locked_until")):
            return max(1, round((until - timezone.now()).total_seconds()))
    return 0


def _stored(code: str) -> str:
    """Return what is kept of a code on paper: whoever reads the database can use none."""
    plain = "".join(character for character in code.casefold() if character.isalnum())
    return salted_hmac("portal.accounts.second_factor", plain, algorithm="sha256").hexdigest()[:16]


def is_right(user: AbstractBaseUser, typed: str) -> bool | None:
    """Return whether a code is somebody's: from the app, or one on paper, which is used up by it; None where none is looked at now."""
    digits = "".join(typed.split())
    model, token = (TOTPDevice, digits) if digits.isascii() and digits.isdigit() else (StaticDevice, _stored(typed))
    with transaction.atomic():
        found = model.objects.devices_for_user(user, confirmed=True).select_for_update().first()
        if found is not None and not found.verify_is_allowed()[0]:
            return None
        right = found is not None and found.verify_token(token)
    if right and model is StaticDevice:
        log(instance=user, action=USED, user=user)
    return right


def confirm(request: HttpRequest, typed: str) -> list[str] | None:
    """Set a second factor up by its first code; return the codes for paper, which are shown once, or None where the code is wrong.

    What was signed in without it elsewhere ends. Of two who do it at the same time the first one has done it.
    """
    user, found = request.user, prepared(request)
    with transaction.atomic():
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        if device(user) is not None:
            return None
        totp = TOTP(found.bin_key, found.step, found.t0, found.digits)
        totp.time = time.time()
        digits = "".join(typed.split())
        if not (digits.isascii() and digits.isdigit() and totp.verify(int(digits), found.tolerance)):
            return None
        TOTPDevice.objects.filter(user=user).delete()
        found.last_t, found.drift = totp.t(), totp.drift
        found.save()
        request.session.pop(_KEY)
        sessions.end_all([found.user_id], but=request.session.session_key)
        log(instance=user, action=SET_UP, user=user)
        return renew_codes(user)


def renew_codes(user: AbstractBaseUser) -> list[str]:
    """Return new codes for paper; those before open nothing any more."""
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        paper = StaticDevice.objects.create(user=user, name="paper")
        StaticToken.objects.bulk_create([StaticToken(device=paper, token=_stored(code)) for code in codes])
    return codes


def codes_left(user: AbstractBaseUser) -> int:
    """Return how many codes on paper are left."""
    return StaticToken.objects.filter(device__user=user).count()


def remove(user: AbstractBaseUser, by: AbstractBaseUser | None) -> None:
    """Forget somebody's second factor with the codes on paper, and end what is signed in with it.

    Args:
        by: who does it; None is somebody at the machine.
    """
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        log(instance=user, action=REMOVED, user=by)
    if by is None or by.pk != user.pk:
        sessions.end_all([user.pk])


def accounts() -> QuerySet[User]:
    """Return the accounts that have one."""
    return User.objects.filter(pk__in=TOTPDevice.objects.filter(confirmed=True).values("user")).order_by("username")
