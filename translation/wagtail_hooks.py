"""Where the portal's rules on languages enter Wagtail's admin."""

from __future__ import annotations

from django.contrib.admin.utils import quote
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from wagtail import hooks
from wagtail.admin.utils import set_query_params
from wagtail.admin.widgets.button import BaseButton
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.models import Translation

from translation.guards import no_right_in_language, refuse
from translation.permissions import is_locked_for, reason_against_change, working_locale_ids, works_in
from translation.urls import admin_patterns


@hooks.register("register_admin_urls", order=-1)
def register_guarded_urls() -> list[URLPattern | URLResolver]:
    """Put the guarded views before the originals."""
    return admin_patterns()


def _refuse_locked(request: HttpRequest, instance: TranslatableMixin) -> HttpResponse | None:
    """Refuse what wagtail-localize would write to a locked object: it asks for no locks, as Wagtail's editor does."""
    if request.method != "POST" or not is_locked_for(request.user, instance):
        return None
    translations = Translation.objects.filter(
        source__object_id=instance.translation_key, target_locale_id=instance.locale_id
    )
    if "localize-restart-translation" not in request.POST:
        translations = translations.filter(enabled=True)
    if translations.exists():
        return refuse(request, reason_against_change(request.user, instance))
    return None


@hooks.register("before_edit_page", order=-1)
def respect_lock_of_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse publishing or restarting the translation of a locked page."""
    return _refuse_locked(request, page)


@hooks.register("before_edit_snippet", order=-1)
def respect_language_of_snippet(request: HttpRequest, instance: Model) -> HttpResponse | None:
    """Refuse editing a snippet in a language that the user does not work in, or one that is locked."""
    if not isinstance(instance, TranslatableMixin):
        return None
    if not works_in(request.user, instance.locale_id):
        return refuse(request, no_right_in_language(instance.locale))
    return _refuse_locked(request, instance)


@hooks.register("before_delete_snippet", order=-1)
def respect_language_of_deleted_snippets(request: HttpRequest, instances: list[Model]) -> HttpResponse | None:
    """Refuse deleting snippets in languages that the user does not work in."""
    for instance in instances:
        if isinstance(instance, TranslatableMixin) and not works_in(request.user, instance.locale_id):
            return refuse(request, no_right_in_language(instance.locale))
    return None


@hooks.register("before_create_snippet", order=-1)
def respect_language_of_new_snippet(request: HttpRequest, model: type[Model]) -> HttpResponse | None:
    """Refuse new snippets in languages that the user does not work in; without a choice, choose one of theirs."""
    if not issubclass(model, TranslatableMixin) or "pk" in request.resolver_match.kwargs:
        # The copy of a snippet has its language; its address is guarded like all that name an instance.
        return None
    code = request.GET.get("locale")
    locale = get_object_or_404(Locale, language_code=code) if code else Locale.get_default()
    if works_in(request.user, locale.pk):
        return None
    own = Locale.objects.filter(pk__in=working_locale_ids(request.user)).first()
    if request.method == "GET" and not code and own:
        return HttpResponseRedirect(set_query_params(request.get_full_path(), {"locale": own.language_code}))
    return refuse(request, no_right_in_language(locale))


@hooks.register("construct_snippet_listing_buttons")
def hide_useless_buttons(buttons: list[BaseButton], snippet: Model, user: AbstractBaseUser) -> None:
    """Take away the buttons for what would be refused."""
    if not isinstance(snippet, TranslatableMixin) or works_in(user, snippet.locale_id):
        return
    useless = set()
    for name in ("edit", "copy", "delete"):
        try:
            useless.add(reverse(snippet.snippet_viewset.get_url_name(name), args=[quote(snippet.pk)]))
        except NoReverseMatch:
            continue
    buttons[:] = [button for button in buttons if str(getattr(button, "url", "")).split("?")[0] not in useless]
