"""Where the portal's rules on languages enter Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote as quote_url

from django.contrib.admin.utils import quote
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from django.utils.translation import pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.utils import set_query_params
from wagtail.admin.widgets.button import BaseButton, Button
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import BaseLogEntry, Locale, Page, PageLogEntry, TranslatableMixin
from wagtail_localize.models import Translation
from wagtail_localize.views import edit_translation

from portal.discovery.release import OpenPoint
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.pages import restrictions, schedules
from translation import aliases, cascades, demo_accounts, returning
from translation.guards import no_right_in_language, refuse, refuse_incomplete
from translation.middleware import ask
from translation.permissions import (
    is_locked_for,
    reason_against_change,
    reason_against_publication,
    translation_into,
    working_locale_ids,
    works_in,
)
from translation.publishing import OFFLINE
from translation.upstream import names
from translation.urls import admin_patterns
from translation.views.own_tree import after_in
from translation.views.pages import BULK_ACTIONS, TranslatedPageViewSet
from translation.views.pages_api import TranslatedPagesAPIViewSet
from translation.views.publish import publish_in_editor

LOG_ACTION_TEXT = "translation.text_replaced"
"""Logged by the migration that brought texts into one form."""


@hooks.register("register_admin_urls", order=-1)
def register_guarded_urls() -> list[URLPattern | URLResolver]:
    """Put the guarded views before the originals."""
    return admin_patterns()


@hooks.register("construct_reports_menu")
def name_report(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Name the report on translations in the language of whoever looks."""
    names.name_report(menu_items)


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


def _refuse_incomplete(request: HttpRequest, instance: TranslatableMixin) -> HttpResponse | None:
    """Refuse publishing a translation that lacks texts, unless somebody with that right insists."""
    if request.method != "POST" or request.POST.get("action") != "publish":
        return None
    return refuse_incomplete(request, instance)


