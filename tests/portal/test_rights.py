"""Titles outside a person's rights are shown by no screen of the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from wagtail.models import GroupPagePermission, Page

from tests.builders import make_content_page, make_home, make_section

WORD = "Geheimplan"


@pytest.mark.django_db
def test_who_works_on_one_section_sees_no_drafts_outside_it() -> None:
    """Unpublished pages elsewhere are named by no screen, asked for by their numbers or found in lists."""
    home = make_home()
    mine = make_section(home, "Unsere Arbeit")
    page = make_content_page(mine, "Beratung")
    hidden = make_content_page(home, f"{WORD} A", live=False)
    hidden.save_revision()
    below = make_content_page(hidden, f"{WORD} B", live=False)
    group = Group.objects.create(name="Abschnitt")
    group.permissions.add(Permission.objects.get(codename="access_admin"), Permission.objects.get(codename="submit_translation"))
    for codename in ("add_page", "change_page", "publish_page"):
        GroupPagePermission.objects.create(group=group, page=mine, permission=Permission.objects.get(codename=codename))
    user = User.objects.create_user("abschnitt", password="x")
    user.groups.add(group)
    browser = Client()
    browser.force_login(user)
    number = hidden.pk
    addresses = [
        "/admin/",
        f"/admin/pages/{home.pk}/",
        f"/admin/pages/{number}/",
        f"/admin/pages/{number}/edit/",
        f"/admin/pages/{number}/history/",
        f"/admin/pages/{number}/usage/",
        f"/admin/pages/{number}/copy/",
        f"/admin/pages/{number}/move/",
        f"/admin/pages/{number}/delete/",
        f"/admin/pages/{number}/unpublish/",
        f"/admin/pages/{number}/privacy/",
        f"/admin/pages/{number}/workflow_history/",
        f"/admin/pages/{number}/convert_alias/",
        f"/admin/pages/add/home/contentpage/{number}/",
        f"/admin/localize/submit/page/{number}/",
        f"/admin/languages/de-simple/add/{number}/",
        f"/admin/bulk/wagtailcore/page/delete/?id={number}",
        f"/admin/bulk/wagtailcore/page/move/?id={number}",
        f"/admin/bulk/wagtailcore/page/publish/?id={number}",
        f"/admin/bulk/wagtailcore/page/unpublish/?id={number}",
        f"/admin/choose-page/{number}/",
        f"/admin/choose-page/{home.pk}/",
        "/admin/choose-page/",
        f"/admin/choose-page/search/?q={WORD}",
        f"/admin/pages/search/?q={WORD}",
        "/admin/reports/page-types-usage/",
        "/admin/reports/site-history/",
        "/admin/reports/aging-pages/",
        "/admin/reports/locked/",
        f"/admin/api/main/pages/?search={WORD}",
        f"/admin/api/main/pages/{number}/",
        f"/admin/api/main/pages/?child_of={home.pk}",
        f"/admin/api/main/pages/?fields=*&limit=20",
    ]
    answers = {address: browser.get(address, follow=True).content.decode() for address in addresses}
    told = [address for address, text in answers.items() if WORD in text.replace(f"q={WORD}", "").replace(f'value="{WORD}"', "")]
    print("TOLD", told)
    assert told == []
    assert page.title in answers["/admin/choose-page/" + f"{home.pk}/"] or Page.objects.filter(pk=below.pk).exists()
