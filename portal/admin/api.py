"""Pages in the admin's interface for programs: other languages' versions are named to those only who may see them."""

from __future__ import annotations

from wagtail.admin.api.serializers import AdminPageSerializer, PageTranslationsField
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.models import Page

from portal.admin import titles


class SeenTranslationsField(PageTranslationsField):
    """The versions of a page that the person may see."""

    def to_representation(self, page: Page) -> list[dict[str, object]]:
        """Return what Wagtail tells of them."""
        rows = super().to_representation(page)
        pages = Page.objects.filter(pk__in=[row["id"] for row in rows])
        seen = set(titles.seen_by(self.context["request"].user, pages).values_list("pk", flat=True))
        return [row for row in rows if row["id"] in seen]


class PageSerializer(AdminPageSerializer):
    """A page with those of its versions."""

    translations = SeenTranslationsField(read_only=True)


class PagesViewSet(PagesAdminAPIViewSet):
    """The pages that the person finds in lists; `translation` adds what is done to them there."""

    base_serializer_class = PageSerializer
