"""The form for redirects: it takes addresses as editors have them and says why one cannot be."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import Resolver404, resolve
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.contrib.redirects import forms as wagtail_forms
from wagtail.contrib.redirects import views as wagtail_views
from wagtail.contrib.redirects.models import Redirect

from portal.admin import titles
from portal.http.views import serve_page
from portal.pages import redirects


class RedirectForm(wagtail_forms.RedirectForm):
    """A redirect: from an old address of any length to a page or to an address, here or elsewhere."""

    old_path = forms.CharField(
        label=pgettext_lazy("admin", "Old address"),
        max_length=2000,
        help_text=pgettext_lazy(
            "admin",
            "For example /de/old-page or the full address. Letter case and the order of a query (?id=4&L=1) make no difference.",
        ),
    )
    redirect_link = forms.CharField(
        label=pgettext_lazy("admin", "Or to an address"),
        required=False,
        max_length=255,
        help_text=pgettext_lazy(
            "admin", "A path of this portal such as /en/contact/, or the full address of another website (https://…)."
        ),
    )

    def clean_old_path(self) -> str:
        """Return the old address as it is stored.

        Raises:
            ValidationError: a live page or a part of the portal answers there, so that nobody would ever be led on.
        """
        typed = self.cleaned_data["old_path"]
        try:
            stored = redirects.normalise(typed)
            page = redirects.live_page_at(typed)
        except ValueError as error:
            raise ValidationError(pgettext("admin", "This is no address.")) from error
        if page is not None:
            raise ValidationError(
                pgettext("admin", "The page “%(page)s” lies at this address. A redirect would never be used.")
                % {"page": titles.shown_title(page)}
            )
        if _is_own_view(stored.partition("?")[0]):
            raise ValidationError(pgettext("admin", "The portal itself answers at this address. A redirect would never be used."))
        return stored

    def clean_redirect_link(self) -> str:
        """Return the target: a path of this portal, or an address with `http` or `https`.

        Raises:
            ValidationError: it is neither.
        """
        target = self.cleaned_data["redirect_link"].strip()
        if not target:
            return ""
        wrong = pgettext("admin", "Please enter a path that begins with / or an address that begins with https://.")
        if target.startswith("/"):
            # Browsers read `//host` and `/\host` as another host.
            if target[1:2] in ("/", "\\"):
                raise ValidationError(wrong)
            return quote(target, safe="/%?#&=+:@!$'()*,;~-._[]")
        try:
            URLValidator(schemes=["http", "https"])(target)
        except ValidationError as error:
            raise ValidationError(wrong) from error
        return target

    def clean(self) -> dict[str, object]:
        """Ask for exactly one target; an address at which a page lies becomes a link to that page, which follows it."""
        super().clean()
        data = self.cleaned_data
        old, link, page = data.get("old_path"), data.get("redirect_link"), data.get("redirect_page")
        if "redirect_link" in self.errors or "redirect_page" in self.errors:
            return data
        if not link and not page:
            self.add_error(None, pgettext("admin", "Where does it lead? Please choose a page or enter an address."))
        elif link and page:
            self.add_error("redirect_link", pgettext("admin", "Please either choose a page or enter an address, not both."))
        elif link and link.startswith("/"):
            url = urlsplit(link)
            target = None if url.query or url.fragment else redirects.live_page_at(link)
            if target is not None:
                data["redirect_page"], data["redirect_link"] = target, ""
            elif old and self._leads_back(old, link):
                self.add_error("redirect_link", pgettext("admin", "This leads back to the old address."))
        return data

    def _leads_back(self, old: str, link: str) -> bool:
        """Return whether a target leads, by itself or through other redirects, to the old address."""
        seen = set()
        while link.startswith("/") and (address := redirects.normalise(link)) not in seen:
            if address == old:
                return True
            seen.add(address)
            onward = Redirect.objects.filter(old_path=address).exclude(pk=self.instance.pk).first()
            link = onward.redirect_link if onward else ""
        return False

    def _get_validation_exclusions(self) -> set[str]:
        # The model takes full addresses only.
        return super()._get_validation_exclusions() | {"redirect_link"}


class ListView(wagtail_views.IndexView):
    """Wagtail's list, without the site: there is one. Its export holds the address of a page only for people who may know the page."""

    columns: ClassVar[list] = [column for column in wagtail_views.IndexView.columns if column.name != "site"]

    def to_row_dict(self, item: Redirect) -> dict[str, object]:
        """Return a row of the export."""
        if item.redirect_page_id and not titles.may_see(self.request.user, item.redirect_page):
            item.link = titles.title_for(self.request.user, item.redirect_page)
        return super().to_row_dict(item)


def _is_own_view(path: str) -> bool:
    """Return whether a view that is no page, file or document answers at a path."""
    for tried in (path, f"{path.rstrip('/')}/"):
        try:
            match = resolve(tried)
        except Resolver404:
            continue
        if match.func is not serve_page and match.view_name != "wagtail_serve":
            return not match.route.startswith(("media/", "documents/"))
    return False


def install() -> None:
    """Let Wagtail's views use this form, its import of files too. Wagtail 8 has no setting for it (`form_class` is fixed)."""
    for target in (wagtail_views.CreateView, wagtail_views.EditView):
        target.form_class = RedirectForm
    wagtail_views.RedirectForm = RedirectForm
