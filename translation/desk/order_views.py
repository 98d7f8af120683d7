"""Orders of translations in the admin: making one, its page, the list of all, and what is to be done of one page in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.models import Locale, Page
from wagtail.rich_text import get_text_for_indexing

from portal.admin import titles
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from translation import differences
from translation.checks import marked
from translation.checks.ease import Reading
from translation.guards import refuse
from translation.permissions import SUBMIT_PERMISSION, may_read, submittable, translation_into, working_locale_ids

from . import history, matrix, orders, proposals, review_views, snippet_orders, snippets, states, texts
from .models import Notice, Order, OrderItem
from .names import name_of
from .order_forms import OrderForm
from .order_models import ACTIVE, NoticeKind, Progress

MOST_READ = 20
"""Of so many pages an order says how hard they are to read."""
MOST_PAGES = 1000
"""So many pages are chosen at once; with what lies below them there may be more."""
NAMED = 10
"""So many of the pages that are left out are named."""
ITEMS, ORDERS = 100, 50


def may_order(user: AbstractBaseUser) -> bool:
    """Return whether a person may order anything."""
    return user.has_perm(SUBMIT_PERMISSION) and bool(working_locale_ids(user))


def address_of_new(page_ids: Sequence[int], names: Sequence[str] = ()) -> str:
    """Return where an order of pages, and of snippets by their `name_of`, begins."""
    values = {"pages": ",".join(map(str, page_ids)), "snippets": ",".join(names)}
    return f"{reverse('translation_order_new')}?{urlencode({name: value for name, value in values.items() if value})}"


# --- making one --------------------------------------------------------------------------------------------------------------


def _chosen(request: HttpRequest) -> list[Page]:
    """Return the pages that were ticked (`page`) or are named in one value (`pages`), of those that the person may know of."""
    texts = [*request.GET.getlist("page"), *request.GET.get("pages", "").split(",")]
    ids = {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10}
    pages = matrix.sources_for(request.user).filter(pk__in=list(ids)[: MOST_PAGES + 1])
    return list(pages.select_related("locale").order_by("path"))


def _chosen_snippets(request: HttpRequest, locales: Sequence[Locale]) -> list[snippets.Row]:
    """Return the snippets that were ticked (`snippet`) or are named in one value (`snippets`), of those that the person may know of."""
    names = {*request.GET.getlist("snippet"), *request.GET.get("snippets", "").split(",")} - {""}
    return [row for row in snippets.rows(request.user, locales) if row.name in names] if names else []


def _title(user: AbstractBaseUser, thing: orders.Thing) -> str:
    return titles.title_for(user, thing) if isinstance(thing, Page) else thing.shown_title


def _with_below(user: AbstractBaseUser, pages: Sequence[Page]) -> list[Page]:
    """Return pages and all below them that the person may know of, each once."""
    below = Q()
    for page in pages:
        below |= Q(path__startswith=page.path)
    return list(matrix.sources_for(user).filter(below).select_related("locale").order_by("path"))


def new(request: HttpRequest) -> HttpResponse:
    """Ask into which languages pages are ordered, from whom and until when, and order them."""
    if not may_order(request.user):
        return permission_denied(request)
    locales = matrix.locales_for(request.user)
    pages, rows = _chosen(request), _chosen_snippets(request, locales)
    number = len(pages) + len(rows)
    if not number or number > MOST_PAGES:
        none, many = pgettext("admin", "Choose at least one page or entry."), pgettext("admin", "These are too many at once.")
        messages.warning(request, many if number else none)
        return redirect("translation_desk")
    ids = [locale.pk for locale in locales]
    own = submittable(request.user, pages, ids)
    allowed = [*own.values(), *snippet_orders.submittable_rows(request.user, rows, ids).values()]
    offered = [locale for locale in locales if any(locale.pk in found for found in allowed)]
    if not offered:
        return refuse(request, pgettext("admin", "You have no right to submit this for translation."))
    data = (request.POST,) if request.method == "POST" else ()
    form = OrderForm(*data, locales=offered, has_pages_below=any(page.numchild for page in pages))
    if request.method == "POST" and form.is_valid():
        return _place(request, form, pages, rows)
    names = [_title(request.user, one) for one in (*pages, *rows)]
    # What may be handed over may be read.
    readings = _readings(request.user, [page for page in pages if own[page.pk]])
    context = {"form": form, "names": names, "first": names[:NAMED], "readings": readings, "most": NAMED}
    return render(request, "translation_desk/order_new.html", context)


def _readings(user: AbstractBaseUser, pages: list[Page]) -> list[tuple[str, Reading]]:
    """Return how hard pages are to read, the hardest first: what is online of the first ones, and of one alone its draft too."""
    online = list(Page.objects.filter(pk__in=[page.pk for page in pages if page.live][:MOST_READ]).specific())
    if not online and len(pages) == 1:
        online = [pages[0].get_latest_revision_as_object()]
    found = [(titles.title_for(user, page), reading) for page in online if (reading := texts.reading_of(page)) is not None]
    return sorted(found, key=lambda one: -one[1].lix)


def _place(request: HttpRequest, form: OrderForm, pages: list[Page], rows: Sequence[snippets.Row]) -> HttpResponse:
    if form.cleaned_data.get("below"):
        pages = _with_below(request.user, pages)
    languages = list(form.cleaned_data["languages"])
    ids = {locale.pk for locale in languages}
    for row in rows:
        row.cells = [cell for cell in row.cells if cell.locale_id in ids]
    found = orders.plan(request.user, pages, languages, rows)
    _tell_left_out(request, found)
    if not found.items:
        messages.error(request, pgettext("admin", "Nothing was ordered."))
        return redirect("translation_desk")
    order = form.save(commit=False)
    order.creator = request.user
    orders.place(order, found.items)
    return redirect("translation_order", order.pk)


def _tell_left_out(request: HttpRequest, found: orders.Plan) -> None:
    def named(pages: Sequence[orders.Thing]) -> str:
        each = dict.fromkeys(_title(request.user, page) for page in pages)
        return ", ".join([*list(each)[:NAMED], *["…"] * (len(each) > NAMED)])

    left_out = (
        (found.no_right, pgettext("admin", "Left out, as you have no right to hand them over: %(pages)s.")),
        (found.own_tree, pgettext("admin", "Left out in languages with pages of their own, where these are written by hand: %(pages)s.")),
        ([page for page, _id in found.ordered], pgettext("admin", "Left out, as ordered in one of these languages already: %(pages)s.")),
        ([page for page, _id in found.done], pgettext("admin", "Left out, as translated in one of these languages already: %(pages)s.")),
    )
    for pages, text in left_out:
        if pages:
            messages.warning(request, text % {"pages": named(pages)})


# --- what was ordered --------------------------------------------------------------------------------------------------------


def orders_for(user: AbstractBaseUser) -> QuerySet[Order]:
    """Return the orders that hold anything in a person's languages, or are theirs."""
    own = OrderItem.objects.filter(order=OuterRef("pk"), locale__in=matrix.locales_for(user))
    return Order.objects.filter(Exists(own)).select_related("creator", "assignee", "group")


