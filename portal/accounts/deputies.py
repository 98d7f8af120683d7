"""Who stands in for a moderator, in their own account's settings."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.admin.widgets import AdminDateInput

from portal.models import ApprovalTask, Deputyship


def approves(user: User) -> bool:
    """Return whether somebody is a moderator: in a group that approves."""
    return ApprovalTask.objects.filter(active=True, groups__in=user.groups.all()).exists()


def possible_deputies(user: User) -> QuerySet[User]:
    """Return who may stand in for somebody: everybody else who works in the admin."""
    works = Q(is_superuser=True) | Q(groups__permissions__codename="access_admin") | Q(user_permissions__codename="access_admin")
    return User.objects.filter(works, is_active=True).exclude(pk=user.pk).distinct().order_by("last_name", "first_name", "username")


def can_judge(deputy: User, moderator: User) -> bool:
    """Return whether somebody could approve anything in a moderator's place: translations only in languages in which they work."""
    tasks = ApprovalTask.objects.filter(active=True, groups__in=moderator.groups.all()).distinct()
    return any(task.specific.lets_name(deputy) for task in tasks)


def name_of(user: User) -> str:
    """Return what somebody is called among those who work in the admin."""
    return user.get_full_name() or user.get_username()


class NamedChoiceField(forms.ModelChoiceField):
    """A choice among accounts, by their names."""

    def label_from_instance(self, user: User) -> str:
        """Return the name."""
        return name_of(user)


class DeputyForm(forms.ModelForm):
    """A deputy with the days; all of it, or nothing."""

    deputy = NamedChoiceField(label=pgettext_lazy("admin", "Deputy"), queryset=User.objects.none(), required=False)
    starts_on = forms.DateField(label=pgettext_lazy("admin", "First day"), widget=AdminDateInput, required=False)
    ends_on = forms.DateField(label=pgettext_lazy("admin", "Last day"), widget=AdminDateInput, required=False)

    class Meta:
        model = Deputyship
        fields: ClassVar[list[str]] = ["deputy", "starts_on", "ends_on"]

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        stored = Deputyship.objects.filter(moderator=user).first() or Deputyship(moderator=user)
        super().__init__(*args, **{**kwargs, "instance": stored})
        self.fields["deputy"].queryset = possible_deputies(user)

    def clean(self) -> dict[str, object]:
        """Ask for what is missing, and for days that are still to come."""
        values = super().clean() or self.cleaned_data
        given = [name for name in self.fields if values.get(name)]
        if given:
            for name in set(self.fields) - set(given) - set(self.errors):
                self.add_error(name, ValidationError(self.fields[name].error_messages["required"], code="required"))
        if "ends_on" in self.changed_data and values.get("ends_on") and values["ends_on"] < timezone.localdate():
            self.add_error("ends_on", ValidationError(pgettext("admin", "This day is over."), code="over"))
        deputy = values.get("deputy")
        if deputy and "deputy" in self.changed_data and not can_judge(deputy, self.instance.moderator):
            text = pgettext("admin", "%(name)s works in none of the languages whose translations you approve.")
            self.add_error("deputy", ValidationError(text % {"name": name_of(deputy)}, code="language"))
        return values

    def _post_clean(self) -> None:
        if any(self.cleaned_data.get(name) for name in self.fields):
            super()._post_clean()

    def save(self, commit: bool = True) -> Deputyship:
        """Save it; what was emptied is gone."""
        if self.cleaned_data.get("deputy"):
            return super().save(commit)
        Deputyship.objects.filter(moderator=self.instance.moderator_id).delete()
        return self.instance


class DeputyPanel(BaseSettingsPanel):
    """A moderator's deputy."""

    name = "deputy"
    title = pgettext_lazy("admin", "Deputy")
    order = 350
    help_text = pgettext_lazy(
        "admin",
        "What waits for your approval for more than two working days (Saturdays, Sundays and the public holidays of all Länder do not"
        " count) may then be approved by this person too, within your rights and on these days only.",
    )

    def is_active(self) -> bool:
        """Return whether this is somebody who approves."""
        return approves(self.user)

    def get_form(self) -> DeputyForm:
        """Return the form, bound if it was sent."""
        data = (self.request.POST,) if self.request.method == "POST" else ()
        return DeputyForm(*data, user=self.user, prefix=self.name)
