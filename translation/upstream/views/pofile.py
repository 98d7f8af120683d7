"""wagtail-localize's addresses for PO files: they hand out and take back what `translation.files` does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request

from translation.files import views
from translation.guards import for_target, get_translation_and_target

download = views.download


@require_POST
@for_target(writes=True)
def upload(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Show what a file would change, or say why it cannot be imported."""
    translation, _target = get_translation_and_target(translation_id)
    return views.preview(request, [translation], get_valid_next_url_from_request(request) or reverse("wagtailadmin_home"))
