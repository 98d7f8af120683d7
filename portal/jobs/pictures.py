"""Pictures whose last day is over: those hear of it who keep something about the pages that show them.

Whether a picture may be shown is asked whenever it would be (`portal.uploads.rights`); here follows what was written before that day.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.models import PortalImage


def run() -> int:
    """Note of each picture that went out of use, or came back, that it did; return how many those are.

    The latter is what a clock leaves that was ahead, the former also what was withdrawn past the form.
    """
    is_hidden = Q(is_withdrawn=True) | Q(usable_until__lt=timezone.localdate())
    known = Q(hidden_since__isnull=False)
    ids = list(PortalImage.objects.filter((is_hidden & ~known) | (~is_hidden & known)).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            if image := PortalImage.objects.select_for_update().filter(pk=pk).first():
                image.save(update_fields=["hidden_since"])
    return len(ids)
