"""What the forms keep of people: the addresses to which messages are mailed."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from portal.operation.leaving import Belonging, belonging

from .messages import ContactTopic


def _topics(user: User) -> QuerySet[ContactTopic]:
    # Nobody's address is empty: topics without one would be everybody's.
    return ContactTopic.objects.filter(email__iexact=user.email).exclude(email="").order_by("locale_id", "name", "pk")


def belongings(user: User) -> Iterator[Belonging]:
    """Yield the topics whose messages are mailed to somebody."""

    def hand_over(successor: User) -> None:
        for topic in _topics(user):
            # Without an address the messages stand in the inbox, as before.
            topic.email = successor.email
            topic.save()
            topic.save_revision()

    yield belonging(pgettext_lazy("admin", "Topics whose messages are mailed to them"), _topics(user), hand_over)
