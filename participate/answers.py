"""When and in which language the office answers: what only the office knows of its forms."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from wagtail.permission_policies.pages import PagePermissionPolicy

from portal.admin.start import Line
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE

from .models import ContactPage
from .purposes import ANSWERED

_WRITTEN = [SOURCE_LANGUAGE, *(language.code for language in LANGUAGES if not language.follows_source)]
"""Languages whose pages are written, not translated."""


def missing(request: HttpRequest) -> Iterator[Line]:
    """Yield the forms that are answered and do not say when, for those who may write it there."""
    editable = PagePermissionPolicy().instances_user_has_any_permission_for(request.user, ["change"])
    pages = ContactPage.objects.filter(
        pk__in=editable.values("pk"), live=True, alias_of=None, answering="", purpose__in=ANSWERED, locale__language_code__in=_WRITTEN
    )
    name = ContactPage._meta.get_field("answering").verbose_name
    for page in pages.select_related("locale").order_by("path"):
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        yield Line(str(name), address, str(page.locale.get_display_name()), page.title)
