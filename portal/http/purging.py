"""Caches in front of the portal: what an answer says it depends on, and what they are told after a change.

A Varnish is told keys: each answer names the slots of the tags that it was built from (`Surrogate-Key`), each change bans those that it
touches (deploy/varnish). Any other cache that `wagtail.contrib.frontend_cache` knows is told the addresses of the pages that were changed;
what else follows from a change, and changes of more than `MOST` addresses, it finds out by itself after `SHARED_SECONDS`.
"""

from __future__ import annotations

import http.client
import logging
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.http import HttpResponse
from django.utils import timezone
from django_tasks import task
from wagtail.contrib.frontend_cache.backends import HTTPBackend
from wagtail.contrib.frontend_cache.utils import get_backends
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.models import Collection, Page

from portal import changes, tags
from portal.discovery.head import absolute
from portal.http.traces import Trace
from portal.models import PublishedVersion, Topic
from portal.pages.addresses import address_of

logger = logging.getLogger(__name__)

MOST = 200
"""Addresses of one change that a cache is told one by one."""
SHARED_SECONDS = 60
"""So long a cache that is told addresses may go on showing what was not among them."""
AGAIN = timedelta(seconds=12)
"""After this time a change is told once more: what was being fetched when it was told the first time has come by then."""
_PATIENCE = 1.0
_TABLE = re.compile(r'"(\w+)"')


class VarnishBackend(HTTPBackend):
    """Bans in a Varnish what depends on keys; addresses are purged as Wagtail does it."""

    def ban(self, keys: Iterable[str]) -> None:
        """Let all be forgotten that depends on one of `keys`.

        Raises:
            OSError: it does not answer, or refuses.
        """
        place = urlsplit(f"{self.cache_scheme}://{self.cache_netloc}")
        connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=_PATIENCE)
        try:
            connection.request("BAN", "/", headers={"Ban-Keys": "|".join(keys)})
            if (status := connection.getresponse().status) != 200:
                raise OSError(f"{self.cache_netloc} answers {status}")
        finally:
            connection.close()


def _key(slot: int) -> str:
    return f"{slot:x}"


def _tag_of(model: type[Model]) -> tags.Tag:
    """Return what every change of a model's rows touches, as `portal.signals` announces it; of what is not known here it is anything."""
    if issubclass(model, Page | PublishedVersion):
        return tags.PAGES
    if issubclass(model, AbstractImage | AbstractRendition | AbstractDocument | Collection):
        return tags.FILES
    return tags.TERMS if issubclass(model, Topic) else tags.CHANGES


def keys_of(trace: Trace) -> list[str]:
    """Return the keys of an answer: of each value that is kept, and of each table that was read beside them."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    found = {tags.EVERYTHING, *(tag for name, args in trace.values for tag in changes.KEPT[name].tags(*args))}
    for sql, _params, _digest in trace.queries:
        found |= {_tag_of(tables[name]) for name in _TABLE.findall(sql) if name in tables}
    return sorted({_key(tags.slot(tag)) for tag in found})


def mark(response: HttpResponse, trace: Trace, seconds: int) -> None:
    """Say in the headers of an answer that everybody may be given for how long a cache in front may keep it, and what it depends on."""
    if not settings.WAGTAILFRONTENDCACHE:
        return
    response.headers["Surrogate-Key"] = " ".join(keys_of(trace))
    response.headers["Surrogate-Control"] = f"max-age={seconds}"
    if "no-cache" in response.headers["Cache-Control"] and any(not hasattr(backend, "ban") for backend in get_backends().values()):
        shared = min(seconds, SHARED_SECONDS)
        response.headers["Cache-Control"] = f"public, max-age=0, must-revalidate, s-maxage={shared}"


@changes.listener(changes.Order.SEARCH)
def tell(touched: frozenset[changes.Tag]) -> None:
    """Tell the caches in front what a change touched: a Varnish before whoever made the change hears that it was done."""
    if not settings.WAGTAILFRONTENDCACHE:
        return
    keys = sorted({_key(tags.slot(tag)) for tag in {*touched, tags.CHANGES}})
    ban(keys)
    tell_again.using(run_after=timezone.now() + AGAIN).enqueue(keys)
    if pages := [tag.value for tag in touched if tag.name == "page"]:
        purge.enqueue(pages)


def ban(keys: list[str], *, strictly: bool = False) -> None:
    """Ban keys in each Varnish; one that does not answer is told again later."""
    for name, backend in get_backends().items():
        if isinstance(backend, VarnishBackend):
            try:
                backend.ban(keys)
            except OSError:
                if strictly:
                    raise
                logger.warning("The cache %s does not answer: it is told again", name)


@task(backend="jobs")
def tell_again(keys: list[str]) -> None:
    """Ban keys once more; where that fails the job is repeated."""
    ban(keys, strictly=True)


@task(backend="jobs")
def purge(translation_keys: list[str]) -> None:
    """Let the other caches forget the addresses of pages, unless they are too many."""
    others: dict[str, Any] = {name: backend for name, backend in get_backends().items() if not isinstance(backend, VarnishBackend)}
    pages = Page.objects.filter(translation_key__in=translation_keys, live=True).order_by("pk")[: MOST + 1]
    urls = [absolute(address) for page in pages if (address := address_of(page))]
    if len(urls) <= MOST:
        for backend in others.values():
            backend.purge_batch(urls)
