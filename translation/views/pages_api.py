"""What Wagtail's admin API does to pages, with the questions that its screens ask."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response
from wagtail.admin.api.actions.publish import PublishPageAPIAction
from wagtail.models import Page

from portal.admin.api import PagesViewSet
from translation.permissions import translation_into
from translation.publishing import obstacles, publish


class PublishAction(PublishPageAPIAction):
    """Publishes a page as the bulk action does; nobody can be asked here."""

    def execute(self, instance: Page, data: dict[str, object]) -> Response:
        """Publish.

        Raises:
            PermissionDenied: the person may not, or it is locked.
            ValidationError: something else stands against it.
        """
        reasons = obstacles(self.request.user, instance)
        if "right" in reasons:
            raise PermissionDenied(reasons["right"])
        if not reasons and (translation := translation_into(instance)) is not None:
            if not (reason := publish(translation, self.request.user)):
                return Response(self.view.get_serializer(instance.specific_class.objects.get(pk=instance.pk)).data)
            reasons = {"page": reason}
        if reasons:
            raise ValidationError({"page": list(reasons.values())})
        return super().execute(instance, data)


class TranslatedPagesAPIViewSet(PagesViewSet):
    """Wagtail's, without aliases beside their page and without turning aliases into pages that look written."""

    actions: ClassVar[dict] = {
        name: action
        for name, action in {**PagesViewSet.actions, "publish": PublishAction}.items()
        if name not in ("create_alias", "convert_alias")
    }
