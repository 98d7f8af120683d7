"""Taking changes of the source over into its translations."""

from __future__ import annotations

import contextlib

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import pgettext
from wagtail.admin import messages
from wagtail.models import Page
from wagtail_localize.machine_translators import get_machine_translator
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.views.edit_translation import apply_machine_translation
from wagtail_localize.views.update_translations import UpdateTranslationsView

from translation.guards import refuse
from translation.permissions import (
    SUBMIT_PERMISSION,
    is_source_editor,
    may_change,
    may_read,
    reason_against_change,
)
from translation.publishing import obstacles, planned_for, publish


class UpdateView(UpdateTranslationsView):
    """Renews the source's segments, and those translations only that the user may change.

    The segments belong to the source and to all its languages: renewing them shows every translator what is new. Pages
    and snippets in languages that the user does not work in stay untouched.
    """

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Refuse those who may change neither the source nor one of its translations, or may not read the source as it is now."""
        self.object = self.get_object()
        if not may_read(request.user, self.source_instance):
            return refuse(request, pgettext("admin", "You have no right to update translations of this."))
        if not request.user.has_perm(SUBMIT_PERMISSION) or not (self.own_translations or self.is_source_editor):
            return refuse(request, pgettext("admin", "You have no right to update translations of this."))
        return super().dispatch(request, *args, **kwargs)

    def get_object(self) -> TranslationSource:
        """Return the source, whose object must still be there."""
        source = super().get_object()
        try:
            self.source_instance = source.get_source_instance()
        except ObjectDoesNotExist as error:
            raise Http404 from error
        return source

    @cached_property
    def is_source_editor(self) -> bool:
        """Return whether the user may change the source itself."""
        return is_source_editor(self.request.user, self.source_instance)

    @cached_property
    def targets(self) -> dict[Translation, object]:
        """Return the enabled translations whose target the user may change, each with its target."""
        found = {}
        for translation in self.object.translations.filter(enabled=True).select_related("source", "target_locale"):
            with contextlib.suppress(ObjectDoesNotExist):
                target = translation.get_target_instance()
                if may_change(self.request.user, target):
                    found[translation] = target
        return found

    @property
    def own_translations(self) -> list[Translation]:
        """Return the translations that the user may change."""
        return list(self.targets)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """List only the translations that will be touched."""
        context = super(UpdateTranslationsView, self).get_context_data(**kwargs)
        context.update(
            translations=[
                {"title": str(target), "locale": translation.target_locale, "edit_url": self.get_edit_url(target)}
                for translation, target in self.targets.items()
            ],
            last_sync_date=self.object.last_updated_at,
            form=self.get_form(),
            next_url=self.get_success_url(),
            back_url=self.get_success_url() or self.get_default_success_url(),
            components=self.components,
        )
        return context

    def get_default_success_url(self) -> str:
        """Lead back to the source, or to their own page those who cannot see the source's place."""
        if self.is_source_editor or not self.targets:
            return super().get_default_success_url()
        return self.get_edit_url(next(iter(self.targets.values())))

    def get_form(self) -> forms.Form:
        """Say what happens to translations that lack texts: wagtail-localize's form says that they are published."""
        form = super().get_form()
        form.fields["publish_translations"].help_text = pgettext(
            "admin",
            "Publishes at once every translation that is complete. The others are left out and named; each can be published by itself.",
        )
        return form

    def publish_translations(self) -> None:
        """Publish what is complete and whose source is online; name what is left out, and why."""
        done, later = [], []
        for translation, target in self.targets.items():
            reason = " ".join(obstacles(self.request.user, target).values()) or publish(translation, self.request.user)
            language = translation.target_locale.get_display_name()
            if reason:
                text = pgettext("admin", "%(language)s was not published: %(reason)s")
                label = pgettext("admin", "To the translation: %(language)s") % {"language": language}
                buttons = [messages.button(url, label)] if (url := self.get_edit_url(target)) else None
                messages.warning(self.request, text % {"language": language, "reason": reason}, buttons=buttons)
            elif isinstance(target, Page) and (date := planned_for(Page.objects.get(pk=target.pk))):
                later.append((language, date))
            else:
                done.append(language)
        for language, date in later:
            text = pgettext("admin", "%(language)s goes online with the German page: %(date)s.")
            messages.success(self.request, text % {"language": language, "date": date})
        if done:
            messages.success(self.request, pgettext("admin", "Published: %(languages)s.") % {"languages": ", ".join(done)})

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Renew the segments; translate and publish what may go online, and name what may not."""
        user = self.request.user
        self.object.update_from_db()
        writable = {
            translation: target
            for translation, target in self.targets.items()
            if not reason_against_change(user, target)
        }
        machine_translator = get_machine_translator()
        if machine_translator and form.cleaned_data.get("use_machine_translation"):
            for translation in writable:
                if machine_translator.can_translate(self.object.locale, translation.target_locale):
                    apply_machine_translation(translation.pk, user, machine_translator)

        if form.cleaned_data["publish_translations"]:
            self.publish_translations()
        self.components.save(self.object, sources_and_translations={self.object: list(writable)})
        text = pgettext("admin", "The texts of “%(object)s” are handed over to its translations; what is new there waits to be translated.")
        messages.success(self.request, text % {"object": self.object.object_repr})
        return redirect(self.get_success_url() or self.get_default_success_url())
