"""The editing form of all pages."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page, PageViewRestriction

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.language.slugs import is_reserved
from portal.pages import restrictions

from .conflicts import refuse_outdated


def reserved_message(slug: str) -> str:
    """Return why a slug is refused."""
    text = pgettext("admin", "“%(slug)s” is an address of the portal itself. Please choose another one.")
    return text % {"slug": slug}


class CounterpartChooser(AdminPageChooser):
    """A chooser of German pages; it opens where the counterpart of a page would stand."""

    def __init__(self, beside: Page, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.beside = beside

    def get_js_init_options(self, id_: str, name: str, value_data: dict | None) -> dict[str, object]:
        """Add where to open: Wagtail's script heeds `parentId` only where a page was chosen already."""
        options = super().get_js_init_options(id_, name, value_data)
        if "parentId" not in options and (place := self._place()):
            options["modalUrl"] = reverse("wagtailadmin_choose_page_child", args=[place])
        return options

    def _place(self) -> int | None:
        """Return the German version of the nearest page above that has one, else the German home page."""
        german = Page.objects.filter(locale__language_code=SOURCE_LANGUAGE)
        keys = list(self.beside.get_ancestors(inclusive=True).order_by("-depth").values_list("translation_key", flat=True))
        ids = dict(german.filter(translation_key__in=keys).values_list("translation_key", "pk"))
        found = next((ids[key] for key in keys if key in ids), None)
        return found or german.filter(depth=2).values_list("pk", flat=True).first()


class BaseCopyForm(CopyForm):
    """The form for copying a page, without “alias”: a page has one version in a language, and one address there."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)

    def clean(self) -> dict[str, object]:
        """Refuse what asks for an alias all the same, rather than make a copy of it."""
        cleaned = super().clean()
        if self.data.get("alias"):
            text = pgettext("admin", "A page can be copied, not shown at two addresses of one language. Link to it instead.")
            # Wagtail's page shows the errors of fields only.
            self.add_error("new_parent_page", text)
        return cleaned


def _with_plain_line_ends(data: QueryDict | None) -> QueryDict | None:
    """Return what was sent with line ends as texts are stored: browsers send others, and nothing has changed by that."""
    if not isinstance(data, QueryDict):
        return data
    plain = data.copy()
    for name, values in data.lists():
        plain.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return plain


class BasePageForm(WagtailAdminPageForm):
    """The editing form of all pages.

    An empty slug is allowed and is made from the title. A page in a language with a tree of its own may name the page of the
    source language that it stands beside; the two then share their translation key.

    Apps ask something beside by the hook `extend_page_form`, whose functions take the form and add fields to it; what was answered is
    the page's `form_values`, while its revision is saved (`BasePage.save_revision`).
    """

    counterpart = forms.ModelChoiceField(
        queryset=Page.objects.all(),
        required=False,
        label=pgettext_lazy("admin", "German page"),
        help_text=pgettext_lazy(
            "admin",
            "The page with the same content in German, if there is one. Readers can then change between the two.",
        ),
    )

    def __init__(self, data: QueryDict | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(_with_plain_line_ends(data), *args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        for name in ("topics", "regions"):
            # Pages of all languages refer to the terms of the source language.
            if name in self.fields:
                self.fields[name].queryset = self.fields[name].queryset.filter(locale__language_code=SOURCE_LANGUAGE)
        for extend in hooks.get_hooks("extend_page_form"):
            extend(self)
        locale = self.instance.locale if self.instance.locale_id else getattr(self.parent_page, "locale", None)
        language = languages_by_code().get(locale.language_code) if locale else None
        if language is None or language.follows_source or self.instance.depth == 2:
            del self.fields["counterpart"]
            return
        # Not made with the class: the chooser asks for models that are not loaded yet by then.
        self.fields["counterpart"].widget = CounterpartChooser(self.parent_page or self.instance.get_parent())
        if self.instance.pk:
            key = self.instance.translation_key
            self.fields["counterpart"].initial = self._sources().filter(translation_key=key).first()

    def full_clean(self) -> None:
        """Validate what was sent.

        Raises:
            BadRequest: it was not made by this form: the counters of its blocks are missing or no numbers.
        """
        try:
            super().full_clean()
        except (MultiValueDictKeyError, TypeError, ValueError) as error:
            # Blocks read what was sent before anything validates it.
            raise BadRequest(f"Malformed page form: {error}") from error

    def clean(self) -> dict[str, object]:
        """Refuse to overwrite what somebody else has saved meanwhile."""
        cleaned = super().clean()
        refuse_outdated(self)
        return cleaned

    @staticmethod
    def _sources() -> models.QuerySet:
        return Page.objects.filter(locale__language_code=SOURCE_LANGUAGE)

    def clean_slug(self) -> str:
        """Return the slug; a page that is new does not know yet where it will be.

        Raises:
            ValidationError: one of the portal's own views lies there.
        """
        slug = self.cleaned_data["slug"]
        if is_reserved(slug, self.parent_page):
            raise ValidationError(reserved_message(slug))
        return slug

    def clean_counterpart(self) -> Page | None:
        """Return the page of the source language that was chosen, itself or by one of its translations.

        Raises:
            ValidationError: there is none, or it has another version in this language already.
        """
        chosen = self.cleaned_data["counterpart"]
        if chosen is None:
            return None
        source = self._sources().filter(translation_key=chosen.translation_key, depth__gt=2).first()
        if source is None:
            raise ValidationError(pgettext("admin", "Please choose a German page."))
        locale_id = self.instance.locale_id or self.parent_page.locale_id
        others = Page.objects.filter(translation_key=source.translation_key, locale_id=locale_id)
        if other := others.exclude(pk=self.instance.pk).first():
            raise ValidationError(
                pgettext("admin", "“%(page)s” belongs to this German page already.") % {"page": other.title}
            )
        return source

    def save(self, commit: bool = True) -> Page:
        """Save the page; which German page it stands beside holds at once, for the live version too."""
        self.instance.form_values = self.cleaned_data
        if "counterpart" in self.cleaned_data:
            source = self.cleaned_data["counterpart"]
            if source is not None:
                self.instance.translation_key = source.translation_key
            elif self.fields["counterpart"].initial is not None:
                self.instance.translation_key = uuid.uuid4()
            if self.instance.pk:
                self._link()
        return super().save(commit)

    @transaction.atomic
    def _link(self) -> None:
        """Write which page it stands beside. Beside another one or none it stays as private as it was, until somebody lifts that."""
        bound_by = list(restrictions.binding(self.instance).values_list("pk", flat=True))
        Page.objects.filter(pk=self.instance.pk).update(translation_key=self.instance.translation_key)
        changes.happened(changes.Event.LINKED, self.instance)
        restrictions.make_own(self.instance, PageViewRestriction.objects.filter(pk__in=bound_by), self.instance)


class ReviewedPageForm(BasePageForm):
    """A review has a day that has come, and somebody who did it."""

    def clean(self) -> dict[str, object]:
        """Ask for the day and for whoever reviewed, both or neither."""
        cleaned: dict[str, Any] = super().clean()
        day, who = cleaned.get("reviewed_on"), cleaned.get("reviewed_by")
        if day and day > timezone.localdate():
            self.add_error("reviewed_on", pgettext("admin", "This day has not come yet."))
        if day and not who and "reviewed_by" in self.fields:
            self.add_error("reviewed_by", pgettext("admin", "Please say who checked the page on that day."))
        if who and not day and "reviewed_on" in self.fields and "reviewed_on" not in self.errors:
            self.add_error("reviewed_on", pgettext("admin", "Please say on which day the page was checked."))
        return cleaned
