"""Who is told what of orders and reviews: once, on the start page of the admin, and in one mail in their language as often as they want it.

A notice is written first and mailed afterwards, and keeps until the mail server has taken it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import npgettext, override, pgettext
from wagtail.models import Page, TaskState
from wagtail.users.models import UserProfile

from portal.admin import titles
from translation.permissions import works_in

from .models import Notice, NoticeChoice, Order, OrderItem, PlannedPublication
from .names import name_of
from .order_models import ACTIVE, Frequency, NoticeKind, Progress, all_kinds

SOON = datetime.timedelta(days=3)
"""So long before its day an order is due soon."""

MORNING = 7
"""From this hour on (Berlin) mails come that are sent once a day, or once a week on Monday."""

_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers by which no absence note answers (RFC 3834)."""


def choice_of(user: User) -> NoticeChoice:
    """Return what a person wants to be told; all of it at once where they chose nothing."""
    return NoticeChoice.objects.filter(user=user).first() or NoticeChoice(user=user)


def recipients(order: Order) -> list[User]:
    """Return who is to do an order."""
    people = User.objects.filter(is_active=True)
    if order.assignee_id is not None:
        return list(people.filter(pk=order.assignee_id))
    return list(people.filter(groups=order.group_id).order_by("pk")) if order.group_id is not None else []


def tell_of_order(order: Order) -> None:
    """An order is prepared: those who are to do it are told, for each of their languages."""
    _write([order], NoticeKind.ASSIGNED, Progress.OPEN)


def collect() -> None:
    """Write what became due, overdue or done since."""
    today = timezone.localdate()
    open_items = OrderItem.objects.filter(order=OuterRef("pk"), progress=Progress.OPEN)
    running = Order.objects.filter(Exists(open_items)).select_related("assignee", "group")
    _write(running.filter(due_on__gte=today, due_on__lte=today + SOON), NoticeKind.DUE_SOON, Progress.OPEN)
    _write(running.filter(due_on__lt=today), NoticeKind.OVERDUE, Progress.OPEN)
    _write_done()


def _write(orders: Iterable[Order], kind: NoticeKind, progress: Progress) -> None:
    orders = list(orders)
    locales: dict[int, set[int]] = defaultdict(set)
    items = OrderItem.objects.filter(order__in=orders, progress=progress).order_by()
    for order_id, locale_id in items.values_list("order_id", "locale_id").distinct():
        locales[order_id].add(locale_id)
    store(
        Notice(user=user, order=order, locale_id=locale_id, kind=kind)
        for order in orders
        for user in recipients(order)
        for locale_id in sorted(locales[order.pk])
        if works_in(user, locale_id)
    )


def _write_done() -> None:
    """Tell those who ordered of what is done in a language, or lacks nothing but what could not be ordered."""
    same = OrderItem.objects.filter(order=OuterRef("order"), locale=OuterRef("locale"))
    told = Notice.objects.filter(order=OuterRef("order"), locale=OuterRef("locale"), kind=NoticeKind.DONE)
    done = OrderItem.objects.filter(~Exists(same.filter(progress__in=ACTIVE)), ~Exists(told), progress=Progress.DONE)
    pairs = done.filter(order__creator__is_active=True).order_by().values_list("order_id", "order__creator_id", "locale_id").distinct()
    store(
        Notice(user_id=user_id, order_id=order_id, locale_id=locale_id, kind=NoticeKind.DONE)
        for order_id, user_id, locale_id in pairs
    )


def store(notices: Iterable[Notice]) -> None:
    """Store what is new, of what people want to be told."""
    notices = list(notices)
    choices = dict(NoticeChoice.objects.filter(user__in={one.user_id for one in notices}).values_list("user_id", "kinds"))
    wanted = [one for one in notices if one.kind in choices.get(one.user_id, all_kinds())]
    Notice.objects.bulk_create(wanted, ignore_conflicts=True)


