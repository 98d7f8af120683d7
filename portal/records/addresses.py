"""Old addresses that records give: they lead to their pages."""

from __future__ import annotations

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from portal.pages import redirects

from .reading import Record


def normalised(record: Record, address: str) -> str:
    """Return an old address as it is stored.

    Raises:
        RecordError: it is none.
    """
    try:
        return redirects.normalise(address)
    except ValueError as error:
        raise record.error(f"“redirect_from”: “{address}” is no address") from error


def write_redirects(record: Record, page: Page) -> None:
    """Let old addresses lead to the page."""
    for address in record.get("redirect_from") or []:
        old_path = normalised(record, address)
        if live := redirects.live_page_at(address):
            raise record.error(f"“redirect_from”: {address} is the address of the page “{live.title}”")
        taken = Redirect.objects.filter(old_path=old_path, site=None).exclude(redirect_page_id=page.pk).first()
        if taken is not None:
            owner = f"the page “{taken.redirect_page.title}”" if taken.redirect_page else f"“{taken.redirect_link}”"
            raise record.error(f"“redirect_from”: {address} leads to {owner} already")
        Redirect.objects.get_or_create(
            old_path=old_path, site=None, defaults={"redirect_page": page, "is_permanent": True}
        )
