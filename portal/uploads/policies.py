"""Rights on pictures and documents in the admin: Wagtail's own, less what is restricted to groups of other people."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from wagtail.models import Collection, CollectionMember
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permissions import register_permission_policy

from portal.uploads.access import closed_collections


class FilePermissionPolicy(CollectionOwnershipPermissionPolicy):
    """Rights on a collection hold below it, but not where a collection is restricted to groups that the user is in none of."""

    def collections_user_has_any_permission_for(
        self, user: AbstractBaseUser, actions: Iterable[str]
    ) -> QuerySet[Collection]:
        """Return the collections in which a user has one of the rights."""
        return super().collections_user_has_any_permission_for(user, actions).exclude(pk__in=closed_collections(user))

    def instances_user_has_any_permission_for(
        self, user: AbstractBaseUser, actions: Iterable[str]
    ) -> QuerySet[CollectionMember]:
        """Return the files on which a user has one of the rights."""
        found = super().instances_user_has_any_permission_for(user, actions)
        return found.exclude(collection__in=closed_collections(user))

    def user_has_any_permission_for_instance(
        self, user: AbstractBaseUser, actions: Iterable[str], instance: CollectionMember
    ) -> bool:
        """Return whether a user has one of the rights on a file."""
        if not super().user_has_any_permission_for_instance(user, actions, instance):
            return False
        return instance.collection_id not in closed_collections(user)


def register_file_policies() -> None:
    """Give pictures and documents the policy."""
    from wagtail.documents import get_document_model
    from wagtail.images import get_image_model

    for model, auth_model in (
        (get_document_model(), "wagtaildocs.Document"),
        (get_image_model(), "wagtailimages.Image"),
    ):
        policy = FilePermissionPolicy(model, auth_model=auth_model, owner_field_name="uploaded_by_user")
        register_permission_policy(model, policy, exact_class=True)
