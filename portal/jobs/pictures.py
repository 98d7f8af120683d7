"""What the runner does for pictures: it takes those out of use whose last day is over, and makes sizes that take long to make.

Whether a picture may be shown is asked whenever it would be (`portal.uploads.rights`); here those hear of it who keep something about the
pages that show it.
"""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.utils import timezone
from wagtail.images.models import Filter, SourceImageIOError

from portal import changes
from portal.models import PortalImage, PortalRendition
from portal.models.media import AVIF

logger = logging.getLogger(__name__)

WEBP = "format-webp"
_AN_HOUR = 60 * 60


def _hidden() -> Q:
    return Q(is_withdrawn=True) | Q(usable_until__lt=timezone.localdate())


def run() -> int:
    """Note of each picture that went out of use, or came back, that it did; return how many those are.

    The latter is what a clock leaves that was ahead, the former also what was withdrawn past the form.
    """
    hidden, known = _hidden(), Q(hidden_since__isnull=False)
    ids = list(PortalImage.objects.filter((hidden & ~known) | (~hidden & known)).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            if image := PortalImage.objects.select_for_update().filter(pk=pk).first():
                image.save(update_fields=["hidden_since"])
    return len(ids)


def make_avif() -> int:
    """Make the sizes in AVIF of photographs that pages show in WebP already (`PortalImage.get_renditions`); return how many were made."""
    same = PortalRendition.objects.filter(
        image=OuterRef("image"), focal_point_key=OuterRef("focal_point_key"), filter_spec=OuterRef("in_avif")
    )
    shown = PortalRendition.objects.filter(filter_spec__contains=WEBP, image__in=PortalImage.objects.exclude(_hidden()))
    missing = shown.annotate(in_avif=Replace(F("filter_spec"), Value(WEBP), Value(AVIF))).exclude(Exists(same))
    made = 0
    for size in missing.select_related("image").order_by("pk"):
        wanted = Filter(size.in_avif)
        # The focal point was moved since: nobody asks for this part of the photograph any more.
        if wanted.get_cache_key(size.image) != size.focal_point_key:
            continue
        failed = f"avif-failed:{size.image_id}:{size.image.file_hash}"
        if cache.get(failed):
            continue
        try:
            new = size.image.create_rendition(wanted)
        except SourceImageIOError as error:
            logger.warning("%s of the photograph %s could not be made: %s", size.in_avif, size.image_id, error)
            cache.set(failed, True, _AN_HOUR)
            continue
        # Another file may have taken its place while this one was read: nothing of the former stays.
        if PortalImage.objects.filter(pk=size.image_id, file=size.image.file.name).exists():
            made += 1
        else:
            new.delete()
    if made:
        # Of a size nobody hears, since pages make them while they are built; those that were built without these are built anew.
        changes.announce(changes.FILES)
    return made
