"""The site that Wagtail knows: its address follows from the settings."""

from __future__ import annotations

from django.conf import settings
from wagtail.models import Site

from portal.language.languages import SOURCE_LANGUAGE
from translation.roles import home_page


def set_up_site() -> bool:
    """Give the default site the host, port and name of the settings; return whether anything changed.

    Without a site it is made as soon as the source language has a home page.
    """
    wanted = {
        "hostname": settings.PORTAL_HOST,
        "port": settings.PORTAL_PORT,
        "site_name": settings.WAGTAIL_SITE_NAME,
    }
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        home = home_page(SOURCE_LANGUAGE)
        if home is None:
            return False
        site = Site(is_default_site=True, root_page=home)
    elif all(getattr(site, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(site, name, value)
    site.save()
    return True