def may_manage(user: AbstractBaseUser, order: Order) -> bool:
    """Return whether a person may call an order off, or have it tried again: it is theirs, or they work on the source."""
    if order.creator_id == user.pk:
        return may_order(user)
    source = Locale.objects.filter(language_code=SOURCE_LANGUAGE).values_list("pk", flat=True).first()
    return may_order(user) and source in working_locale_ids(user)


def index(request: HttpRequest) -> HttpResponse:
    """List the orders of a person's languages, the latest first."""
    if not working_locale_ids(request.user):
        return permission_denied(request)
    page = Paginator(orders_for(request.user).order_by("-pk"), ORDERS).get_page(request.GET.get("p"))
    locales = matrix.locales_for(request.user)
    counts = orders.counts(page.object_list, [locale.pk for locale in locales])
    rows = [{"order": order, **_numbers(counts.get(order.pk, {}))} for order in page.object_list]
    return render(request, "translation_desk/orders.html", {"rows": rows, "page_obj": page})


def _numbers(counts: dict[str, int]) -> dict[str, Any]:
    """Return how many items there are, are prepared, done, and failed."""
    total = sum(counts.values()) - counts.get(Progress.CALLED_OFF, 0)
    return {
        "total": total,
        "prepared": total - counts.get(Progress.WAITING, 0),
        "is_waiting": bool(counts.get(Progress.WAITING)),
        "done": counts.get(Progress.DONE, 0),
        "failed": counts.get(Progress.FAILED, 0),
        "is_active": any(counts.get(progress) for progress in ACTIVE),
    }


