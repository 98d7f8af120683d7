"""Taking changes of the source over into its translations."""

from __future__ import annotations

import contextlib

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import pgettext
from wagtail_localize.machine_translators import get_machine_translator
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.views.edit_translation import apply_machine_translation
from wagtail_localize.views.update_translations import UpdateTranslationsView

from translation.guards import refuse
from translation.permissions import (
    SUBMIT_PERMISSION,
    is_source_editor,
    may_change,
    may_publish,
    may_read,
    missing_texts,
    reason_against_change,
)


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

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Renew the segments; translate and publish what the user may publish, and name what they may not."""
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
            published = {
                translation
                for translation, target in writable.items()
                if may_publish(user, target) and not missing_texts(translation).exists()
            }
            for translation in published:
                with contextlib.suppress(ValidationError):
                    translation.save_target(user=user, publish=True)
            if left := [translation for translation in self.targets if translation not in published]:
                messages.warning(
                    self.request,
                    pgettext(
                        "admin",
                        "Not published, because texts are missing, because it is locked or you have no right to: %(languages)s.",
                    )
                    % {"languages": ", ".join(str(translation.target_locale) for translation in left)},
                )

        self.components.save(self.object, sources_and_translations={self.object: list(writable)})
        messages.success(self.request, self.get_success_message())
        return redirect(self.get_success_url() or self.get_default_success_url())
