"""Old addresses lead straight to their pages: the one mechanism that leaves and tidies redirects.

A page that moves or gets another slug takes its whole subtree along. Every address that somebody may have kept, of live
pages and those that once were, is left a redirect to the page, in a fixed number of queries whatever the size of the subtree.
Redirects point at pages, not at addresses, so that none leads to another. Wagtail's own redirects, made one page at a time and
without that, are switched off (`WAGTAILREDIRECTS_AUTO_CREATE`); serving them is its job.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from urllib.parse import unquote, unquote_plus, urlsplit

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Length, Now, Substr
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex, Site

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import language_of_path
from portal.pages.versions import locales_by_id

_LONGEST = Redirect._meta.get_field("old_path").max_length
_BATCH = 5000
"""So many addresses are in one query."""
_MOST_PARAMETERS = 5
"""Of so many query parameters every choice is looked up; of more only each one, all and none."""


def normalise(address: str) -> str:
    """Return an old address as it is stored and looked up, whether it comes as a path or as a full address.

    Host, letter case, percent signs, Unicode form, the last slash and the order of the query do not tell addresses apart. One
    that is longer than the column is cut and told apart by a digest.

    Raises:
        ValueError: it is no address at all.
    """
    url = urlsplit(address.strip())
    return _stored(unquote(url.path), _parameters(url.query))


def _parameters(query: str) -> list[str]:
    return sorted(_plain(unquote_plus(part)) for part in query.split("&") if part)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\x00", "")).lower()


def _stored(path: str, parameters: Iterable[str]) -> str:
    address = "/" + _plain(path).strip("/")
    if query := "&".join(parameters):
        address = f"{address}?{query}"
    if len(address) <= _LONGEST:
        return address
    digest = hashlib.sha256(address.encode()).hexdigest()
    return f"{address[: _LONGEST - len(digest) - 1]}…{digest}"


def find(request: HttpRequest) -> Redirect | None:
    """Return the redirect for an address that answers 404: the one with most of its query, this site's before all sites'."""
    parameters = _parameters(request.META.get("QUERY_STRING", ""))
    sizes: Iterable[int] = range(len(parameters), -1, -1)
    if len(parameters) > _MOST_PARAMETERS:
        sizes = (len(parameters), 1, 0)
    addresses = [_stored(request.path, chosen) for size in sizes for chosen in combinations(parameters, size)]
    rank = {address: position for position, address in reversed(list(enumerate(addresses)))}
    found = Redirect.get_for_site(Site.find_for_request(request)).filter(old_path__in=rank).select_related("redirect_page")
    return min(found, key=lambda redirect: (rank[redirect.old_path], redirect.site_id is None), default=None)


def live_page_at(address: str) -> Page | None:
    """Return the live page, or the live alias of one, that answers at an address of this portal."""
    path = normalise(address).partition("?")[0]
    if (language := language_of_path(path)) is None:
        return None
    home = Page.objects.filter(depth=2, locale__language_code=language.code).first()
    if home is None:
        return None
    url_path = home.url_path + path.removeprefix(f"/{language.code}").strip("/")
    return Page.objects.live().filter(url_path=f"{url_path.rstrip('/')}/", locale_id=home.locale_id).first()


def path_of(url_path: str, locale_id: int) -> str:
    """Return the address of a page as redirects store it: `/en/our-work` for `/home-en/our-work/`."""
    below_home = url_path.strip("/").partition("/")[2]
    return normalise(f"/{locales_by_id()[locale_id].language_code}/{below_home}")


_PLAIN = r"^[a-z0-9_/-]*$"
"""What stands in an address as it stands in the tree."""


def leave(page: Page, url_path_before: str, since: datetime | None = None) -> None:
    """Let all addresses that a page and its subtree had under another `url_path` lead to where they are now.

    Redirects from what are now pages' own addresses go. `page` is as it is stored now. What was first published `since` a moment
    never had the address before: a page that got its slug when it was made leaves nothing.

    Of pages whose address is stored as it stands in the tree, which are nearly all, the database does it by itself: ten thousand are
    one statement.
    """
    path_now, path_before = (path_of(url_path, page.locale_id) for url_path in (page.url_path, url_path_before))
    if path_now == path_before:
        return
    subtree = Page.objects.filter(path__startswith=page.path).exclude(live=False, first_published_at=None).order_by()
    if since is not None:
        # An alias has the date of its source.
        subtree = subtree.filter(first_published_at__lt=since, alias_of=None)
    start = len(page.url_path)
    # From the slash that ends the page's own address to the one before the last.
    below = Substr("url_path", start, Length("url_path") - start)
    addresses = {name: Concat(Value(path), below) for name, path in (("now", path_now), ("before", path_before))}
    subtree = subtree.annotate(length=Length("url_path"), below=below, **addresses)
    longest = _LONGEST - max(len(path_now), len(path_before))
    is_plain = Q(below__regex=_PLAIN, length__lte=start + longest)
    plain = subtree.filter(is_plain)
    moved: dict[str, int] = {}
    own = set()
    for pk, url_path, live in subtree.exclude(is_plain).values_list("pk", "url_path", "live"):
        now, before = (path_of(above + url_path[start:], page.locale_id) for above in (page.url_path, url_path_before))
        if before != now:
            moved[before] = pk
        if live:
            own.add(now)
    own_now = plain.filter(live=True).values("now")
    # What led away from an address while a page had it was never asked: it is replaced.
    changed = sum(_delete(Redirect.objects.filter(old_path__in=paths)) for paths in (own_now, plain.values("before")))
    changed += _insert(plain.exclude(before__in=own_now))
    write(moved, own)
    if changed:
        changes.announce(changes.REDIRECTS)
        shorten(Redirect.objects.all())


def _insert(moved: QuerySet[Page]) -> int:
    """Let the addresses `before` of pages lead to these: as `bulk_create` would write it, without reading a page. Return how many."""
    own = {"old_path": F("before"), "redirect_page": F("pk"), "automatically_created": Value(True), "created_at": Now()}
    fields = [field for field in Redirect._meta.concrete_fields if not field.primary_key and (field.name in own or not field.null)]
    values = {f"of_{field.name}": own.get(field.name, Value(field.get_default(), output_field=field)) for field in fields}
    sql, parameters = moved.annotate(**values).values_list(*values).query.sql_with_params()
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {connection.ops.quote_name(Redirect._meta.db_table)} ({columns}) {sql}", parameters)  # noqa: S608
        return cursor.rowcount


def write(moved: dict[str, int], own: set[str]) -> None:
    """Let the addresses in `moved` lead to the pages whose ids stand there; those in `own` are pages' own now."""
    if not moved:
        return
    _remove(own | moved.keys())
    made = [
        Redirect(old_path=path, redirect_page_id=pk, automatically_created=True)
        for path, pk in moved.items()
        if path not in own
    ]
    Redirect.objects.bulk_create(made, batch_size=_BATCH)
    changes.announce(changes.REDIRECTS)
    shorten(Redirect.objects.filter(old_path__in=moved))


