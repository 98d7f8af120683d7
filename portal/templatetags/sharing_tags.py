"""The button that gives out a draft, for the templates of the admin that ask no hook for their buttons."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AbstractBaseUser
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from portal.admin import sharing

register = template.Library()


@register.simple_tag
def sharing_buttons(page: Page, user: AbstractBaseUser) -> list[Button]:
    """Return the button that leads to the links of a page's draft, for whoever may give one out."""
    return list(sharing.buttons(page, user))
