"""The call of a widget of Wagtail's scripts, for the templates of the admin."""

from __future__ import annotations

import json

from django import template
from django.utils.safestring import SafeString

from portal.admin import scripts

register = template.Library()


@register.simple_tag
def widget_call(name: str, options_json: str) -> SafeString:
    """Return the mark that has a widget built with options, which Wagtail hands to its templates as JSON."""
    return scripts.call(name, json.loads(options_json))