def _remove(paths: Iterable[str]) -> None:
    """Remove what leads away from addresses, however many."""
    listed = sorted(paths)
    for start in range(0, len(listed), _BATCH):
        _delete(Redirect.objects.filter(old_path__in=listed[start : start + _BATCH]))


def _delete(redirects: QuerySet[Redirect]) -> int:
    """Delete redirects, however many, and return how many: the database finds them. The index of references alone knows of one."""
    # Counted, for PostgreSQL would look for any one of them page by page.
    if not (number := redirects.count()):
        return 0
    known = ReferenceIndex.objects.filter(base_content_type=ContentType.objects.get_for_model(Redirect))
    known.filter(object_id__in=redirects.values(key=Cast("pk", known.model._meta.get_field("object_id"))))._raw_delete(connection.alias)
    redirects._raw_delete(connection.alias)
    return number


def shorten(onward: QuerySet[Redirect]) -> None:
    """Point at the page what leads by its text to one of the addresses in `onward` that lead to pages themselves."""
    targets = {link: target for link in Redirect.objects.exclude(redirect_link="") if (target := _target(link)) is not None}
    if not targets:
        return
    hosts = _hosts()
    paths = {path for host, path in targets.values() if host in hosts}
    pages = dict(onward.filter(old_path__in=paths).exclude(redirect_page=None).values_list("old_path", "redirect_page_id"))
    changed = []
    for link, (host, path) in targets.items():
        if host in hosts and path in pages:
            link.redirect_link, link.redirect_page_id = "", pages[path]
            changed.append(link)
    if changed:
        Redirect.objects.bulk_update(changed, ["redirect_link", "redirect_page"])
        changes.announce(changes.REDIRECTS)


def _target(redirect: Redirect) -> tuple[str, str] | None:
    """Return host and path that a redirect's text names; None where it names a place on or a view of the page besides."""
    url = urlsplit(redirect.redirect_link)
    return None if url.query or url.fragment else (url.netloc, normalise(url.path))


def _hosts() -> set[str]:
    """Return the hosts of this portal as they stand in addresses; the empty one is that of addresses without a host."""
    sites = Site.objects.values_list("hostname", "port")
    return {"", *(host for host, _port in sites), *(f"{host}:{port}" for host, port in sites)}


@changes.receiver(Event.RENAMED, order=Order.REDIRECTS)
def leave_after_slug_change(change: Change) -> None:
    """A slug changed, of a page or of an alias that became a translation."""
    page, before = change.subject, change.details["instance_before"]
    was_public = before.live or before.first_published_at is not None
    leave(page, before.url_path, since=None if was_public else page.first_published_at)


@changes.receiver(Event.MOVED, order=Order.REDIRECTS)
def leave_after_move(change: Change) -> None:
    """A page moved."""
    leave(change.subject, change.details["url_path_before"])


@changes.receiver(Event.PUBLISHED, order=Order.REDIRECTS)
def free_address(change: Change) -> None:
    """A page that goes live takes its address over from a redirect."""
    page = change.subject
    Redirect.objects.filter(old_path=path_of(page.url_path, page.locale_id)).delete()


@receiver(pre_save, sender=Redirect, dispatch_uid="portal.pages.redirects.normalise")
def normalise_saved(sender: type[Redirect], instance: Redirect, **kwargs: object) -> None:
    """Store an old address as it is looked up, whatever way it comes in."""
    instance.old_path = normalise(instance.old_path)


@receiver(post_save, sender=Redirect, dispatch_uid="portal.pages.redirects.saved")
def shorten_saved(sender: type[Redirect], instance: Redirect, raw: bool = False, **kwargs: object) -> None:
    """A redirect made by hand leads to an address that leads on, or others lead to it."""
    if raw:
        return
    if instance.redirect_link and (target := _target(instance)) and target[0] in _hosts():
        shorten(Redirect.objects.filter(old_path=target[1]).exclude(pk=instance.pk))
    elif instance.redirect_page_id:
        shorten(Redirect.objects.filter(pk=instance.pk))
