"""The form by which translations are ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django import forms
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Locale

from translation.permissions import works_in

from .names import name_of
from .order_models import Order


def people() -> QuerySet[User]:
    """Return who may be asked to translate: everybody who works in the admin."""
    works = Q(is_superuser=True) | Q(groups__permissions__codename="access_admin") | Q(user_permissions__codename="access_admin")
    return User.objects.filter(works, is_active=True).distinct().order_by("last_name", "first_name", "username")


def groups() -> QuerySet[Group]:
    """Return the groups that work on pages."""
    working = ("add_page", "change_page", "publish_page")
    return Group.objects.filter(page_permissions__permission__codename__in=working).distinct().order_by("name")


def _locale_ids(group: Group) -> set[int]:
    """Return in which languages a group works; a right on the root holds in all."""
    pages = [permission.page for permission in group.page_permissions.select_related("page")]
    if any(page.is_root() for page in pages):
        return set(Locale.objects.values_list("pk", flat=True))
    return {page.locale_id for page in pages}


class PersonField(forms.ModelChoiceField):
    """A choice among accounts, by their names."""

    def label_from_instance(self, user: User) -> str:
        """Return the name."""
        return user.get_full_name() or user.get_username()


class LanguagesField(forms.ModelMultipleChoiceField):
    """A choice among languages, by their names."""

    def label_from_instance(self, locale: Locale) -> str:
        """Return the name."""
        return name_of(locale)


class OrderForm(forms.ModelForm):
    """Languages, who is to do it, until when, a note."""

    languages = LanguagesField(
        label=pgettext_lazy("admin", "Languages"), queryset=Locale.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    below = forms.BooleanField(label=pgettext_lazy("admin", "All pages below these too"), required=False)
    assignee = PersonField(label=pgettext_lazy("admin", "Person"), queryset=User.objects.none(), required=False)
    group = forms.ModelChoiceField(
        label=pgettext_lazy("admin", "Group"), queryset=Group.objects.none(), required=False,
        help_text=pgettext_lazy("admin", "A person or a group, or neither: whoever works in the language sees it at the desk."),
    )  # fmt: skip
    due_on = forms.DateField(label=pgettext_lazy("admin", "Due on"), widget=AdminDateInput, required=False)
    note = forms.CharField(
        label=pgettext_lazy("admin", "Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = ["languages", "below", "assignee", "group", "due_on", "note"]

    def __init__(self, *args: object, locales: Sequence[Locale], has_pages_below: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].queryset = Locale.objects.filter(pk__in=[locale.pk for locale in locales])
        self.fields["languages"].choices = [(locale.pk, name_of(locale)) for locale in locales]
        self.fields["assignee"].queryset = people()
        self.fields["group"].queryset = groups()
        if not has_pages_below:
            del self.fields["below"]

    def clean_due_on(self) -> object:
        """Refuse a day that is over."""
        due_on = self.cleaned_data["due_on"]
        if due_on is not None and due_on < timezone.localdate():
            raise ValidationError(pgettext("admin", "This day is over."), code="over")
        return due_on

    def clean(self) -> dict[str, object]:
        """Ask for one of person and group, who works in all the languages."""
        values = super().clean() or self.cleaned_data
        person, group = values.get("assignee"), values.get("group")
        if person is not None and group is not None:
            self.add_error("group", ValidationError(pgettext("admin", "Choose a person or a group, not both."), code="both"))
            return values
        locales = values.get("languages") or ()
        if person is not None:
            self._check("assignee", person, [locale for locale in locales if not works_in(person, locale.pk)])
        if group is not None:
            own = _locale_ids(group)
            self._check("group", group, [locale for locale in locales if locale.pk not in own])
        return values

    def _check(self, name: str, who: User | Group, foreign: Sequence[Locale]) -> None:
        if foreign:
            values = {"name": who.name if isinstance(who, Group) else who.get_full_name() or who.get_username()}
            values["languages"] = ", ".join(name_of(locale) for locale in foreign)
            text = pgettext("admin", "%(name)s does not work in: %(languages)s. Order these languages by themselves.")
            self.add_error(name, ValidationError(text % values, code="foreign"))