def show(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show how far an order is, page by page.

    Raises:
        Http404: there is no such order, or it holds nothing in a language of this person.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    order = get_object_or_404(orders_for(request.user), pk=order_id)
    locales = matrix.locales_for(request.user)
    items = orders.with_reviews(OrderItem.objects.filter(order=order, locale__in=locales))
    items = items.select_related("page__locale", "page__content_type", "snippet_type", "locale")
    page = Paginator(items.order_by(*orders.IN_ORDER), ITEMS).get_page(request.GET.get("p"))
    Notice.objects.filter(user=request.user, order=order, kind=NoticeKind.DONE, seen_at=None).update(seen_at=timezone.now())
    counts = orders.counts([order], [locale.pk for locale in locales]).get(order.pk, {})
    rows = rows_of(request.user, page.object_list)
    context = {
        "order": order,
        "rows": rows,
        "page_obj": page,
        "may_manage": may_manage(request.user, order),
        **_numbers(counts),
    }
    return render(request, "translation_desk/order.html", context)


def rows_of(user: AbstractBaseUser, items: Sequence[OrderItem]) -> list[dict[str, Any]]:
    """Return items with the titles by which a person may know what they are about, their languages and addresses.

    Of a draft it is the title of the version that they translate.
    """
    items = list(items)
    hidden = [item for item in items if item.page is not None and not titles.may_see(user, item.page)]
    versions = Page.objects.filter(translation_key__in=[item.page.translation_key for item in hidden]) if hidden else ()
    by_place = {(version.translation_key, version.locale_id): version for version in versions}
    of_snippets = [item for item in items if item.page is None]
    by_key = snippet_orders.rows_of(of_snippets, list({item.locale for item in of_snippets})) if of_snippets else {}
    sources = snippet_orders.sources_of(item for item in of_snippets if item.snippet_key not in by_key)
    found = []
    for item in items:
        row: dict[str, Any] = {"item": item, "language": name_of(item.locale)}
        if item.page is not None:
            version = by_place.get((item.page.translation_key, item.locale_id)) if item in hidden else None
            row["title"] = titles.title_for(user, version or item.page)
            row["url"] = f"{reverse('translation_work', args=[item.page_id, item.locale.language_code])}#next"
            row["edit_url"] = reverse("translation_edit", args=[item.page_id, item.locale.language_code])
        elif (snippet := by_key.get(item.snippet_key)) is not None:
            cell = next(cell for cell in snippet.cells if cell.locale_id == item.locale_id)
            row |= {"title": snippet.shown_title, "kind": snippet.kind, "url": snippet.desk_address}
            row["edit_url"] = snippet.edit_address(cell) or snippet.desk_address
        elif (source := sources.get(item.snippet_key)) is not None:
            # It has no text any more: nothing is to be done of it, and it is known by what it is called.
            row |= {"title": str(source), "kind": str(source._meta.verbose_name), "url": "", "edit_url": ""}
        else:
            continue
        found.append(row)
    return found


@require_POST
def call_off(request: HttpRequest, order_id: int) -> HttpResponse:
    """Call off what is not done of an order: one item, or all in the person's languages.

    Raises:
        Http404: there is no such order, or it holds nothing in a language of this person.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    order = get_object_or_404(orders_for(request.user), pk=order_id)
    if not may_manage(request.user, order):
        return refuse(request, pgettext("admin", "You have no right to call this order off."))
    items = OrderItem.objects.filter(order=order, locale__in=matrix.locales_for(request.user))
    if one := request.POST.get("item"):
        items = items.filter(pk=int(one) if one.isascii() and one.isdigit() and len(one) < 10 else 0)
    number = orders.call_off(items)
    text = npgettext("admin", "%(count)s translation is called off.", "%(count)s translations are called off.", number)
    messages.success(request, text % {"count": number})
    return redirect("translation_order", order.pk)


@require_POST
def try_again(request: HttpRequest, order_id: int) -> HttpResponse:
    """Let what failed be prepared once more.

    Raises:
        Http404: there is no such order, or it holds nothing in a language of this person.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    order = get_object_or_404(orders_for(request.user), pk=order_id)
    if not may_manage(request.user, order):
        return refuse(request, pgettext("admin", "You have no right to change this order."))
    orders.try_again(order)
    return redirect("translation_order", order.pk)


# --- one page in one language ------------------------------------------------------------------------------------------------


def _readable(text: str) -> str:
    return " ".join(get_text_for_indexing(text).split())


def difference(before: str, after: str) -> SafeString:
    """Return two texts of the source as one, what is gone and what is new marked."""
    return differences.difference(_readable(before), _readable(after))


def work(request: HttpRequest, page_id: int, language_code: str) -> HttpResponse:
    """Show what is to be done of a page in a language: the texts that lack a translation, each with its former one.

    Raises:
        Http404: there is no such page or language, or the person may not know of it.
    """
    if not working_locale_ids(request.user):
        return permission_denied(request)
    locale = next((one for one in matrix.locales_for(request.user) if one.language_code == language_code), None)
    sources = Page.objects.filter(locale__language_code=SOURCE_LANGUAGE, alias_of=None, depth__gt=1)
    source = sources.filter(pk=page_id).select_related("locale").first()
    if locale is None or source is None:
        raise Http404
    source = source.specific
    version = Page.objects.filter(translation_key=source.translation_key, locale=locale).select_related("locale").first()
    version = version.specific if version is not None else None
    may_edit = version is not None and version.permissions_for_user(request.user).can_edit()
    if not (may_read(request.user, source) or may_edit):
        raise Http404
    shown = source if titles.may_see(request.user, source) or version is None else version
    item = orders.active_items([source], [locale]).get((source.pk, locale.pk))
    follows = languages_by_code()[locale.language_code].follows_source
    context = {
        "source": source,
        "title": titles.title_for(request.user, shown),
        "language": name_of(locale),
        "code": locale.language_code,
        "direction": languages_by_code()[locale.language_code].direction,
        "cell": matrix.cells([source.translation_key], [locale])[source.translation_key][0],
        "item": item,
        "version": version,
        "may_edit": may_edit,
        "may_begin": version is None and not follows,
        "hints": texts.hard_sentences(version) if version is not None and not follows else [],
        **(left := _left(version)),
        **review_views.context_of(request.user, version, left["translation"]),
        "changed_since": history.changed_since(left["translation"], request.GET.get("read", "")) if may_edit else [],
    }
    return render(request, "translation_desk/work.html", context)


def _left(version: Page | None) -> dict[str, Any]:
    """Return what lacks a translation, or of what is written freely what changed in the source."""
    translation = translation_into(version) if version is not None else None
    if translation is None:
        changes = states.text_changes(version) if version is not None else []
        return {"todo": [], "changes": [difference(one.before, one.after) for one in changes], "translation": None}
    todo = [
        {
            "todo": one,
            "text": _readable(one.text),
            "diff": difference(one.before, one.text) if one.before else "",
            "proposal": marked.words(one.with_figures) or _readable(one.proposal),
        }
        for one in proposals.todo(translation)
    ]
    return {"todo": todo, "changes": [], "translation": translation}


def my_work(request: HttpRequest) -> HttpResponse:
    """List what a person is to translate, the most urgent first."""
    if not working_locale_ids(request.user):
        return permission_denied(request)
    page = Paginator(orders.work_of(request.user), ITEMS).get_page(request.GET.get("p"))
    rows = rows_of(request.user, page.object_list)
    return render(request, "translation_desk/my_work.html", {"rows": rows, "page_obj": page, "today": timezone.localdate()})


def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Lead to what a notice is about: the first text that is to be translated, or what was ordered. It counts as seen.

    Raises:
        Http404: it is somebody else's, or gone.
    """
    found = get_object_or_404(Notice.objects.select_related("order", "page__locale"), pk=notice_id, user=request.user)
    Notice.objects.filter(pk=found.pk, seen_at=None).update(seen_at=timezone.now())
    if found.page is not None:
        source = Page.objects.filter(translation_key=found.page.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
        if source is None:
            raise Http404
        place = [source.pk, found.page.locale.language_code]
        if found.kind == NoticeKind.SENT_BACK:
            return redirect("translation_edit", *place)
        section = "#review" if found.kind in (NoticeKind.SUBMITTED, NoticeKind.HELD) else ""
        return redirect(f"{reverse('translation_work', args=place)}{section}")
    items = OrderItem.objects.filter(order=found.order_id, locale=found.locale_id, progress=Progress.OPEN)
    first = items.select_related("locale", "page__locale", "page__content_type", "snippet_type").order_by(*orders.IN_ORDER).first()
    rows = rows_of(request.user, [first]) if first is not None else []
    # Of what is written freely what changed is to be seen; in the editor the first text that is open has the focus.
    address = (rows[0]["url"] if rows[0]["item"].by_hand else rows[0]["edit_url"]) if rows else ""
    if found.kind == NoticeKind.DONE or not address:
        # So is a snippet that has no text any more.
        return redirect("translation_order", found.order_id)
    return redirect(address)
