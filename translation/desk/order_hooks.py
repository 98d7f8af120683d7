"""Where orders enter Wagtail's admin: addresses, buttons, the bulk action, the start page, the account, the runner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser, User
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import classproperty
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from portal.admin.start import LINES, Box, Line
from portal.jobs import Periodic
from portal.language.languages import SOURCE_LANGUAGE
from portal.operation.leaving import Belonging, belonging
from translation.permissions import translation_into, working_locale_ids

from . import notices, order_files, order_views, orders, planning, review_notices, review_views, snippets
from .models import Notice, NoticeChoice, Order, OrderItem
from .order_models import ACTIVE, NoticeKind


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Add the addresses of orders."""
    return [
        path("translations/mine/", order_views.my_work, name="translation_my_work"),
        path("translations/orders/", order_views.index, name="translation_orders"),
        path("translations/orders/new/", order_views.new, name="translation_order_new"),
        path("translations/orders/<int:order_id>/", order_views.show, name="translation_order"),
        path("translations/orders/<int:order_id>/call-off/", order_views.call_off, name="translation_order_call_off"),
        path("translations/orders/<int:order_id>/again/", order_views.try_again, name="translation_order_again"),
        path("translations/orders/<int:order_id>/files/", order_files.files, name="translation_order_files"),
        path(
            "translations/orders/<int:order_id>/files/<slug:language_code>/<str:file_format>/",
            order_files.download,
            name="translation_order_file",
        ),
        path("translations/notices/<int:notice_id>/", order_views.notice, name="translation_notice"),
        path("translations/<int:page_id>/in/<slug:language_code>/", order_views.work, name="translation_work"),
        path("translations/<int:page_id>/in/<slug:language_code>/review/", review_views.review, name="translation_review"),
    ]


# --- buttons -----------------------------------------------------------------------------------------------------------------


def _button(page: Page, user: AbstractBaseUser) -> Iterator[Button]:
    """Yield the button that orders translations of a page of the source."""
    if page.depth < 2 or page.locale.language_code != SOURCE_LANGUAGE or not order_views.may_order(user):
        return
    address = order_views.address_of_new([page.pk])
    yield Button(pgettext("admin", "Order translations"), address, icon_name="wagtail-localize-language", priority=54)


