"""The base page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import TextInput
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Revision
from wagtail.url_routing import RouteResult
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import facts, walking
from portal.blocks.illustrations import Illustration, illustration_url
from portal.blocks.needs import needs_of
from portal.language.dates import KnownDate
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.language.slugs import is_made_from, is_reserved, slug_for_title
from portal.models.page_form import BaseCopyForm, BasePageForm, reserved_message
from portal.pages import cards, links, readers, restrictions, schedules, versions
from portal.pages.addresses import address_of
from portal.pages.answers import page_at
from portal.pages.readers import Needs

from . import side_by_side
from .publication import PublishedVersion
from .sent_panel import SentPanel
from .told import Told

if TYPE_CHECKING:
    from portal.listing.dates import Status
    from portal.listing.declarations import Listing


class BasePage(Told, Page):
    """What every page of the portal has: a title, an address by the rules of its language, search text."""

    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    heading_field: ClassVar[str] = "title"
    """What visitors read as the heading of the page."""

    shows_picture: ClassVar[bool] = True
    """Whether its picture stands at the head of the page itself, so that no card on it shows the same one."""

    listing: ClassVar[Listing | None] = None
    """What a kind of content says of itself beside its fields (`portal.listing`)."""

    allowed_http_methods: ClassVar[list] = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
    """A page is read; a type with a form adds POST, and checks by itself where that comes from (`serve_page`)."""

    base_form_class = BasePageForm
    copy_form_class = BaseCopyForm
    show_in_menus_default = True

    shown_at: Page | None = None
    """The address in the reader's language at which this page, not translated yet, is answered (its fallback)."""

    form_values: Mapping[str, object] = MappingProxyType({})
    """What was entered in the form that this page was just saved by."""

    link: links.PageLink | None = None
    """Where a card of this page leads, when it is not simply the page's own address."""

    # The slug stands in neither list: it is made by each language's rules and belongs to that language.
    translatable_fields: ClassVar[list] = [
        TranslatableField("title"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        SynchronizedField("show_in_menus", overridable=False),
    ]

    # The slug is not made while the title is typed: it is made when the page is saved, by rules of the language.
    content_panels: ClassVar[list] = [
        FieldPanel(
            "title", classname="title", help_text=pgettext_lazy("admin", "As visitors read it at the top of the page.")
        ),
    ]
    promote_panels: ClassVar[list] = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "slug",
                    widget=TextInput,
                    help_text=pgettext_lazy(
                        "admin",
                        "The last part of the address. Left empty, it is made from the title until the page is first "
                        "published; after that only you change it, and the old address leads here.",
                    ),
                ),
                FieldPanel(
                    "seo_title",
                    help_text=pgettext_lazy(
                        "admin",
                        "The title in search engines and browser tabs, if it has to differ from the page's title.",
                    ),
                ),
                FieldPanel(
                    "search_description",
                    help_text=pgettext_lazy(
                        "admin",
                        "One sentence for search engines, at most 155 characters. Left empty, the lead is used.",
                    ),
                ),
            ],
            pgettext_lazy("admin", "Address and search engines"),
        ),
        FieldPanel("counterpart"),
        SentPanel(heading=pgettext_lazy("admin", "Passed on")),
        MultiFieldPanel(
            [
                FieldPanel(
                    "show_in_menus", help_text=pgettext_lazy("admin", "Lists the page in the menu of its section.")
                )
            ],
            pgettext_lazy("admin", "Menu"),
        ),
    ]
    settings_panels: ClassVar[list] = Page.settings_panels

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete the page, or nothing of it: treebeard first counts its parent's children anew, in a transaction of its own."""
        with transaction.atomic():
            return super().delete(*args, **kwargs)

    delete.alters_data = True  # type: ignore[attr-defined]  # for templates, as Django's own

    # --- address ---------------------------------------------------------------------------------------------------

    def has_automatic_slug(self) -> bool:
        """Return whether the slug was never chosen by a person and the page was never finished in its language.

        It is automatic when it is empty, when it is the one made from the title as stored, or when it was only copied
        from the page's other languages.
        """
        if not self.slug:
            return True
        if self.pk is not None and PublishedVersion.objects.filter(page_id=self.pk).exists():
            return False
        if self.slug == slug_for_title(self.title, self.language_code):
            # Made for a draft, or by a form that knows no siblings: another page may have it.
            return True
        stored = Page.objects.filter(pk=self.pk).values_list("title", "slug").first() if self.pk else None
        if stored is None or stored[1] != self.slug:
            return False
        return is_made_from(self.slug, slug_for_title(stored[0], self.language_code)) or any(
            # A copied home page stands beside its source and gets the language's code.
            is_made_from(self.slug.removesuffix(f"-{self.language_code}"), slug)
            for slug in Page.objects.filter(translation_key=self.translation_key).exclude(pk=self.pk).values_list("slug", flat=True)
        )

    def _make_slug(self) -> None:
        """Make the slug from the title, as long as it is automatic."""
        if self.locale_id is None:
            self.locale = self.get_default_locale()
        if self.alias_of_id is None and self.title and self.has_automatic_slug():
            self.slug = self._get_autogenerated_slug(slug_for_title(self.title, self.language_code) or "page")

    def full_clean(self, *args: object, **kwargs: object) -> None:
        """Validate a page that goes live, its slug made by the rules of its language.

        Raises:
            ValidationError: something is wrong; its `page` is this one, for those who publish several.
        """
        self._make_slug()
        try:
            super().full_clean(*args, **kwargs)
        except ValidationError as error:
            error.page = self
            raise

    def minimal_clean(self) -> None:
        """Validate a draft, its slug made by the rules of its language."""
        self._make_slug()
        super().minimal_clean()

    @staticmethod
    def _slug_is_available(slug: str, parent_page: Page | None, page: Page | None = None) -> bool:
        """Return whether no sibling has a slug and, below a home page, none of the portal's own views."""
        return not is_reserved(slug, parent_page) and Page._slug_is_available(slug, parent_page, page)

    def clean(self) -> None:
        """Refuse addresses that the portal's own views answer."""
        if is_reserved(self.slug, self.get_parent()):
            raise ValidationError({"slug": reserved_message(self.slug)})
        super().clean()

    def can_move_to(self, parent: Page) -> bool:
        """Return whether the page may move below another one: not where its address is one of the portal's own views."""
        return super().can_move_to(parent) and not is_reserved(self.slug, parent)

    def get_admin_display_title(self) -> str:
        """Return the title for lists and choosers of the admin, as whoever asks may know it; an alias says that it is one."""
        title = super().get_admin_display_title()
        if self.alias_of_id is None:
            return title
        if self.language_code == SOURCE_LANGUAGE:
            return pgettext("admin", "%(title)s (shows another page)") % {"title": title}
        return pgettext("admin", "%(title)s (shows the German page)") % {"title": title}

    def with_content_json(self, content: dict) -> BasePage:
        """Return the page of a revision; the dates of a translation are those of its source (`portal.pages.schedules`)."""
        page = super().with_content_json(content)
        schedules.take_dates(page)
        return page

    def save_revision(self, *args: object, **kwargs: object) -> Revision:
        """Save a revision; apps keep something with it by the hook `keep_with_revision`, whose functions take the page and it."""
        with transaction.atomic():
            revision = super().save_revision(*args, **kwargs)
            for keep in hooks.get_hooks("keep_with_revision"):
                keep(self, revision)
        return revision

    def publish(self, revision: Revision, user: AbstractBaseUser | None = None, **kwargs: object) -> None:
        """Publish a revision; a person is asked first where the page that this one translates is offline.

        Raises:
            SourceOfflineError: the question.
        """
        schedules.ask_about_source(self)
        super().publish(revision, user=user, **kwargs)

    def update_aliases(self, **kwargs: object) -> None:
        """Publish the aliases with the page; Wagtail does it also when the page is merely scheduled (wagtail#11344)."""
        if Page.objects.filter(pk=self.pk, live=True).exists():
            super().update_aliases(**kwargs)

    @property
    def address(self) -> str:
        """Return the address at which the page is being read: its own, or that of its fallback."""
        return address_of(self.shown_at or self)

    @property
    def language_code(self) -> str:
        """Return the code of the language that the page is written in."""
        return self.locale.language_code

    @property
    def title_language(self) -> str:
        """Return the code of the language of the title where that is no word of the page (a report's name); mostly nothing."""
        return ""

    @property
    def is_translation(self) -> bool:
        """Return whether the page is in a language whose pages follow those of the source."""
        code = self.language_code
        return code != SOURCE_LANGUAGE and languages_by_code()[code].follows_source

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page for an address below this one: two queries, whatever the depth.

        Raises:
            Http404: no page lies there, it is not live, or it is no real version in the language of the address.
        """
        if self.language_code != get_language():
            # Wagtail falls back to the default language's tree where a language has no home page.
            raise Http404
        page = page_at("/".join([self.url_path.rstrip("/"), *path_components]) + "/", self.locale_id)
        if versions.is_withdrawn(page):
            raise Http404
        return RouteResult(page)

    def get_view_restrictions(self) -> models.QuerySet:
        """Return the view restrictions that bind this page, and those of the address at which it is read as a fallback."""
        found = restrictions.binding(self)
        return found | restrictions.binding(self.shown_at) if self.shown_at else found

    def create_alias(self, *args: object, **kwargs: object) -> Page:
        """Make an alias, which is bound by its source's restrictions: the copies of these that Wagtail makes would outlive them."""
        alias = super().create_alias(*args, **kwargs)
        PageViewRestriction.objects.filter(page__path__startswith=alias.path).delete()
        return alias

    def copy(self, *args: object, **kwargs: object) -> Page:
        """Copy the page; what its source's restriction kept private stays private where no source does that any more."""
        copied = super().copy(*args, **kwargs)
        if copied.translation_key != self.translation_key and restrictions.restricted_paths():
            pages = [self, *self.get_descendants().order_by("path")]
            for page, twin in zip(pages, [copied, *copied.get_descendants().order_by("path")], strict=False):
                elsewhere = restrictions.binding(page).exclude(page__in=page.get_ancestors(inclusive=True))
                restrictions.make_own(twin, elsewhere, twin)
        return copied

    # --- what templates and cards read -----------------------------------------------------------------------------

    @property
    def card_text_field(self) -> str:
        """Return the name of the field that cards and search results show."""
        return "lead" if getattr(self, "lead", "") else "search_description"

    @property
    def card_kind(self) -> str:
        """Return the word above a card's title, or nothing."""
        return str(self.listing.label_of(self)) if self.listing else ""

    @property
    def change_text(self) -> str:
        """Return in a word that what the page announces has changed (“Cancelled”), or nothing: said of it wherever it is shown."""
        return ""

    @property
    def card_state(self) -> str:
        """Return what stands beside that word: what has changed, else that the page is over, where its kind says so."""
        if self.change_text:
            return self.change_text
        return str(self.listing.over_label) if self.listing and self.listing.over_label and self.listing.is_over(self) else ""

    @property
    def card_place(self) -> str:
        """Return the place that a card names, or nothing."""
        return ""

    @property
    def is_closed(self) -> bool:
        """Return whether nobody can answer the page any more (a vacancy whose deadline has passed): it belongs in no search engine."""
        return self.listing is not None and self.listing.is_closed(self)

    @property
    def known_date(self) -> KnownDate | None:
        """Return the date of the page in the active language, where its kind has one."""
        return self.listing.known_date(self) if self.listing else None

    @property
    def status_in_time(self) -> Status | None:
        """Return whether what the page is about is planned, running or ended, where its kind lasts."""
        return self.listing.status(self) if self.listing else None

    @property
    def description(self) -> str:
        """Return the description for search engines."""
        return self.search_description or getattr(self, "lead", "")

    @property
    def description_language(self) -> str:
        """Return the language in which the description stands."""
        return versions.language_of(self, "search_description" if self.search_description else self.card_text_field)

    @cached_property
    def picture(self) -> dict[str, object]:
        """Return what a template shows as the page's picture: an `image` (photograph), or the `url` of a drawing."""
        return {"image": None, "url": illustration_url(self.illustration_default)}

    def linked_ids(self) -> set[int]:
        """Return the ids of pages that the page links to beside those that its blocks and texts refer to."""
        return set()

    def needs(self) -> Needs:
        """Return what is read for the page's blocks, and for what it shows beside them, together."""
        needs = needs_of(self)
        if image_id := getattr(self, "image_id", None):
            needs.files.setdefault(get_image_model(), set()).add(image_id)
        return needs

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer with the page, its content made in its own language, also where that is not the reader's; or with two of them."""
        with translation.override(self.language_code):
            if side_by_side.PARAMETER in request.GET and request.method != "POST":
                return side_by_side.answer(self, request)
            return super().serve(request, *args, **kwargs)

    def serve_password_required_response(self, request: HttpRequest, form: forms.Form, action_url: str) -> HttpResponse:
        """Ask for the password in the reader's language; nothing of the page itself is told."""
        return TemplateResponse(request, "wagtailcore/password_required.html", {"form": form, "action_url": action_url})

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the reader, to whom the page is shown from here on; find its links together, before its template asks one by one."""
        links.prepare(self, walking.references(self) | facts.data_pages(self) | self.linked_ids(), self.needs())
        cards.read_needs()
        if image_id := getattr(self, "image_id", None):
            (self.image,) = readers.current().found.files_of(get_image_model(), [image_id])
        return {**super().get_context(request, *args, **kwargs), "reader": readers.show(self, request)}
