"""Submitting a page or snippet for translation."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext
from wagtail.actions.publish_page_revision import PublishPagePermissionError
from wagtail.models import Page, TranslatableMixin
from wagtail.permissions import page_permission_policy
from wagtail_localize.views import submit_translations

from portal.versions import real
from translation.guards import refuse
from translation.permissions import source_version, submittable_locales, works_in


class LanguagesMixin:
    """Offers only the languages that the user may submit into; refuses where there is none."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Refuse those who may not submit this object into any language."""
        if not submittable_locales(request.user, self.get_object()).exists():
            return refuse(request, pgettext("admin", "You have no right to submit this for translation."))
        return super().dispatch(request, *args, **kwargs)

    def get_object(self) -> TranslatableMixin:
        """Return what translations are made from: never an alias, never another translation."""
        return source_version(super().get_object())

    def get_form(self) -> forms.Form:
        """Restrict the form's languages."""
        form = super().get_form()
        locales = form.fields["locales"]
        allowed = submittable_locales(self.request.user, self.object)
        locales.queryset = locales.queryset.filter(pk__in=allowed.values("pk"))
        if len(locales.queryset) < 2:
            form.fields["select_all"].widget = forms.HiddenInput()
        return form

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Refuse a subtree that holds pages which the user could not submit one by one."""
        locales = form.cleaned_data["locales"]
        is_foreign = any(not works_in(self.request.user, locale.pk) for locale in locales)
        if isinstance(self.object, Page) and form.cleaned_data["include_subtree"]:
            changeable = page_permission_policy.instances_user_has_permission_for(self.request.user, "change")
            others = self.object.get_descendants().exclude(pk__in=changeable.values("pk"))
            if not is_foreign:
                # What is public may be translated by whoever works in the language; the rest shows its text by that.
                others = others.exclude(pk__in=real(Page.objects.all()).values("pk"))
            if others.exists():
                return refuse(
                    self.request, pgettext("admin", "There are pages below this one that you have no right to submit.")
                )
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except PublishPagePermissionError:
            return refuse(self.request, pgettext("admin", "You have no right to publish what this would publish."))


class SubmitPageView(LanguagesMixin, submit_translations.SubmitPageTranslationView):
    """Submits a page."""


class SubmitSnippetView(LanguagesMixin, submit_translations.SubmitSnippetTranslationView):
    """Submits a snippet."""
