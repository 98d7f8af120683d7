"""Which language follows which tree: the form of “sync from”."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext
from wagtail.models import Locale
from wagtail_localize.models import LocaleSynchronization, LocaleSynchronizationModelForm

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code


class FollowingForm(LocaleSynchronizationModelForm):
    """“Sync from” of a language: it follows the source's tree, or has a tree of its own and follows none."""

    def validate_with_locale(self, locale: Locale) -> None:
        """Refuse what would fill a tree that is written by hand with German pages, or let one translation follow another.

        Raises:
            ValidationError: says which.
        """
        super().validate_with_locale(locale)
        language = languages_by_code().get(locale.language_code)
        if language is not None and not language.follows_source:
            raise ValidationError(
                pgettext("admin", "%(language)s has pages of its own and follows no other language.")
                % {"language": language.name}
            )
        source = self.cleaned_data.get("sync_from")
        if source is not None and source.language_code != SOURCE_LANGUAGE:
            raise ValidationError({"sync_from": pgettext("admin", "Languages follow the German pages only.")})


def apply() -> None:
    """Let the admin use the form.

    wagtail-localize 1.14 has no setting for the form of its component. This can go when it has one.
    """
    LocaleSynchronization.base_form_class = FollowingForm
