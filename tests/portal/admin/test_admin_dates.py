"""Dates and times in the admin are typed and shown as its language writes them, and mean times in Germany."""

from __future__ import annotations

import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.forms import DateField, DateTimeField, TimeField, ValidationError
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.localization import get_available_admin_time_zones
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput
from wagtail.blocks import DateTimeBlock
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail.users.models import UserProfile

from tests.builders import make_content_page, make_home

CHRISTMAS = datetime.datetime(2126, 12, 24, 7, 0, tzinfo=datetime.UTC)
LOCAL = datetime.datetime(2126, 12, 24, 8, 0)


@pytest.mark.parametrize(
    ("language", "shown", "script"),
    [
        ("de", ("24.12.2126", "08:00", "24.12.2126 08:00"), ("d.m.Y", "H:i", "d.m.Y H:i")),
        ("en", ("2126-12-24", "08:00", "2126-12-24 08:00"), ("Y-m-d", "H:i", "Y-m-d H:i")),
    ],
)
def test_one_widget_writes_and_reads_as_the_language_of_the_moment(language: str, shown: tuple, script: tuple) -> None:
    fields = (
        (DateField(), WIDGETS[0], LOCAL.date()),
        (TimeField(), WIDGETS[1], LOCAL.time()),
        (DateTimeField(), WIDGETS[2], LOCAL),
    )
    with override(language):
        assert tuple(widget.format_value(value) for _, widget, value in fields) == shown
        assert tuple(widget.get_config()["format"] for _, widget, _ in fields) == script
        assert [widget.get_config()["validateOnBlur"] for _, widget, _ in fields] == [False] * 3
        # In Germany it is an hour later than in Greenwich.
        read = [field.clean(text) for (field, _, _), text in zip(fields, shown, strict=True)]
        assert read == [LOCAL.date(), LOCAL.time(), CHRISTMAS]
        assert BLOCK.field.widget.get_config()["format"] == script[2]
        assert DateRangePickerWidget().widgets[0].format_value(LOCAL.date()) == shown[0]


# Made once, in whatever language the process started.
WIDGETS = (AdminDateInput(), AdminTimeInput(), AdminDateTimeInput())
BLOCK = DateTimeBlock()


@pytest.mark.parametrize("text", ["29.03.2026 02:30", "25.10.2026 02:30", "morgen früh", "24.13.2026 08:00"])
def test_an_hour_that_is_none_or_two_and_what_cannot_be_read_are_errors(text: str) -> None:
    with override("de"), pytest.raises(ValidationError):
        DateTimeField().clean(text)


@pytest.mark.django_db
class TestForm:
    """The page form, through its view."""

    def save(self, client: Client, go_live_at: str) -> TemplateResponse:
        """Save a page with a time at which it goes online."""
        home = make_home()
        self.page = make_content_page(home, "Sperrfrist", live=False)
        address = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        data = {
            "title": "Sperrfrist", "slug": self.page.slug, "lead": "Ein Satz.", "go_live_at": go_live_at, "expire_at": "",
            "body": streamfield([]), "sources": streamfield([]), "related_pages": streamfield([]), "comments": inline_formset([]),
        }  # fmt: skip
        return client.post(address, nested_form_data(data))

    def test_a_german_time_is_kept_and_shown_as_typed(self, admin_client: Client) -> None:
        response = self.save(admin_client, "24.12.2126 08:00")
        assert response.status_code == 302
        self.page.refresh_from_db()
        revision = self.page.get_latest_revision_as_object()
        assert revision.go_live_at == CHRISTMAS
        html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[self.page.pk])).content.decode()
        tag = html[html.index('name="go_live_at"') :].split(">", 1)[0]
        assert 'value="24.12.2126 08:00"' in tag

    @pytest.mark.parametrize("text", ["29.03.2026 02:30", "25.10.2026 02:30", "Heiligabend um acht"])
    def test_an_error_stands_at_the_field_and_nothing_is_saved(self, admin_client: Client, text: str) -> None:
        response = self.save(admin_client, text)
        assert response.status_code == 200
        assert list(response.context["form"].errors) == ["go_live_at"]
        assert self.page.revisions.count() == 0
        assert f'value="{text}"' in response.content.decode()


@pytest.mark.django_db
def test_times_are_those_of_germany_for_everybody(admin_client: Client, admin_user: User) -> None:
    assert list(get_available_admin_time_zones()) == ["Europe/Berlin"]
    assert "current_time_zone" not in admin_client.get(reverse("wagtailadmin_account")).content.decode()


@pytest.mark.django_db
def test_zones_that_were_chosen_go_at_the_upgrade(admin_user: User) -> None:
    UserProfile.objects.create(user=admin_user, current_time_zone="Asia/Tokyo")
    import_module("portal.migrations.0016_one_time_zone").forget_time_zones(apps, None)
    profile = UserProfile.objects.get()
    assert profile.get_current_time_zone() == timezone.get_default_timezone_name() == "Europe/Berlin"
