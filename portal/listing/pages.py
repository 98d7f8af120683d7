"""The two page types that a kind of content extends: the index, and what stands in it."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from wagtail.models import Page

from portal.discovery.head import absolute
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import BasePage, CoverMixin, LeadMixin
from portal.pages import cards, versions
from portal.pages.cards import Card, Form, Metaline
from portal.pages.links import Link
from portal.pages.readers import Needs

from . import facts, goals, lists
from .declarations import APART, CLOSING, NEWEST, UPCOMING, Listing, value
from .forms import FilterForm

PAST, YES = "past", "yes"
"""How the list of what is over is asked for, where it stands apart."""

PAST_SHOWN = 3
"""How many of them stand below the others."""


class IndexPage(LeadMixin, CoverMixin, BasePage):  # type: ignore[misc]
    """The list of a kind: filters, pages, and what to read where there is nothing. It lists the kind that may lie below it."""

    per_page: ClassVar[int] = 10
    lists_whole_kind: ClassVar[bool] = False
    """Whether it lists all pages of its kind in its language, wherever they lie, and not those below it."""

    shows_picture = False
    template = "pages/index_page.html"
    show_in_menus_default = True

    content_panels: ClassVar[list[Any]] = [*BasePage.content_panels, *LeadMixin.lead_panels]
    promote_panels: ClassVar[list[Any]] = [*CoverMixin.cover_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list[Any]] = [*BasePage.search_fields, *LeadMixin.lead_search_fields]
    translatable_fields: ClassVar[list[Any]] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        *CoverMixin.cover_translatable_fields,
    ]

    class Meta:
        abstract = True

    @classmethod
    def listed_models(cls) -> list[type[Page]]:
        """Return the page types that may lie below this one and have a declaration."""
        return [model for model in cls.clean_subpage_models() if getattr(model, "listing", None) is not None]

    @classmethod
    def listed_model(cls) -> type[Page]:
        """Return the page type that the index is of."""
        return cls.listed_models()[0]

    def rows(self) -> QuerySet[Any]:
        """Return the rows of what stands in this index."""
        return lists.of_index(self)

    def filter_form(self, request: HttpRequest, is_past: bool | None = None) -> FilterForm:
        """Return the form of filters, its choices made from what there is."""
        model = self.listed_model()
        return FilterForm(request.GET, model, lists.values(self, model, is_past), self.locale_id)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the filters and one page of the list."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        model = self.listed_model()
        shows_past = model.listing.over == APART and request.GET.get(PAST) == YES
        is_past = shows_past or lists.present(model.listing)
        form = self.filter_form(request, is_past)
        filters = form.filters() | ({PAST: YES} if shows_past else {})
        if filters:
            rows = lists.filtered(self.rows(), form.terms())
            found = lists.PageList(rows, model, model.listing, is_past=is_past)
        else:
            found = lists.whole(self, model)
        page = lists.ListPaginator(found, self.per_page).get_page(request.GET.get("page"))  # type: ignore[arg-type]
        entries = [card.shown_as(Form.ITEM) for card in cards.varied(cards.of(page.object_list))]
        # On the first page without filters the newest stands large above the list.
        is_led = model.listing.order == NEWEST and page.number == 1 and not filters
        leading = entries.pop(0).shown_as(Form.ROW) if entries and is_led else None
        is_empty = not (entries or leading or filters)
        context.update(
            form=form,
            listing=model.listing,
            list_url=self.address,
            original_list=self._original_list(context["reader"].versions.original, is_empty),
            is_filtered=bool(filters),
            filter_query=urlencode(filters),
            results=page,
            # Of the head: what is filtered is no further page of the list.
            page_number=1 if filters else page.number,
            counted=lists.COUNTED,
            leading=leading,
            entries=entries,
            shows_past=shows_past,
            past=self._past(entries) if model.listing.over == APART and not filters and page.number == 1 else [],
            past_link=Link(f"{self.address}?{PAST}={YES}", gettext("The whole list")),
        )
        return context

    def entries(self, request: HttpRequest) -> list[Card]:
        """Return one page of the list."""
        context: dict[str, Any] = self.get_context(request)
        return [*([context["leading"]] if context["leading"] else []), *context["entries"]]

    def _original_list(self, original: Page | None, is_empty: bool) -> str:
        """Return the address of the German list, which may hold more; nothing where it holds nothing either."""
        if original is None or original.pk == self.pk:
            return ""
        model = self.listed_model()
        rows = lists.of_index(self, original.locale_id)
        if is_empty and not lists.PageList(rows, model, model.listing, is_past=lists.present(model.listing)).count():
            return ""
        return original.get_url()

    def _past(self, entries: list[Card]) -> list[Card]:
        """Return the last ones that are over, as entries of a list that stands below the one of what is to come."""
        model = self.listed_model()
        found = lists.PageList(self.rows(), model, model.listing, is_past=True).first(PAST_SHOWN)
        return [card.shown_as(Form.ITEM) for card in cards.varied(cards.of(found), before=entries)]


class ListedPage(BasePage):
    """A page of a kind, which stands in an index: what is said of it at a glance, and further ones."""

    listing: ClassVar[Listing]
    shows_picture = False
    subpage_types: ClassVar[list[str]] = []
    show_in_menus_default = False

    class Meta:
        abstract = True

    @property
    def dateline(self) -> Metaline:
        """Return the line above the title of the page itself."""
        place = str(value(self, "place") or "")
        return Metaline(
            badge=self.card_kind,
            state=self.card_state,
            status=self.status_in_time,
            date=self.known_date,
            place=place,
            place_language=self.foreign_language_of("place") if place else "",
        )

    def foreign_language_of(self, name: str) -> str:
        """Return the source's language for a field that was published untranslated, else nothing."""
        return SOURCE_LANGUAGE if name in versions.untranslated_in(self) else ""

    def linked_ids(self) -> set[int]:
        """Return the pages of the goals that it serves."""
        return goals.page_ids(getattr(self, goals.FIELD, ()))

    def glance(self) -> list[Any]:
        """Return the facts, as they are declared; none leads to a list."""
        return facts.of_page(self)

    def further_ids(self, count: int = 3) -> list[int]:
        """Return the ids of the first other pages of the kind in the same language; those that share a topic come before the others."""
        if self.listing.order in (UPCOMING, CLOSING):
            # Those that are over are none of them, and that changes with time.
            ids = lists.latest_ids(type(self), self.language_code, count + 1)
        else:
            topics = tuple(sorted(str(topic.pk) for topic in getattr(self, "topic_list", ())))
            ids = lists.first_ids(self._meta.label_lower, self.language_code, topics, count + 1)
        return [pk for pk in ids if pk != self.pk][:count]

    def further_items(self, count: int = 3) -> list[Card]:
        """Return them as cards."""
        return cards.laid_out([cards.card_of(page) for page in cards.shown_for(self.further_ids(count))])

    def needs(self) -> Needs:
        """Return what is read together, further pages too."""
        needs = super().needs()
        needs.shown.update(self.further_ids())
        return needs

    def list_address(self) -> str:
        """Return the address of the index: the parent's, which is this one's without the last part."""
        return self.address.rstrip("/").rpartition("/")[0] + "/"

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the facts, further pages of the kind and the address to share."""
        context = super().get_context(request, *args, **kwargs)
        url, index_url = self.address, self.list_address()
        context.update(
            index_url=index_url,
            facts=facts.of_page(self, index_url),
            all_of_kind=Link(index_url, str(self.listing.all_label)),
            further=self.further_items(),
            share_url=absolute(url),
        )
        return context
