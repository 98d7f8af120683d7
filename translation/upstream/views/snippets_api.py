"""The names of snippets, as the translation editor reads them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework.request import Request
from wagtail.permissions import policy_registry
from wagtail_localize.views import snippets_api


class SnippetViewSet(snippets_api.SnippetViewSet):
    """Answers those only who have a right on the snippet's model."""

    actions_asked = ("view", "choose", "add", "change", "delete")

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse users without any right on the model."""
        super().initial(request, *args, **kwargs)
        if not policy_registry.get_by_type(self.get_model()).user_has_any_permission(request.user, self.actions_asked):
            raise PermissionDenied

    def get_queryset(self) -> QuerySet:
        """Return the snippets that the user may read or change."""
        policy = policy_registry.get_by_type(self.get_model())
        return policy.instances_user_has_any_permission_for(self.request.user, self.actions_asked)