@hooks.register("register_page_header_buttons")
def header_button(page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer it above a page."""
    yield from _button(page, user)


@hooks.register("register_page_header_buttons")
def work_button(page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Lead from a translation to its draft, review, publication and files."""
    if page.depth < 2 or page.locale.language_code == SOURCE_LANGUAGE or page.locale_id not in working_locale_ids(user):
        return
    if (translation := translation_into(page)) is None:
        return
    source = Page.objects.filter(translation_key=page.translation_key, locale=translation.source.locale_id).first()
    if source is not None:
        address = reverse("translation_work", args=[source.pk, page.locale.language_code])
        yield Button(pgettext("admin", "Draft, review, files"), address, icon_name="tasks", priority=53)


@hooks.register("register_page_listing_more_buttons")
def listing_button(page: Page, user: AbstractBaseUser, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the explorer."""
    yield from _button(page, user)


@hooks.register("register_bulk_action")
class OrderAction(PageBulkAction):
    """Orders translations of the pages that are ticked in the explorer: leads to the form."""

    display_name = pgettext_lazy("admin", "Order translations")
    action_type = "order_translations"
    aria_label = pgettext_lazy("admin", "Order translations of the chosen pages")
    template_name = "wagtailadmin/bulk_actions/confirmation/base.html"
    action_priority = 60

    def check_perm(self, page: Page) -> bool:
        """Return whether the person may order; which pages they may know of the form asks."""
        return order_views.may_order(self.request.user)

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead to the form with these pages; of a version in another language that is its German page."""
        pages, _left_out = self.get_actionable_objects()
        sources = Page.objects.filter(
            translation_key__in=[page.translation_key for page in pages], locale__language_code=SOURCE_LANGUAGE, alias_of=None
        )
        ids = list(sources.values_list("pk", flat=True)[: order_views.MOST_PAGES + 1])
        if len(ids) > order_views.MOST_PAGES:
            messages.warning(request, pgettext("admin", "These are too many at once."))
            return redirect(self.next_url)
        return redirect(order_views.address_of_new(ids))

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead there too: nothing is done here."""
        return self.get(request)


@hooks.register("register_bulk_action")
class OrderSnippetsAction(SnippetBulkAction):
    """Orders translations of the snippets that are ticked in a list: leads to the form."""

    display_name = pgettext_lazy("admin", "Order translations")
    action_type = "order_snippet_translations"
    aria_label = pgettext_lazy("admin", "Order translations of the chosen entries")
    template_name = "wagtailadmin/bulk_actions/confirmation/base.html"
    action_priority = 60

    @classproperty
    def models(cls) -> list[type[Model]]:  # noqa: N805
        """Return the kinds that are translated."""
        return snippets.kinds()

    def check_perm(self, snippet: Model) -> bool:
        """Return whether the person may order, and know of these."""
        return order_views.may_order(self.request.user) and self.model in snippets.kinds_for(self.request.user)

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead to the form with these snippets; of a version in another language that is its German one."""
        found, _left_out = self.get_actionable_objects()
        keys = [one.translation_key for one in found]
        ids = snippets.sources(self.model).filter(translation_key__in=keys).values_list("pk", flat=True)
        names = [snippets.name_of(self.model, pk) for pk in ids[: order_views.MOST_PAGES + 1]]
        if len(names) > order_views.MOST_PAGES:
            messages.warning(request, pgettext("admin", "These are too many at once."))
            return redirect(self.next_url)
        return redirect(order_views.address_of_new([], names))

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead there too: nothing is done here."""
        return self.get(request)


# --- the matrix ---------------------------------------------------------------------------------------------------------------


def box_of(row: Page | snippets.Row) -> SafeString:
    """Return a box by which a page or snippet is chosen; it belongs to the form above the matrix."""
    label = pgettext("admin", "Choose “%(page)s”") % {"page": row.shown_title}
    name, value = ("page", row.pk) if isinstance(row, Page) else ("snippet", row.name)
    return format_html('<input type="checkbox" name="{}" value="{}" form="order-pages" aria-label="{}"> ', name, value, label)


def note_of(item: OrderItem | None) -> SafeString | str:
    """Return who has a page to translate, until when; it leads to the order."""
    if item is None:
        return ""
    parts = [item.order.assignee_name or pgettext("admin", "ordered")]
    if item.order.due_on is not None:
        parts.append(date_format(item.order.due_on, "SHORT_DATE_FORMAT"))
    is_late = item.order.due_on is not None and item.order.due_on < timezone.localdate()
    late = format_html(' <b class="portal-late">{}</b>', pgettext("admin", "overdue")) if is_late else ""
    address = reverse("translation_order", args=[item.order_id])
    return format_html('<br><small><a href="{}">{}</a>{}</small>', address, " · ".join(parts), late)


# --- the start page -----------------------------------------------------------------------------------------------------------


def boxes(request: HttpRequest) -> Iterator[Box]:
    """Yield what a person is to translate, and what they were told of orders and did not look at."""
    user = request.user
    if not working_locale_ids(user):
        return
    rows = orders.work_of(user)
    lines = [Line(row["title"], row["edit_url"], row["language"], due_note(row["item"])) for row in order_views.rows_of(user, rows[:LINES])]
    yield Box("my-work", pgettext_lazy("admin", "My work"), lines, reverse("translation_my_work"), rows.count(), order=15)
    unseen = list(notices.unseen(user))
    told = [Line(text, reverse("translation_notice", args=[one.pk]), note=_when(one)) for one, text in notices.still_true(unseen)]
    yield Box("translation-notices", pgettext_lazy("admin", "Notices about translations"), told, order=16)


def _when(notice: Notice) -> str:
    return date_format(timezone.localtime(notice.created_at), "SHORT_DATETIME_FORMAT")


def due_note(item: OrderItem) -> str:
    """Return until when an item is due, as a sentence without an end."""
    if item.order.due_on is None:
        return ""
    values = {"date": date_format(item.order.due_on, "SHORT_DATE_FORMAT")}
    if item.order.due_on < timezone.localdate():
        return pgettext("admin", "was due on %(date)s") % values
    return pgettext("admin", "due on %(date)s") % values


hooks.register("register_start_boxes", boxes)


# --- the account --------------------------------------------------------------------------------------------------------------


class NoticeForm(forms.ModelForm):
    """What somebody is told of orders, and how often by mail."""

    kinds = forms.MultipleChoiceField(
        label=pgettext_lazy("admin", "Tell me"), choices=NoticeKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = NoticeChoice
        fields = ("kinds", "frequency")
        labels: Mapping[str, Any] = {"frequency": pgettext_lazy("admin", "By mail")}


class NoticePanel(BaseSettingsPanel):
    """Notices about orders, in one's own account."""

    name = "translation_notices"
    title = pgettext_lazy("admin", "Notices about translations")
    order = 340

    def is_active(self) -> bool:
        """Return whether this is somebody who works in a language."""
        return bool(working_locale_ids(self.user))

    def get_form(self) -> NoticeForm:
        """Return the form, bound if it was sent."""
        data = (self.request.POST,) if self.request.method == "POST" else ()
        return NoticeForm(*data, instance=notices.choice_of(self.user), prefix=self.name)


hooks.register("register_account_settings_panel", NoticePanel)


# --- people who leave ---------------------------------------------------------------------------------------------------------


@hooks.register("register_belongings")
def belongings(user: User) -> Iterator[Belonging]:
    """Yield the orders that somebody was to do: another one does them."""
    active = OrderItem.objects.filter(order=OuterRef("pk"), progress__in=ACTIVE)
    rows = Order.objects.filter(Exists(active), assignee=user).order_by("pk")
    yield belonging(pgettext_lazy("admin", "Translations that are ordered from them"), rows, lambda successor: _hand_over(rows, successor))


def _hand_over(rows: QuerySet[Order], successor: User) -> None:
    ids = list(rows.values_list("pk", flat=True))
    Order.objects.filter(pk__in=ids).update(assignee=successor)
    for order in Order.objects.filter(pk__in=ids):
        notices.tell_of_order(order)


# --- the runner ----------------------------------------------------------------------------------------------------------------


def watch() -> None:
    """Close what is done, write who is told of it and of what is due, and mail it.

    Raises:
        OSError: the mail server took one of the mails not.
    """
    orders.settle()
    notices.collect()
    notices.mail()


def publish_planned() -> None:
    """Put online what is due, and tell of what is held."""
    planning.run()
    review_notices.tell_of_held()


@hooks.register("register_periodic_jobs")
def register_jobs() -> list[Periodic]:
    """Watch over orders, and forget old notices."""
    return [
        Periodic("translation-orders", watch, timedelta(minutes=1), pgettext_lazy("admin", "Watch over orders of translations")),
        Periodic("translation-plans", publish_planned, timedelta(minutes=1), pgettext_lazy("admin", "Publish translations at their time")),
        Periodic("translation-notices", notices.forget_old, timedelta(days=1), pgettext_lazy("admin", "Delete old notices about orders")),
    ]