@hooks.register("before_publish_page", order=-1)
def respect_missing_texts(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse publishing a translation that lacks texts from Wagtail's own editor; ask about one whose source is offline.

    What was typed is a draft by then; saying yes publishes that.
    """
    if response := refuse_incomplete(request, page):
        return response
    if OFFLINE in request.POST or not schedules.would_be_alone(page):
        return None
    address = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={page.pk}"
    return ask(request, page, address=f"{address}&next={quote_url(request.path)}", fields={})


@hooks.register("before_edit_page", order=-1)
def respect_lock_of_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse publishing or restarting the translation of a locked page, and publishing one that lacks texts; publish others."""
    if response := _refuse_locked(request, page) or _refuse_incomplete(request, page):
        return response
    is_publication = request.method == "POST" and request.POST.get("action") == "publish"
    if not is_publication and page.alias_of_id is None:
        return None
    translation = translation_into(page)
    if translation is None:
        return None
    if is_publication:
        if reason := reason_against_publication(request.user, page):
            return refuse(request, reason)
        return publish_in_editor(request, translation, page)
    # It shows the German page until its translation is first published; wagtail-localize would offer to hand it over once more.
    return edit_translation.edit_translation(request, translation, page)


@hooks.register("before_convert_alias_page", order=-1)
def respect_text_of_alias(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse turning an alias into an ordinary page: its German text would count as written in the other language."""
    if page.alias_of.locale_id == page.locale_id:
        if request.method == "POST":
            # The text that it takes over stays as private as it is.
            restrictions.make_own(page, restrictions.binding(page), page.get_parent())
        return None
    return refuse(request, pgettext("admin", "This page shows the German one. To write it in its own language, translate it."))


@hooks.register("before_edit_snippet", order=-1)
def respect_language_of_snippet(request: HttpRequest, instance: Model) -> HttpResponse | None:
    """Refuse editing a snippet in a language that the user does not work in, or one that is locked."""
    if not isinstance(instance, TranslatableMixin):
        return None
    if not works_in(request.user, instance.locale_id):
        return refuse(request, no_right_in_language(instance.locale))
    return _refuse_locked(request, instance) or _refuse_incomplete(request, instance)


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


def _own_tree_buttons(page: Page, user: AbstractBaseUser) -> Iterator[Button]:
    """Yield, for a page of the source language, a button for each language with a tree of its own."""
    if page.depth <= 2 or page.locale.language_code != SOURCE_LANGUAGE:
        return
    for language in LANGUAGES:
        if language.follows_source:
            continue
        locale = Locale.objects.filter(language_code=language.code).first()
        if locale is None or not works_in(user, locale.pk):
            continue
        if Page.objects.filter(translation_key=page.translation_key, locale=locale).exists():
            label = pgettext("admin", "Edit page in %(language)s")
        else:
            label = pgettext("admin", "Create page in %(language)s")
        yield Button(
            label % {"language": after_in(language)},
            reverse("add_version", args=[language.code, page.pk]),
            icon_name="doc-empty-inverse",
            priority=55,
        )


@hooks.register("register_page_header_buttons")
def own_tree_header_buttons(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Offer to write a page in Leichte Sprache from its German page."""
    yield from _own_tree_buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def own_tree_listing_buttons(page: Page, user: AbstractBaseUser, next_url: str | None = None) -> Iterator[Button]:
    """Offer the same in the explorer."""
    yield from _own_tree_buttons(page, user)


def _taking_back_buttons(page: Page, user: AbstractBaseUser) -> Iterator[Button]:
    """Yield a button for a translation that has pages below it: of those Wagtail asks for a right of its own to delete them."""
    if page.alias_of_id is not None or page.permissions_for_user(user).can_delete() or aliases.source_shown(page) is None:
        return
    if not reason_against_publication(user, page):
        url = reverse("wagtailadmin_pages:delete", args=[page.pk])
        yield Button(pgettext("admin", "Take the translation back"), url, icon_name="undo", priority=56)


@hooks.register("register_page_header_buttons")
def taking_back_header_buttons(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Offer to take a translation back whose pages below stay."""
    yield from _taking_back_buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def taking_back_listing_buttons(page: Page, user: AbstractBaseUser, next_url: str | None = None) -> Iterator[Button]:
    """Offer the same in the explorer."""
    yield from _taking_back_buttons(page, user)


@hooks.register("construct_admin_api", order=1)
def guard_pages_api(router: WagtailAPIRouter) -> None:
    """Answer for pages instead of Wagtail's own view."""
    router.register_endpoint("pages", TranslatedPagesAPIViewSet)


@hooks.register("register_admin_viewset")
def register_page_viewset() -> TranslatedPageViewSet:
    """Ask on Wagtail's screens whether a German page's translations move, go offline or are deleted with it."""
    return TranslatedPageViewSet()


@hooks.register("before_copy_page")
def refuse_copies_of_aliases(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse copying what shows a page of another language: its text would count as written in this one."""
    if page.alias_of_id is None or page.alias_of.locale_id == page.locale_id:
        return None
    return refuse(request, pgettext("admin", "This page shows the German one. To have another page like it, copy that."))


@hooks.register("after_copy_page")
def follow_copy(request: HttpRequest, page: Page, new_page: Page) -> None:
    """A copy of a German page has versions in the languages that follow; wagtail-localize makes them for new pages only."""
    cascades.make_followers(new_page)


for _action in BULK_ACTIONS:
    # After Wagtail's own: the last one of a name is taken.
    hooks.register("register_bulk_action", _action, order=1)


@hooks.register("register_log_actions")
def register_cascade(actions: LogActionRegistry) -> None:
    """Show in a page's history what was chosen for its translations."""

    @actions.register_action(cascades.LOG_ACTION)
    class CascadeFormatter(LogFormatter):
        label = pgettext_lazy("admin", "Translations follow")

        def format_message(self, log_entry: PageLogEntry) -> str:
            """Return the choice and the pages, as a sentence."""
            names = ", ".join(f"{page['title']} ({page['language']})" for page in log_entry.data.get("pages", ()))
            return str(_CASCADES.get((log_entry.data.get("action"), log_entry.data.get("choice")), "%(pages)s")) % {
                "pages": names
            }

    actions.register_action(
        cascades.TAKEN_OFF,
        pgettext_lazy("admin", "Taken off with the source"),
        pgettext_lazy("admin", "Went offline with the page that it translates"),
    )
    actions.register_action(
        returning.BROUGHT_BACK,
        pgettext_lazy("admin", "Online again with the source"),
        pgettext_lazy("admin", "Came online again with the page that it translates"),
    )

    @actions.register_action(LOG_ACTION_TEXT)
    class ReplacedTextFormatter(LogFormatter):
        label = pgettext_lazy("admin", "Two translations became one")

        def format_message(self, log_entry: BaseLogEntry) -> str:
            """Return what is shown and what was not kept, as a sentence."""
            return pgettext("admin", "Of two translations of “%(source)s” the newer stays: “%(kept)s”. The other one was: “%(lost)s”") % {
                name: log_entry.data.get(name, "") for name in ("source", "kept", "lost")
            }


_CASCADES = {
    ("move", cascades.ALL): pgettext_lazy("admin", "Translations moved with the page: %(pages)s"),
    ("move", cascades.SOURCE_ONLY): pgettext_lazy("admin", "Moved without its translations: %(pages)s"),
    ("unpublish", cascades.ALL): pgettext_lazy("admin", "Translations unpublished with the page: %(pages)s"),
    ("unpublish", cascades.SOURCE_ONLY): pgettext_lazy("admin", "Unpublished without its translations: %(pages)s"),
    ("publish", cascades.ALL): pgettext_lazy("admin", "Translations online again with the page: %(pages)s"),
    ("delete", cascades.ALL): pgettext_lazy("admin", "Translations deleted with the page: %(pages)s"),
    ("delete", cascades.SOURCE_ONLY): pgettext_lazy("admin", "Deleted without its translations: %(pages)s"),
}


hooks.register("demo_accounts", demo_accounts.existing)


@hooks.register("register_open_points")
def register_demo_accounts_as_open() -> list[OpenPoint]:
    """Name the demo accounts that can still sign in to whoever releases the portal."""
    names = [user.get_username() for user in demo_accounts.existing()]
    if not names:
        return []
    text = pgettext("admin", "Demo accounts can still sign in: %(names)s.")
    return [OpenPoint(text % {"names": ", ".join(names)}, reverse("wagtailusers_users:index"))]
