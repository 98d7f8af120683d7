"""Who gets what the forms bring: the one place that knows whether a form exists.

A topic has a recipient if its address can be sent mail, or if its group (without one: any group) has an active member with the right to
read messages: the inbox in the admin. A form without such a topic does not exist, in no language, and no link leads to it: its pages are
closed like private ones (`portal.pages.restrictions`). While the portal is a preview a demo account counts too, and the form says that
nobody reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from wagtail import hooks

from portal import changes
from portal.discovery import release
from portal.language.languages import SOURCE_LANGUAGE

from .messages import ContactTopic, Message
from .purposes import Purpose

TAG = changes.Tag("recipients")
"""Touched by whatever decides who gets messages: topics, accounts, groups and their rights."""

RIGHTS = {
    Purpose.CONTACT: "view_message",
    Purpose.BARRIER: "view_message",
    Purpose.HELPFUL: "view_feedback",
    Purpose.SEARCH: "view_feedback",
}
"""The right by which an account reads what a form brings: the inbox, or the report on pages."""


@dataclass(frozen=True)
class Choice:
    """A topic as a form offers it; `language` is set where its name is not in the language asked for."""

    topic_id: int
    name: str
    language: str = ""


@dataclass(frozen=True)
class Offer:
    """The topics of a form; `is_demo` where nobody but demo accounts would read what it brings."""

    topics: tuple[int, ...]
    is_demo: bool = False


def readers(purpose: str, group_id: int | None = None) -> QuerySet:
    """Return the active accounts that read what a form brings by the right of a group, this one or any; administrators do it besides."""
    right = Q(groups__permissions__codename=RIGHTS[Purpose(purpose)], groups__permissions__content_type__app_label="participate")
    if group_id is not None:
        # In one condition: the very group that is named must have the right.
        right &= Q(groups=group_id)
    return get_user_model().objects.filter(right, is_active=True).distinct().order_by("pk")


def demo_accounts() -> set[int]:
    """Return the ids of accounts for trying the portal out; nobody sits behind them (hook `demo_accounts`)."""
    return {user.pk for find in hooks.get_hooks("demo_accounts") for user in find()}


def real_readers(message: Message) -> list[AbstractBaseUser]:
    """Return those who read a message and behind whom somebody sits."""
    if message.is_for_group and message.group_id is None:
        return []
    return list(readers(message.purpose, message.group_id).exclude(pk__in=demo_accounts()))


def address_of(topic: ContactTopic | None) -> str:
    """Return the address that a topic's messages are sent to; empty where there is none, or no way to send mail."""
    return topic.email if topic is not None and settings.SENDS_MAIL else ""


@changes.kept("recipients", lambda: (TAG, changes.setting(release.Release._meta.label_lower), changes.LOCALES))
def offers() -> dict[str, Offer]:
    """Return the forms that exist by purpose, each with its topics."""
    is_released = release.is_released()
    demo = demo_accounts()
    found: dict[str, Offer] = {}
    rights = list(
        get_user_model()
        .objects.filter(
            groups__permissions__codename__in=RIGHTS.values(),
            groups__permissions__content_type__app_label="participate",
            is_active=True,
        )
        .values_list("pk", "groups", "groups__permissions__codename")
    )
    topics = list(ContactTopic.objects.filter(locale__language_code=SOURCE_LANGUAGE))
    for purpose in Purpose:
        # A message to the office is about something; the other forms need no topic.
        own: list[ContactTopic | None] = [topic for topic in topics if topic.purpose == purpose]
        if not own and purpose != Purpose.CONTACT:
            own = [None]
        right = RIGHTS[purpose]
        reading = [(user, group) for user, group, name in rights if name == right]
        accounts = {
            topic: {user for user, group in reading if topic is None or not topic.is_for_group or topic.group_id == group}
            for topic in own
        }
        real = [topic for topic in own if address_of(topic) or accounts[topic] - demo]
        for_trying = [] if is_released else [topic for topic in own if accounts[topic]]
        if chosen := real or for_trying:
            found[purpose] = Offer(tuple(topic.pk for topic in chosen if topic is not None), is_demo=not real)
    return found


@changes.kept("contact_topics", lambda language: (TAG, changes.LOCALES))
def _names(language: str) -> dict[int, Choice]:
    own = ContactTopic.objects.filter(locale__language_code=language, is_finished=True)
    names = dict(own.order_by().values_list("translation_key", "name"))
    # Leichte Sprache uses the German names where it has none of its own.
    code = "" if language.split("-")[0] == SOURCE_LANGUAGE else SOURCE_LANGUAGE
    return {
        topic.pk: Choice(topic.pk, names.get(topic.translation_key, topic.name), "" if topic.translation_key in names else code)
        for topic in ContactTopic.objects.filter(locale__language_code=SOURCE_LANGUAGE)
    }


def choices(offer: Offer) -> list[Choice]:
    """Return the topics of a form in their order, named in the active language."""
    names = _names(get_language() or SOURCE_LANGUAGE)
    return [names[pk] for pk in offer.topics if pk in names]
