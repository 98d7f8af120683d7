"""Names that Django and Wagtail show in English because they never ask for a translation.

Each can go when its package marks the name for translation (Wagtail 8.0). The German words stand in the
catalog `portal/admin/upstream`.
"""

from __future__ import annotations

from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.auth import LoginForm
from wagtail.models.pages import PAGE_PERMISSION_TYPES
from wagtail.sites.views import IndexView as SiteIndexView
from wagtail.users.forms import PagePermissionsForm
from wagtail.users.templatetags import wagtailusers_tags

# Not collected into the portal's own catalogs: the words are those of the packages.
_upstream = gettext_lazy


def _format_permissions(permission_bound_field: BoundField) -> dict[str, object]:
    """Return what Wagtail's tag of this name returns; the labels for screen readers are no English sentences from the database."""
    context = wagtailusers_tags.format_permissions(permission_bound_field)
    for row in context["object_perms"]:
        for action, label in (("add", _upstream("Add")), ("change", _upstream("Change")), ("delete", _upstream("Delete"))):
            if action in row:
                row[action]["perm"].name = f"{capfirst(row['object'])}: {label}"
    return context


def install() -> None:
    """Give what has only an English name one that follows the admin's language."""
    for column in SiteIndexView.columns:
        if column.name in ("site_name", "root_page"):
            column.label = _upstream({"site_name": "Site name", "root_page": "Root page"}[column.name])
    page_permissions = {codename: label for codename, _short, label in PAGE_PERMISSION_TYPES}
    PagePermissionsForm.base_fields["permissions"].label_from_instance = lambda permission: page_permissions[
        permission.codename.removesuffix("_page")
    ]
    LoginForm.base_fields["password"].label = _upstream("Password")
    template = "wagtailusers/groups/includes/formatted_permissions.html"
    wagtailusers_tags.register.inclusion_tag(template, name="format_permissions")(_format_permissions)
