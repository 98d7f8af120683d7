"""Which answers may be kept and given to everybody, and until when: said here, kept by `portal.shell`."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import has_vary_header
from wagtail.models import Page

from portal import changes, tags
from portal.http import counting, purging
from portal.http.traces import Trace, recording
from portal.models import Alert, ListRow, PortalImage
from portal.models.listing import NEVER

Handler = Callable[[HttpRequest], HttpResponse]

PUBLIC = "no-cache, public"
"""What a page says of itself: everybody may keep it, and asks each time whether it is still that."""
_MOST = 10_000


ENVIRON = "portal.kept"


@dataclass(slots=True)
class Kept:
    """What the server in front asks of an answer (`ENVIRON` in its environment): filled in where it may be kept.

    `began`, `fresh_until` and `shown_until` are seconds since 1970: when it was begun, when time alone makes it another one, and when it
    may not be shown any more, whatever has failed. `trace` is what it was built from. The server may say what it has `before`: where that
    is what would be answered now, it is told so (`holds`), and nothing is built. The server counts each answer that it gives of it.
    """

    began: float = 0.0
    fresh_until: float = 0.0
    shown_until: float = 0.0
    trace: Trace | None = None
    before: Kept | None = None
    holds: bool = False
    counted: counting.Counted | None = None

    def count(self, method: str) -> None:
        """Count an answer that somebody got of it."""
        if self.counted:
            counting.count(self.counted, method)

    def ends(self, trace: Trace | None, began: float) -> None:
        """Note what an answer was built from, and until when it may be kept."""
        moment = next((moment for moment in _moments() if moment >= began), float("inf"))
        midnight = _midnight_after(timezone.localdate(datetime.datetime.fromtimestamp(began, datetime.UTC)))
        self.began, self.trace, self.shown_until, self.before = began, trace, moment, None
        self.fresh_until = min(moment, midnight.timestamp())

    def still_holds(self) -> bool:
        """Return whether it would be built alike now: nothing it was built from is another thing, and no moment has passed."""
        if self.trace is None or any(self.began <= moment <= time.time() for moment in _moments()) or time.time() >= self.fresh_until:
            return False
        return self.trace.holds()


@changes.kept("moments", lambda: (tags.CHANGES,))
def _moments() -> tuple[float, ...]:
    """Return when something that visitors see begins, ends or has to go, from the last midnight on, in order."""
    found = {moment for moments in _coming() for moment in moments[:_MOST]}
    days = PortalImage.objects.filter(usable_until__gte=timezone.localdate()).values_list("usable_until", flat=True).distinct()
    found.update(_midnight_after(day) for day in days)
    return tuple(sorted(moment.timestamp() for moment in found))


def _coming() -> list[QuerySet[Any, datetime.datetime]]:
    """Return queries of moments from the last midnight on. It is asked after each change: of many rows each is read from an index."""
    now, live = _midnight_after(timezone.localdate() - datetime.timedelta(days=1)), ListRow.objects.filter(is_live=True)
    return [
        # What never ends, as news, would be sorted by it.
        rows.filter(**{f"{name}__gte": now, f"{name}__lt": NEVER}).order_by(name).values_list(name, flat=True).distinct()
        for rows, names in ((live, ("start", "end")), (Alert.objects, ("starts_at", "ends_at")), (Page.objects, ("expire_at",)))
        for name in names
    ]


def _midnight_after(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _parts(response: HttpResponse, name: str) -> set[str]:
    return {part.strip().lower() for part in response.headers.get(name, "").split(",") if part.strip()}


class KeepingMiddleware:
    """Marks what everybody may be given: a public answer to nobody in particular, with no cookie.

    Whether it is public the view has said (`Cache-Control`), or `portal.http.views` of a page; whoever looked at a session has made it
    somebody's.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say whether the answer may be kept; with nothing where what the server has is what would be answered."""
        kept = request.META.get(ENVIRON)
        if kept is None:
            response = self._answer(request)
            if (counted := getattr(response, "counted", None)) and settings.SESSION_COOKIE_NAME not in request.COOKIES:
                counting.count(counted, request.method or "")
            return response
        if kept.before is not None:
            # What cannot be asked because database or cache are away, the view will say, in the reader's language.
            with suppress(Exception):
                if kept.before.still_holds():
                    kept.counted = kept.before.counted
                    kept.ends(kept.before.trace, kept.before.began)
                    kept.holds = True
                    return HttpResponse()
        began = timezone.now().timestamp()
        with recording() as trace:
            response = self._answer(request)
        kept.counted = getattr(response, "counted", None)
        is_public = "public" in _parts(response, "Cache-Control") and _parts(response, "Vary") <= {"accept-encoding"}
        if is_public and response.status_code == 200 and not response.cookies and not response.streaming:
            # Nor does a page that is there fail because it is not known for how long it may be kept.
            with suppress(Exception):
                kept.ends(trace, began)
            purging.mark(response, trace, int(kept.fresh_until - began))
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(response, "is_page", False) and not response.cookies and not has_vary_header(response, "Cookie"):
            response.headers.setdefault("Cache-Control", PUBLIC)
        return response
