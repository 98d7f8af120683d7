"""Rights on translatable snippets, bound to languages.

Wagtail asks a snippet's policy for a right on the model; here the right holds only for instances in the languages that
the user works in. Reading stays free: translators read what they translate from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, Q, QuerySet
from modelcluster.fields import ParentalKey
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from translation.permissions import working_locale_ids, works_in

READING_ACTIONS = frozenset({"view", "choose"})


class LanguagePermissionPolicy(ModelPermissionPolicy):
    """The right on the model, and for each instance the right to work in its language."""

    def user_has_permission_for_instance(self, user: AbstractBaseUser, action: str, instance: Model) -> bool:
        """Return whether the user has the right on the model and, unless it only reads, works in the language."""
        if not self.user_has_permission(user, action):
            return False
        return action in READING_ACTIONS or works_in(user, instance.locale_id)

    def instances_user_has_any_permission_for(self, user: AbstractBaseUser, actions: Collection[str]) -> QuerySet:
        """Return the instances on which the user has one of the rights."""
        granted = {action for action in actions if self.user_has_permission(user, action)}
        instances = self.model._default_manager.all()
        if not granted:
            return instances.none()
        if granted & READING_ACTIONS:
            return instances
        return instances.filter(locale_id__in=working_locale_ids(user))

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Model) -> QuerySet:
        """Return the users who have one of the rights on the model and work in the instance's language."""
        users = super().users_with_any_permission_for_instance(actions, instance)
        if READING_ACTIONS.intersection(actions):
            return users
        in_language = Q(groups__page_permissions__page__locale_id=instance.locale_id)
        everywhere = Q(is_superuser=True) | Q(groups__page_permissions__page__depth=1)
        return users.filter(in_language | everywhere).distinct()


def language_bound_models() -> list[type[Model]]:
    """Return the models of the portal whose objects have a language, and are neither pages nor parts of another object."""
    return [
        model
        for model in apps.get_models()
        if (issubclass(model, TranslatableMixin) or _has_locale(model))
        and not issubclass(model, Page)
        and not any(isinstance(field, ParentalKey) for field in model._meta.get_fields())
    ]


def _has_locale(model: type[Model]) -> bool:
    return not model.__module__.startswith("wagtail") and any(
        field.name == "locale" and field.related_model is Locale for field in model._meta.get_fields()
    )


def register_language_policies() -> None:
    """Give every translatable snippet the policy that knows languages."""
    for model in language_bound_models():
        register_permission_policy(model, LanguagePermissionPolicy(model), exact_class=True)
