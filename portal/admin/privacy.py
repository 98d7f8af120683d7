"""Who may see a page: Wagtail's dialog, which knows here that a restriction binds all versions."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext
from wagtail.admin.views.page_privacy import SetPrivacyView
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.pages import restrictions
from portal.pages.versions import set_locales


class PrivacyView(SetPrivacyView):
    """Sets and lifts the page's own restriction, says whose else binds it and which versions are bound.

    Wagtail's view takes the deepest restriction for the page's own: here that may be another version's.
    """

    def dispatch(self, request: HttpRequest, page_id: int, *args: object, **kwargs: object) -> HttpResponse:
        """Find the page's own restriction and the nearest one that binds it besides.

        Raises:
            PermissionDenied: the user may not publish the page.
        """
        self.page = get_object_or_404(Page, pk=page_id).specific_deferred
        if not self.page.permissions_for_user(request.user).can_set_view_restrictions():
            raise PermissionDenied
        self.object = self.restriction = self.page.view_restrictions.order_by("pk").first()
        others = restrictions.binding(self.page).exclude(page_id=self.page.pk).order_by("-page__depth", "pk")
        self.restriction_on_ancestor = others.first()
        return super(SetPrivacyView, self).dispatch(request, *args, **kwargs)

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Say which versions are bound, and that the German page's restriction binds this one."""
        form = super().get_form(form_class)
        field = form.fields["restriction_type"]
        other = self.restriction_on_ancestor
        if other and not self.page.path.startswith(other.page.path):
            label = pgettext("admin", "No restriction of its own: the German page or one above it is private, and so is this one")
            field.choices = [("none", label), *list(field.choices)[1:]]
        field.help_text = self._reach()
        return form

    def _reach(self) -> str:
        """Return a sentence on what a restriction that is set here binds."""
        rows = list(Page.objects.filter(translation_key=self.page.translation_key).exclude(pk=self.page.pk))
        set_locales([self.page, *rows])
        if self.page.locale.language_code != SOURCE_LANGUAGE:
            text = pgettext("admin", "What is set here binds this version alone (%(language)s), and the pages below it.")
            return text % {"language": self.page.locale.get_display_name()}
        codes = {row.locale.language_code for row in rows}
        names = [language.name for code, language in languages_by_code().items() if code in codes]
        if not names:
            return pgettext("admin", "What is set here binds this page and those below it, in all languages, later ones too.")
        text = pgettext("admin", "What is set here binds this page and those below it, and their versions in: %(languages)s.")
        return text % {"languages": ", ".join(names)}
