"""Each address of the desk as each role in each language: whoever works in Ukrainian alone sees and changes Ukrainian alone."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail_localize.models import Translation

from tests.builders import translate_texts
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    locale,
    order,
    other,
    page,
    progress,
    shared_section,
    sign_in,
    state,
    user,
    version,
)
from translation import roles
from translation.desk import editor_hooks, order_hooks, wagtail_hooks
from translation.desk.models import Notice
from translation.desk.order_models import NoticeKind
from translation.desk.states import State

pytestmark = pytest.mark.django_db

ROLES = {
    "redaktion": {"en", "uk", "ar", "de-simple"},
    "freigabe": {"en", "uk", "ar", "de-simple"},
    "uebersetzung-en": {"en"},
    "uebersetzung-uk": {"uk"},
    "uebersetzung-ar": {"ar"},
    "pruefung-en": {"en"},
    "pruefung-uk": {"uk"},
    "pruefung-ar": {"ar"},
    "leichte-sprache": {"de-simple"},
    "anfragen": set(),
}


def names_in_matrix(client: Client) -> set[str]:
    soup = BeautifulSoup(client.get(reverse("translation_desk")).content, "html.parser")
    found = {head.get_text(strip=True) for head in soup.select("table.listing thead th")}
    names = {"English": "en", "Українська": "uk", "العربية": "ar", "Leichte Sprache": "de-simple"}
    return {names[name] for name in found & set(names)}


def test_each_role_sees_and_changes_its_own_languages_at_every_address(page: Page, other: Page) -> None:  # noqa: F811
    every = ("en", "uk", "ar", "de-simple")
    editor = sign_in("redaktion")
    placed = {code: order(editor, [page], (code,)) for code in every}
    walked = {"translation_desk_results", "translation_my_work", "translation_notice"}
    for name, own in ROLES.items():
        client, has_any = sign_in(name), bool(own)
        may_order = "wagtail_localize.submit_translation" in user(name).get_all_permissions()
        manages = name in ("redaktion", "freigabe")
        assert client.get(reverse("translation_desk")).status_code == (200 if has_any else 302)
        assert names_in_matrix(client) == own
        assert client.get(reverse("translation_orders")).status_code == (200 if has_any else 302)
        assert client.get(reverse("translation_my_work")).status_code == (200 if has_any else 302)
        listed = client.get(reverse("translation_orders")).text if has_any else ""
        form = client.get(f"{reverse('translation_order_new')}?pages={other.pk}")
        assert form.status_code == (200 if may_order and has_any else 302), name
        if form.status_code == 200:
            offered = {Locale.objects.get(pk=pk).language_code for pk, _label in form.context["form"].fields["languages"].choices}
            assert offered == own
        for code in every:
            is_own, number = code in own, placed[code].pk
            refused = 404 if has_any else 302
            assert client.get(reverse("translation_order", args=[number])).status_code == (200 if is_own else refused)
            assert (reverse("translation_order", args=[number]) in listed) == is_own
            assert client.get(reverse("translation_work", args=[page.pk, code])).status_code == (200 if is_own else refused)
            for address in ("translation_order_call_off", "translation_order_again"):
                before = progress(placed[code])
                answer = client.post(reverse(address, args=[number]), {"item": "0"})
                assert answer.status_code == ((302 if manages else 403) if is_own else refused), (name, code, address)
                assert progress(placed[code]) == before
            if may_order and has_any and not is_own:
                answer = client.post(f"{reverse('translation_order_new')}?pages={other.pk}", {"languages": [locale(code).pk]})
                assert set(answer.context["form"].errors) == {"languages"}
    walked |= {
        "translation_desk", "translation_orders", "translation_order_new", "translation_order", "translation_work",
        "translation_order_call_off", "translation_order_again",
        # Walked in `test_order_files` and `test_reviews`.
        "translation_review",
        "translation_order_files", "translation_order_file",
        # Walked in `test_editor`.
        "translation_edit", "translation_editor", "translation_editor_news", "translation_editor_save", "translation_editor_comment",
        "translation_editor_alike", "translation_editor_history",
        # Walked in `test_desk`.
        "translation_desk_page", "translation_desk_confirm", "translation_desk_show_again",
        # Walked in `test_figures`.
        "translation_figures",
        # Walked in `test_snippets`.
        "translation_desk_snippet", "translation_desk_snippet_confirm",
    }  # fmt: skip
    patterns = (*order_hooks.register_urls(), *wagtail_hooks.register_urls(), *editor_hooks.register_urls())
    assert {pattern.name for pattern in patterns} == walked


def test_a_notice_is_its_receivers_alone(page: Page) -> None:  # noqa: F811
    order(sign_in("redaktion"), [page], ("uk",), assignee=user("uebersetzung-uk").pk)
    notice = Notice.objects.get(kind=NoticeKind.ASSIGNED)
    for name, status in (("redaktion", 404), ("uebersetzung-en", 404), ("anfragen", 404), ("uebersetzung-uk", 302)):
        assert sign_in(name).get(reverse("translation_notice", args=[notice.pk])).status_code == status


def test_who_may_change_but_not_publish_translates_and_a_group_with_that_right_publishes(page: Page) -> None:  # noqa: F811
    group = Group.objects.create(name="Nur übersetzen")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=roles.home_page("uk"), permission=change)
    User.objects.create_user("neu").groups.add(group)
    order(sign_in("redaktion"), [page], ("uk",), group=group.pk)
    translator, edit = sign_in("neu"), reverse("wagtailadmin_pages:edit", args=[version(page, "uk").pk])
    assert translator.get(reverse("translation_work", args=[page.pk, "uk"])).status_code == 200
    translate_texts(Translation.objects.get(source__object_id=page.translation_key))
    assert translator.post(edit, {"action": "publish"}).status_code == 403
    assert state(page, "uk") == State.IN_WORK
    assert sign_in("uebersetzung-uk").post(edit, {"action": "publish"}).status_code == 302
    assert state(page, "uk") == State.TRANSLATED
