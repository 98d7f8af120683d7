"""What editors maintain for the search, in Wagtail's admin."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList, PageChooserPanel
from wagtail.admin.ui.tables import Column
from wagtail.models import Locale
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet, SnippetViewSetGroup

from portal.language.languages import languages_by_code
from portal.pages import versions

from .models import BlockedSuggestion, PromotedResult, Synonyms


class PrefilledCreateView(CreateView):
    """The form for something new; the report's links fill it with the query that they stand beside."""

    prefilled_field = ""

    def get_initial_form_instance(self) -> models.Model:
        """Return a new object with what the address brings."""
        instance = super().get_initial_form_instance() or self.model()
        setattr(instance, self.prefilled_field, self.request.GET.get("query", "")[:200])
        if not hasattr(self.model, "translation_key") and (code := self.request.GET.get("language", "")):
            instance.locale = Locale.objects.filter(language_code=code).first()
        return instance


class SynonymsCreateView(PrefilledCreateView):
    """New synonyms."""

    prefilled_field = "expressions"


class PromotedResultCreateView(PrefilledCreateView):
    """A new promoted result."""

    prefilled_field = "queries"


class BlockedSuggestionCreateView(PrefilledCreateView):
    """A new blocked suggestion."""

    prefilled_field = "text"


class LanguageForm(WagtailAdminModelForm):
    """A form whose language must be one that the person works in, and one of the portal's."""

    def clean_locale(self) -> Locale:
        """Return the language.

        Raises:
            ValidationError: the person has no right in it.
        """
        locale = self.cleaned_data["locale"]
        probe = self._meta.model(locale=locale)
        policy = policy_registry.get(probe)
        if self.for_user is not None and not policy.user_has_permission_for_instance(self.for_user, "change", probe):
            self.add_error("locale", pgettext("admin", "You do not work in this language."))
        elif locale.language_code not in languages_by_code():
            self.add_error("locale", pgettext("admin", "The portal does not have this language."))
        return locale


class PromotedResultForm(LanguageForm):
    """A promoted result; its page must be there in its language."""

    def clean(self) -> dict[str, object]:
        """Exchange the page for its version in the language.

        Raises:
            ValidationError: it has none.
        """
        cleaned = super().clean()
        page, locale = cleaned.get("page"), cleaned.get("locale")
        if page is not None and locale is not None:
            version = versions.translations(page).get(locale.language_code)
            if version is None:
                self.add_error("page", pgettext("admin", "This page cannot be read in this language yet."))
            else:
                cleaned["page"] = version
        return cleaned


class ByLanguageViewSet(SnippetViewSet):
    """What editors maintain for each language; lists of it are short enough to be searched in the database."""

    list_filter = ("locale",)
    search_backend_name = None


class SynonymsViewSet(ByLanguageViewSet):
    """Synonyms."""

    model = Synonyms
    icon = "comment"
    add_view_class = SynonymsCreateView
    list_display = ("__str__", "locale")
    list_per_page = 100
    search_fields = ("expressions",)
    menu_label = pgettext_lazy("admin", "Synonyms")


class PromotedResultViewSet(ByLanguageViewSet):
    """Promoted results."""

    model = PromotedResult
    icon = "pick"
    add_view_class = PromotedResultCreateView
    list_display = ("__str__", Column("page_title", label=pgettext_lazy("admin", "Page")), "locale")
    search_fields = ("queries", "page__title")
    menu_label = pgettext_lazy("admin", "Promoted results")
    edit_handler = ObjectList(
        [
            FieldPanel("locale"),
            FieldPanel("queries"),
            PageChooserPanel("page"),
            FieldPanel("text"),
            FieldPanel("sort_order"),
        ],
        base_form_class=PromotedResultForm,
    )


class BlockedSuggestionViewSet(ByLanguageViewSet):
    """Blocked suggestions."""

    model = BlockedSuggestion
    icon = "no-view"
    add_view_class = BlockedSuggestionCreateView
    list_display = ("text", "locale")
    search_fields = ("text",)
    menu_label = pgettext_lazy("admin", "Blocked suggestions")
    edit_handler = ObjectList([FieldPanel("locale"), FieldPanel("text")], base_form_class=LanguageForm)


class SearchSnippetGroup(SnippetViewSetGroup):
    """All of it in the menu."""

    menu_label = pgettext_lazy("admin", "Website search")
    menu_icon = "search"
    menu_order = 360
    items = (SynonymsViewSet, PromotedResultViewSet, BlockedSuggestionViewSet)
