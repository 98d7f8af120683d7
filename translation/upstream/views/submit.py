"""Submitting a page or snippet for translation."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import npgettext, pgettext
from wagtail.actions.publish_page_revision import PublishPagePermissionError
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail.permissions import page_permission_policy
from wagtail_localize.models import TranslationSource
from wagtail_localize.operations import TranslationCreator
from wagtail_localize.views import submit_translations

from portal.pages.versions import real
from translation.guards import refuse
from translation.permissions import may_change, source_version, submittable_locales, works_in

NAMED = 10
"""So many of the pages that were left out are named."""


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

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Say so where there is no language left to choose, instead of showing an empty form."""
        if not self.get_form().fields["locales"].queryset.exists():
            text = pgettext("admin", "“%(object)s” is handed over or translated already in all languages that you may choose.")
            messages.info(request, text % {"object": self.object})
            return redirect(self.get_success_url() or self.place_after(()))
        return super().get(request, *args, **kwargs)

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
                handed_over, left_out = self.hand_over(form)
        except PublishPagePermissionError:
            return refuse(self.request, pgettext("admin", "You have no right to publish what this would publish."))
        self.tell(locales, handed_over, left_out)
        return redirect(self.get_success_url() or self.place_after(locales))

    def hand_over(self, form: forms.Form) -> tuple[list[TranslatableMixin], dict[Locale, list[Page]]]:
        """Submit the object, and on demand the pages below it; return what was submitted, and by language what was left out.

        wagtail-localize hands over texts as they were when a page was first submitted into any language, and begins anew what
        somebody had written by hand below it.
        """
        objects = [self.object]
        if isinstance(self.object, Page) and form.cleaned_data["include_subtree"]:
            objects += self.object.get_descendants().specific().order_by("path")
        creator = TranslationCreator(self.request.user, [])
        handed_over: list[Model] = []
        left_out: dict[str, list[str]] = {}
        for instance in objects:
            creator.target_locales = []
            for locale in form.cleaned_data["locales"]:
                version = instance.get_translation_or_none(locale)
                if version is None or getattr(version, "alias_of_id", None):
                    creator.target_locales.append(locale)
                else:
                    left_out.setdefault(locale, []).append(instance)
            if creator.target_locales:
                TranslationSource.update_or_create_from_instance(instance)
                creator.create_translations(instance)
                handed_over.append(instance)
        self.components.save(creator, sources_and_translations=creator.mappings)
        return handed_over, left_out

    def tell(self, locales: Iterable[Locale], handed_over: list, left_out: dict[Locale, list[Page]]) -> None:
        """Say what was handed over, and what was left out and why."""
        names = {"object": self.object, "languages": ", ".join(locale.get_display_name() for locale in locales)}
        if count := len(handed_over) - 1:
            text = npgettext(
                "admin",
                "“%(object)s” and %(count)d page below it are handed over for translation: %(languages)s.",
                "“%(object)s” and %(count)d pages below it are handed over for translation: %(languages)s.",
                count,
            )
        else:
            text = pgettext("admin", "“%(object)s” is handed over for translation: %(languages)s.")
        messages.success(self.request, text % {**names, "count": count})
        for locale, pages in left_out.items():
            titles = [page.title for page in pages[:NAMED]] + ["…"] * (len(pages) > NAMED)
            text = pgettext("admin", "Left out, as translated or written in this language already (%(language)s): %(pages)s.")
            messages.warning(self.request, text % {"language": locale.get_display_name(), "pages": ", ".join(titles)})

    def place_after(self, locales: Collection[Locale]) -> str:
        """Return where the person goes on: the translation if it is theirs to write, else where the source is, as far as they may."""
        versions = [self.object.get_translation_or_none(locale) for locale in locales] if len(locales) == 1 else []
        for instance in (*versions, self.object):
            if instance is None or not may_change(self.request.user, instance):
                continue
            if isinstance(instance, Page):
                if instance is self.object:
                    return reverse("wagtailadmin_explore", args=[instance.get_parent().pk])
                return reverse("wagtailadmin_pages:edit", args=[instance.pk])
            return reverse(type(instance).snippet_viewset.get_url_name("edit"), args=[quote(instance.pk)])
        return reverse("wagtail_localize:translations_report")

    def get_default_success_url(self, translated_object: TranslatableMixin | None = None) -> str:
        """Return where the button leads that submits nothing."""
        return self.place_after(())


class SubmitPageView(LanguagesMixin, submit_translations.SubmitPageTranslationView):
    """Submits a page."""


class SubmitSnippetView(LanguagesMixin, submit_translations.SubmitSnippetTranslationView):
    """Submits a snippet."""