def unseen(user: User) -> QuerySet[Notice]:
    """Return what a person was told and has not looked at, the latest first."""
    return _with_all(Notice.objects.filter(user=user, seen_at=None)).order_by("-created_at", "-pk")


def _with_all(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Return notices with all that their sentences need."""
    # Of another state of the page than the one that was approved a plan says nothing.
    approved = TaskState.objects.filter(revision=OuterRef("revision"), status=TaskState.STATUS_APPROVED)
    plans = PlannedPublication.objects.filter(Exists(approved), page=OuterRef("page"))
    related = ("user", "order__creator", "locale", "page__locale", "page__content_type")
    return rows.select_related(*related).annotate(is_planned=Exists(plans))


def sentence(notice: Notice, number: int) -> str:
    """Return a notice as a sentence.

    Args:
        number: how many pages and snippets it is about.
    """
    if notice.order is None:
        return _sentence_of_review(notice)
    values = {"count": number, "language": name_of(notice.locale), "date": ""}
    if notice.order.due_on is not None:
        values["date"] = date_format(notice.order.due_on, "SHORT_DATE_FORMAT")
    match notice.kind:
        case NoticeKind.DUE_SOON:
            text = npgettext(
                "admin",
                "%(count)s translation is due on %(date)s (%(language)s).",
                "%(count)s translations are due on %(date)s (%(language)s).",
                number,
            )
        case NoticeKind.OVERDUE:
            text = npgettext(
                "admin",
                "%(count)s translation was due on %(date)s (%(language)s).",
                "%(count)s translations were due on %(date)s (%(language)s).",
                number,
            )
        case NoticeKind.DONE:
            text = npgettext(
                "admin",
                "%(count)s translation that you ordered is done (%(language)s).",
                "%(count)s translations that you ordered are done (%(language)s).",
                number,
            )
        case _ if values["date"]:
            text = npgettext(
                "admin",
                "%(count)s translation for you, due on %(date)s (%(language)s).",
                "%(count)s translations for you, due on %(date)s (%(language)s).",
                number,
            )
        case _:
            text = npgettext(
                "admin", "%(count)s translation for you (%(language)s).", "%(count)s translations for you (%(language)s).", number
            )
    return text % values


def _sentence_of_review(notice: Notice) -> str:
    values = {"page": titles.title_for(notice.user, notice.page), "language": name_of(notice.locale)}
    match notice.kind:
        case NoticeKind.SUBMITTED:
            text = pgettext("admin", "“%(page)s” (%(language)s) waits for your review.")
        case NoticeKind.SENT_BACK:
            text = pgettext("admin", "“%(page)s” (%(language)s) was sent back to you.")
        case NoticeKind.HELD:
            text = pgettext("admin", "“%(page)s” (%(language)s) did not go online at its time: something stands against it.")
        case _ if notice.is_planned:
            text = pgettext("admin", "“%(page)s” (%(language)s) was approved; it goes online at a time of its own.")
        case _ if _is_all_online(notice.page):
            text = pgettext("admin", "“%(page)s” (%(language)s) was approved and published.")
        case _:
            text = pgettext("admin", "“%(page)s” (%(language)s) was approved.")
    return text % values


def _is_all_online(page: Page) -> bool:
    """Return whether a version is online with all that was written: one that shows the German page is not."""
    return page.live and page.alias_of_id is None and not page.has_unpublished_changes


def numbers(notices: Sequence[Notice]) -> dict[int, int]:
    """Return how many pages notices are about, by their ids: what is done, or what is still to do. One query."""
    items = OrderItem.objects.filter(order__in={one.order_id for one in notices if one.order_id}).order_by()
    counted: dict[tuple[int, int, bool], int] = defaultdict(int)
    for order_id, locale_id, progress in items.values_list("order_id", "locale_id", "progress"):
        if progress in (Progress.OPEN, Progress.DONE):
            counted[order_id, locale_id, progress == Progress.DONE] += 1
    return {
        one.pk: counted[one.order_id, one.locale_id, one.kind == NoticeKind.DONE] if one.order_id is not None else 1 for one in notices
    }


def still_true(notices: Sequence[Notice]) -> list[tuple[Notice, str]]:
    """Return notices that are about something still, each with its sentence."""
    found = numbers(notices)
    return [(one, sentence(one, found[one.pk])) for one in notices if found[one.pk]]


# --- mails -----------------------------------------------------------------------------------------------------------------------


def mail() -> int:
    """Send to each person who wants it now what came since their last mail, in one mail; return how many mails were sent.

    Whoever cannot be reached keeps the others from nothing; their notices stay, and are tried again the next time.

    Raises:
        OSError: the mail server took one of the mails not; the report of what runs shows it.
    """
    if not settings.SENDS_MAIL:
        return 0
    waiting = Notice.objects.filter(mailed_at=None, user__is_active=True).exclude(user__email="")
    users = User.objects.filter(pk__in=waiting.values("user_id")).select_related("notice_choice").order_by("pk")
    number, failures = 0, []
    for user in users:
        if not _is_time(getattr(user, "notice_choice", None) or NoticeChoice(user=user)):
            continue
        try:
            number += _mail(user)
        except OSError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return number


def _is_time(choice: NoticeChoice) -> bool:
    now = timezone.localtime()
    match choice.frequency:
        case Frequency.NEVER:
            return False
        case Frequency.AT_ONCE:
            return True
        case Frequency.WEEKLY:
            # Where nothing ran on Monday, the day after.
            monday = now.date() - datetime.timedelta(days=now.weekday())
            return (choice.mailed_on is None or choice.mailed_on < monday) and (now.weekday() > 0 or now.hour >= MORNING)
    return choice.mailed_on != now.date() and now.hour >= MORNING


def _mail(user: User) -> int:
    """Send a person's mail; what is over meanwhile is not mailed. Return how many mails were sent."""
    with transaction.atomic():
        notices = list(
            _with_all(Notice.objects.select_for_update(of=("self",)).filter(user=user, mailed_at=None, seen_at=None))
            .order_by("kind", "order__due_on", "pk")
        )  # fmt: skip
        Notice.objects.filter(user=user, mailed_at=None).update(mailed_at=timezone.now())
        with override(UserProfile.get_for_user(user).get_preferred_language()):
            found = still_true(notices)
            if not found:
                return 0
            NoticeChoice.objects.update_or_create(user=user, defaults={"mailed_on": timezone.localdate()})
            # Last: what the server does not take is taken back.
            _message(user, found).send()
    return 1


def _message(user: User, found: Sequence[tuple[Notice, str]]) -> EmailMessage:
    parts = []
    for notice, text in found:
        lines = [text, *([notice.order.note] if notice.kind == NoticeKind.ASSIGNED and notice.order.note else [])]
        parts.append("\n".join([*lines, address_of(notice)]))
    parts.append(
        pgettext("admin", "What you are told and how often you choose in your account: %(url)s")
        % {"url": f"{settings.WAGTAILADMIN_BASE_URL}{reverse('wagtailadmin_account')}"}
    )
    subject = npgettext("admin", "Translations: %(count)s notice", "Translations: %(count)s notices", len(found)) % {"count": len(found)}
    return EmailMessage(subject, "\n\n".join(parts) + "\n", to=[user.email], headers=_AUTOMATIC)


def address_of(notice: Notice) -> str:
    """Return the address that a notice leads to, by which it counts as seen."""
    return f"{settings.WAGTAILADMIN_BASE_URL}{reverse('translation_notice', args=[notice.pk])}"


def forget_old() -> None:
    """Delete what was seen, or not looked at for long: it is nobody's business any more."""
    now = timezone.now()
    old = Q(seen_at__lt=now - datetime.timedelta(days=90)) | Q(created_at__lt=now - datetime.timedelta(days=365))
    done = Order.objects.exclude(Exists(OrderItem.objects.filter(order=OuterRef("pk"), progress__in=ACTIVE)))
    Notice.objects.filter(old).filter(Q(order=None) | Q(order__in=done)).delete()
