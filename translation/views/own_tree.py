"""A page in a language with a tree of its own, begun beside its page of the source language."""

from __future__ import annotations

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import Locale, Page
from wagtail_localize.fields import SynchronizedField

from portal.language.languages import SOURCE_LANGUAGE, Language, languages_by_code
from translation.guards import no_right_in_language, refuse
from translation.permissions import may_read

# As the name stands after “in” in a sentence; languages that inflect names say it in their catalog.
_AFTER_IN = {"Leichte Sprache": pgettext_lazy("admin, after “in”", "Leichte Sprache")}


def after_in(language: Language) -> str:
    """Return the name of a language as it stands after “in”: “Seite in Leichter Sprache”."""
    return str(_AFTER_IN.get(language.name, language.name))


def add_version(request: HttpRequest, page_id: int, language_code: str) -> HttpResponse:
    """Begin a page beside one of the source language: an empty draft of the same type, in the same place of the other tree.

    Raises:
        Http404: there is no such page, or the language has no tree of its own.
    """
    language = languages_by_code().get(language_code)
    source = get_object_or_404(Page, pk=page_id, locale__language_code=SOURCE_LANGUAGE, depth__gt=1).specific
    if language is None or language.follows_source:
        raise Http404
    locale = get_object_or_404(Locale, language_code=language_code)
    if not may_read(request.user, source):
        # Its title stands on the page that asks.
        return refuse(request, no_right_in_language(source.locale))
    if existing := Page.objects.filter(translation_key=source.translation_key, locale=locale).first():
        return redirect("wagtailadmin_pages:edit", existing.pk)
    parent = parent_for(source, locale)
    if parent is None:
        return refuse(
            request,
            pgettext("admin", "There is no place for a page of this type in this language: %(language)s.")
            % {"language": language.name},
        )
    if not parent.permissions_for_user(request.user).can_add_subpage():
        return refuse(request, no_right_in_language(language.name))
    if request.method != "POST":
        context = {"source": source, "parent": parent, "name": after_in(language)}
        return render(request, "translation/add_version.html", context)
    page = begin(source, parent, locale, request.user)
    messages.success(
        request, pgettext("admin", "“%(page)s” is a draft now. Write it in your own words.") % {"page": page.title}
    )
    return redirect("wagtailadmin_pages:edit", page.pk)


def parent_for(source: Page, locale: Locale) -> Page | None:
    """Return the page below which a version of `source` belongs in another tree: the nearest of its ancestors there."""
    keys = list(source.get_ancestors().order_by("-depth").values_list("translation_key", flat=True))
    found = {page.translation_key: page for page in Page.objects.filter(translation_key__in=keys, locale=locale)}
    for key in keys:
        if key in found and type(source).can_create_at(found[key].specific):
            return found[key].specific
    return None


def begin(source: Page, parent: Page, locale: Locale, user: object) -> Page:
    """Return a new draft beside `source`: what is the same in all languages is taken over, the texts are to be written."""
    page = type(source)(
        locale=locale, translation_key=source.translation_key, title=source.title, live=False, owner=user
    )
    for field in type(source).translatable_fields:
        model_field = source._meta.get_field(field.field_name)
        if isinstance(field, SynchronizedField) and not model_field.many_to_many:
            setattr(page, field.field_name, getattr(source, field.field_name))
        elif isinstance(model_field, (models.CharField, models.TextField)) and not model_field.blank:
            setattr(page, field.field_name, source.title)
    parent.add_child(instance=page)
    for name in ("topics", "regions"):
        if hasattr(source, name):
            setattr(page, name, list(getattr(source, name).all()))
    page.save_revision(user=user, log_action=True)
    return page
