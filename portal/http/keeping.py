"""Which answers may be kept and given to everybody, and until when: said here, kept by `portal.shell`."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import has_vary_header
from wagtail.models import Page

from portal import changes, tags
from portal.models import Alert, ListRow, PortalImage

Handler = Callable[[HttpRequest], HttpResponse]

PUBLIC = "no-cache, public"
"""What a page says of itself: everybody may keep it, and asks each time whether it is still that."""
_MOST = 10_000


ENVIRON = "portal.kept"


@dataclass(slots=True)
class Kept:
    """What the server in front asks of an answer (`ENVIRON` in its environment): filled in where it may be kept.

    `fresh_until` and `shown_until` are seconds since 1970: when time alone makes it another one, and when it may not be shown any more,
    whatever has failed.
    """

    fresh_until: float = 0.0
    shown_until: float = 0.0


@changes.kept("moments", lambda: (tags.CHANGES,))
def _moments() -> tuple[float, ...]:
    """Return when something that visitors see begins, ends or has to go, from now on, in order."""
    now = timezone.now()
    found: set[datetime.datetime] = set()
    for model, name in ((ListRow, "start"), (ListRow, "end"), (Alert, "starts_at"), (Alert, "ends_at"), (Page, "expire_at")):
        rows = model._default_manager.filter(**{f"{name}__gte": now}).order_by(name)
        found.update(rows.values_list(name, flat=True).distinct()[:_MOST])
    days = PortalImage.objects.filter(usable_until__gte=timezone.localdate()).values_list("usable_until", flat=True).distinct()
    found.update(_midnight_after(day) for day in days)
    return tuple(sorted(moment.timestamp() for moment in found))


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
        """Answer, and say whether the answer may be kept."""
        began = timezone.now()
        response = self.get_response(request)
        is_nobodys = not response.cookies and not has_vary_header(response, "Cookie")
        if is_nobodys and getattr(response, "is_page", False):
            response.headers.setdefault("Cache-Control", PUBLIC)
        kept = request.META.get(ENVIRON)
        if kept is None or response.status_code != 200 or not is_nobodys or response.streaming:
            return response
        if "public" in _parts(response, "Cache-Control") and _parts(response, "Vary") <= {"accept-encoding"}:
            moment = next((moment for moment in _moments() if moment >= began.timestamp()), float("inf"))
            kept.shown_until = moment
            kept.fresh_until = min(moment, _midnight_after(timezone.localdate(began)).timestamp())
        return response
