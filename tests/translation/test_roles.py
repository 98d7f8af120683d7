"""Roles, and the workflow from editor to moderator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Task,
    TranslatableMixin,
    Workflow,
    WorkflowPage,
    WorkflowState,
)
from wagtail.permissions import policy_registry
from wagtail.snippets.models import get_snippet_models
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from home.models import ContentPage, HomePage
from portal.models import Footer, Topic
from tests.builders import make_content_page, make_section
from tests.people import Portal
from translation import roles
from translation.permissions import working_locale_ids
from translation.policies import LanguagePermissionPolicy

pytestmark = pytest.mark.django_db


def codes_of(user: User) -> set[str]:
    return set(Locale.objects.filter(pk__in=working_locale_ids(user)).values_list("language_code", flat=True))


class TestRoles:
    def test_languages_of_the_roles(self, people: dict[str, User]) -> None:
        assert codes_of(people["admin"]) == set(Locale.objects.values_list("language_code", flat=True))
        assert codes_of(people["redaktion"]) == {"de"}
        # Who publishes incomplete translations opens them.
        assert codes_of(people["freigabe"]) == {"de", "en", "fr"}
        assert codes_of(people["uebersetzung-en"]) == {"en"}
        assert codes_of(people["uebersetzung-fr"]) == {"fr"}
        assert {user.wagtail_userprofile.preferred_language for user in people.values()} == {"de"}

    def test_a_right_on_the_root_is_one_on_all_languages(self, portal: Portal) -> None:
        user = User.objects.create_user("all", password="x")
        group = Group.objects.create(name="all")
        user.groups.add(group)
        assert codes_of(user) == set()
        permission = Permission.objects.get(codename="change_page")
        GroupPagePermission.objects.create(group=group, page=Page.get_first_root_node(), permission=permission)
        assert codes_of(User.objects.get(pk=user.pk)) == set(Locale.objects.values_list("language_code", flat=True))

    def test_added_rights_stay_and_missing_ones_come_back(self, portal: Portal) -> None:
        group = Group.objects.get(name="Redaktion")
        extra = Permission.objects.get(codename="delete_topic")
        group.permissions.add(extra)
        group.page_permissions.all().delete()
        roles.set_up_roles()
        assert extra in group.permissions.all()
        assert group.page_permissions.count() == 2

    def test_wagtails_own_groups_and_workflow_are_gone(self, portal: Portal) -> None:
        assert not Group.objects.filter(name__in=["Editors", "Moderators"]).exists()
        # German pages are approved by the moderators, translations by the reviewers of their language.
        names = {"Freigabe": portal.home, "Prüfung Englisch": portal.homes["en"], "Prüfung Französisch": portal.homes["fr"]}
        assert set(Workflow.objects.values_list("name", flat=True)) == set(names)
        assert {task.specific.groups.get().name for task in Task.objects.all()} == set(names)
        assert {(one.workflow.name, one.page_id) for one in WorkflowPage.objects.all()} == {(name, page.pk) for name, page in names.items()}

    def test_a_group_of_wagtails_name_made_later_stays(self, portal: Portal) -> None:
        Group.objects.create(name="Editors")
        roles.set_up_roles()
        assert Group.objects.filter(name="Editors").exists()

    def test_everybody_sees_the_dashboard_and_their_pages(self, portal: Portal, people: dict[str, User]) -> None:
        for user in people.values():
            client = Client()
            client.force_login(user)
            assert client.get(reverse("wagtailadmin_home")).status_code == 200
            assert client.get(reverse("wagtailadmin_explore_root"), follow=True).status_code == 200
            assert client.get(reverse("wagtailimages_chooser:choose")).status_code == 200
        own = {"redaktion": ["de"], "freigabe": ["de", "en", "fr"], "uebersetzung-en": ["en"]}
        for name, codes in own.items():
            for other in ("de", "en", "fr"):
                page = Page.objects.get(pk=portal.pages[other].pk)
                assert page.permissions_for_user(people[name]).can_edit() is (other in codes)


class TestWorkflow:
    """An editor writes, the moderator approves, in the admin."""

    @staticmethod
    def form(title: str, action: str) -> dict[str, str]:
        return nested_form_data(
            {
                "title": title,
                "slug": "",
                "lead": "Ein Satz.",
                "body": streamfield([]),
                "sources": streamfield([]),
                "related_pages": streamfield([]),
                "comments": inline_formset([]),
                action: "1",
            }
        )

    def write(self, client: Client, parent: Page, action: str) -> ContentPage:
        url = reverse("wagtailadmin_pages:add", args=["home", "contentpage", parent.pk])
        response = client.post(url, self.form("Neue Seite", action))
        assert response.status_code == 302, response.context["form"].errors
        return ContentPage.objects.get(title="Neue Seite", alias_of=None)

    def test_an_editor_submits_and_the_moderator_approves(
        self, portal: Portal, editor: Client, moderator: Client, people: dict[str, User]
    ) -> None:
        page = self.write(editor, portal.home, "action-submit")
        assert not page.live
        state = page.current_workflow_task_state
        assert GroupApprovalTask.objects.get(pk=state.task_id).name == "Freigabe"

        action = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
        editor.post(action)
        assert not ContentPage.objects.get(pk=page.pk).live
        assert "Neue Seite" in moderator.get(reverse("wagtailadmin_home")).text
        assert moderator.post(action).status_code == 302
        page.refresh_from_db()
        assert page.live
        assert page.slug == "neue-seite"
        assert WorkflowState.objects.get().status == WorkflowState.STATUS_APPROVED
        # The other languages follow with aliases.
        followers = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
        assert {follower.alias_of_id for follower in followers} == {page.pk}

    def test_an_editor_cannot_publish(self, portal: Portal, editor: Client) -> None:
        page = self.write(editor, portal.home, "action-publish")
        assert not page.live
        assert editor.post(reverse("wagtailadmin_pages:unpublish", args=[portal.pages["de"].pk])).status_code == 302
        assert Page.objects.get(pk=portal.pages["de"].pk).live

    def test_a_moderator_publishes_at_once(self, portal: Portal, moderator: Client) -> None:
        assert self.write(moderator, portal.home, "action-publish").live


class TestSnippetRights:
    def test_editors_and_moderators_keep_the_german_ones(
        self, portal: Portal, editor: Client, moderator: Client
    ) -> None:
        footer = Footer.objects.create(title="Fuß", about="Wir.", locale=portal.home.locale)
        edit_footer = reverse("wagtailsnippets_portal_footer:edit", args=[footer.pk])
        edit_topic = reverse("wagtailsnippets_portal_topic:edit", args=[portal.topics["de"].pk])
        delete_topic = reverse("wagtailsnippets_portal_topic:delete", args=[portal.topics["de"].pk])
        add_topic = reverse("wagtailsnippets_portal_topic:add")
        for url in (edit_topic, add_topic):
            assert editor.get(url).status_code == 200
            assert moderator.get(url).status_code == 200
        assert editor.get(edit_footer).status_code == 302
        assert editor.get(delete_topic).status_code == 302
        assert moderator.get(edit_footer).status_code == 200
        assert moderator.get(delete_topic).status_code == 200
        bulk = reverse("wagtail_bulk_action", args=["portal", "topic", "delete"])
        moderator.post(f"{bulk}?id={portal.topics['en'].pk}&id={portal.topics['de'].pk}")
        # Moderators work in the languages that follow too.
        assert set(Topic.objects.values_list("locale__language_code", flat=True)) == {"fr"}


def test_a_section_below_the_home_page_is_in_the_moderators_reach(
    portal: Portal, people: dict[str, User], django_assert_max_num_queries: Callable
) -> None:
    """The languages of a user cost one query in a request, however many pages there are."""
    home = HomePage.objects.get(pk=portal.home.pk)
    make_content_page(make_section(home, "Noch eine"), "Tief")
    user = User.objects.get(username="freigabe")
    with django_assert_max_num_queries(1):
        working_locale_ids(user)
        working_locale_ids(user)


class TestPolicy:
    """What Wagtail asks the policy of a snippet, beside the screens."""

    def test_instances_and_users(self, portal: Portal, people: dict[str, User]) -> None:
        policy = policy_registry.get_by_type(Topic)
        translator = people["uebersetzung-en"]
        assert set(policy.instances_user_has_permission_for(translator, "change")) == {portal.topics["en"]}
        assert set(policy.instances_user_has_permission_for(translator, "view")) == set(portal.topics.values())
        assert not policy.instances_user_has_permission_for(translator, "delete").exists()
        assert not policy.user_has_permission_for_instance(translator, "change", portal.topics["de"])
        assert policy.user_has_permission_for_instance(translator, "view", portal.topics["de"])
        names = policy.users_with_permission_for_instance("change", portal.topics["en"])
        assert set(names.values_list("username", flat=True)) == {"admin", "freigabe", "pruefung-en", "uebersetzung-en"}

    def test_every_translatable_snippet_has_it(self) -> None:
        for model in get_snippet_models():
            if issubclass(model, TranslatableMixin):
                assert isinstance(policy_registry.get_by_type(model), LanguagePermissionPolicy), model
