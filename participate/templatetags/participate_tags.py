"""Links to the forms, for the templates of pages."""

from __future__ import annotations

from django import template

from participate.forms import BarrierForm
from participate.links import form_link as link_to_form
from participate.models import ContactPage
from participate.purposes import Purpose
from participate.recipients import Offer
from portal.pages.links import Link
from portal.pages.readers import Reader

register = template.Library()


@register.simple_tag
def form_link(purpose: str, query: str = "") -> Link | None:
    """Return the link to a form, with what was searched for; None where the form does not exist."""
    return link_to_form(purpose, q=query)


@register.inclusion_tag("components/feedback.html")
def feedback(reader: Reader) -> dict[str, Link | None]:
    """Ask below a page whether it was helpful, and what could not be read: links to forms, as far as these exist."""
    page = reader.page
    if page is None or page.pk is None or isinstance(page, ContactPage):
        return {}
    return {
        "helpful": link_to_form(Purpose.HELPFUL, page=page.pk),
        "barrier": link_to_form(Purpose.BARRIER, page=page.pk),
    }


@register.simple_tag
def sample_form() -> BarrierForm:
    """Return a form that was sent with mistakes, for the component page."""
    return BarrierForm(Offer(()), {"text": "", "name": "Olena", "email": "olena@"})
