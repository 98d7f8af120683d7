"""Who may do what in which language, beyond the first refusal: blank and stopped translations, parts of a tree, other trees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Locale, Page, PageViewRestriction
from wagtail.permissions import policy_registry
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from home.models import ContentPage
from portal.models import Topic
from tests.builders import add, make_content_page, make_section, make_topic, submit, translate, translate_texts
from tests.people import Portal, client_of
from translation.permissions import (
    is_locked_for,
    may_publish,
    reason_against_change,
    reason_against_publication,
    source_version,
    submittable_locales,
    translation_into,
    working_locale_ids,
)

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def person(name: str, *pages: Page, actions: tuple[str, ...] = ("change",), rights: tuple[str, ...] = ("access_admin",)) -> User:
    """Return somebody whose group has rights on some pages and what stands below."""
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=rights))
    for page in pages:
        for action in actions:
            permission = Permission.objects.get(codename=f"{action}_page", content_type__app_label="wagtailcore")
            GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    user = User.objects.create_user(name, password="x")
    user.groups.add(group)
    return user


def languages_of(user: User) -> set[str]:
    user = User.objects.get(pk=user.pk)
    return set(Locale.objects.filter(pk__in=working_locale_ids(user)).values_list("language_code", flat=True))


def codes(user: User, page: Page) -> list[str]:
    """Return into which languages somebody may submit a page."""
    found = submittable_locales(User.objects.get(pk=user.pk), page)
    return sorted(found.values_list("language_code", flat=True))


def write(user: User, translation: Translation, text: str) -> int:
    """Write the first text of a translation as the editor's screen does; return the status."""
    segment = StringSegment.objects.filter(source=translation.source).order_by("order").first()
    url = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk])
    return client_of(user).put(url, f"value={text}", content_type=FORM).status_code


def publish_in_editor(user: User, page: Page, **fields: str) -> HttpResponse:
    return client_of(user).post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish", **fields})


# --- parts of a tree, other trees -------------------------------------------------------------------------------------------


def test_a_right_on_a_section_is_one_on_what_stands_there_and_on_nothing_beside_it(portal: Portal) -> None:
    inside, outside = portal.pages["en"], translate(make_content_page(make_section(portal.home, "Nebenan"), "Dort"), "en", title="There")
    for name, right in (("above", inside.get_parent()), ("at", inside)):
        user = person(name, right)
        assert languages_of(user) == {"en"}
        assert write(user, portal.translations["en"], name) == 200
        assert write(user, translation_into(outside), "x") == 403
        assert write(user, portal.translations["fr"], "x") == 403
    below = person("below", make_content_page(portal.pages["en"], "Deeper"))
    assert write(below, portal.translations["en"], "x") == 403
    written = StringTranslation.objects.filter(data__in=["above", "at", "x"])
    assert list(written.values_list("data", "locale__language_code")) == [("at", "en")]


@pytest.mark.parametrize(("action", "works"), [("add", True), ("change", True), ("publish", True), ("lock", False), ("unlock", False)])
def test_who_adds_changes_or_publishes_works_in_a_language(portal: Portal, action: str, works: bool) -> None:
    assert languages_of(person("somebody", portal.homes["en"], actions=(action,))) == ({"en"} if works else set())


def test_who_was_sent_away_works_nowhere(portal: Portal, people: dict[str, User]) -> None:
    for name in ("admin", "uebersetzung-en"):
        assert languages_of(people[name]) != set()
        User.objects.filter(username=name).update(is_active=False)
        assert languages_of(people[name]) == set()


def test_into_which_languages_a_page_may_be_submitted(portal: Portal) -> None:
    submits = ("access_admin", "submit_translation")
    german, english = portal.pages["de"], portal.pages["en"]
    easy = portal.home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy_page = add(easy, ContentPage(title="Einfach", locale=easy.locale))
    following = sorted(set(Locale.objects.values_list("language_code", flat=True)) - {"de-simple"})
    editor = person("editor", portal.home, rights=submits)
    assert codes(editor, german) == following
    assert codes(person("editor without the right", portal.home), german) == []
    translator = person("translator", portal.homes["en"], portal.homes["fr"], rights=submits)
    assert codes(translator, german) == ["en", "fr"]
    # What is not written in German is handed over by nobody to all.
    assert codes(translator, english) == ["en", "fr"]
    assert codes(editor, english) == ["de"]
    # Leichte Sprache has a tree of its own: who works there translates nothing text by text.
    of_easy = person("easy", easy, rights=submits)
    assert languages_of(of_easy) == {"de-simple"}
    assert (codes(of_easy, german), codes(of_easy, easy_page)) == ([], [])
    # What is not public is handed over by those who may change it.
    PageViewRestriction.objects.create(page=german, restriction_type=PageViewRestriction.LOGIN)
    assert (codes(translator, german), codes(editor, german)) == ([], following)


# --- blank, stopped, locked --------------------------------------------------------------------------------------------------


def test_a_text_that_was_left_blank_is_missing(portal: Portal, people: dict[str, User]) -> None:
    """Blank says the same as none: nobody publishes it by the way, and the text is named."""
    german = make_content_page(portal.pages["de"].get_parent().specific, "Beratung", lead="Noch ein Satz.")
    translation = submit(german, "en")
    translate_texts(translation)
    translation.save_target(publish=False)
    english = translation.get_target_instance()
    StringTranslation.objects.filter(locale__language_code="en", translation_of__data="Noch ein Satz.").update(data="")
    for name, status in (("uebersetzung-en", 403), ("freigabe", 200)):
        for fields in ({}, {"publish-incomplete": "1"}) if name != "freigabe" else ({},):
            answer = publish_in_editor(people[name], english, **fields)
            assert (name, answer.status_code) == (name, status)
            assert answer.context["places"] == ["Noch ein Satz."]
            assert not Page.objects.get(pk=english.pk).live
    assert publish_in_editor(people["freigabe"], english, **{"publish-incomplete": "1"}).status_code == 302
    assert Page.objects.get(pk=english.pk).live


@pytest.mark.parametrize("name", ["freigabe", "admin"])
def test_a_topic_that_lacks_texts_is_published_by_nobody(portal: Portal, people: dict[str, User], name: str) -> None:
    german, english = portal.topics["de"], portal.topics["en"]
    german.name = "Arbeit"
    german.save()
    translation = portal.topic_translations["en"]
    translation.source.update_from_db()
    url = reverse("wagtailsnippets_portal_topic:edit", args=[english.pk])
    answer = client_of(people[name]).post(url, {"action": "publish", "publish-incomplete": "1"})
    assert (answer.status_code, answer.context["may_insist"], answer.context["places"]) == (403, False, ["Arbeit"])
    assert Topic.objects.get(pk=english.pk).name == "EN Schutz"
    translate_texts(translation, {"Arbeit": "Work"})
    assert client_of(people[name]).post(url, {"action": "publish"}).status_code == 302
    assert Topic.objects.get(pk=english.pk).name == "Work"


def test_a_stopped_translation_is_a_page_of_its_own(portal: Portal) -> None:
    german, english = portal.pages["de"], portal.pages["en"]
    alias = portal.aliases["en"]
    assert (source_version(english).pk, source_version(german).pk) == (german.pk, german.pk)
    assert source_version(alias).pk == portal.aliases["de"].pk
    assert (translation_into(german), translation_into(english)) == (None, portal.translations["en"])
    Translation.objects.filter(pk=portal.translations["en"].pk).update(enabled=False)
    assert (translation_into(english), source_version(english).pk) == (None, english.pk)
    assert translation_into(portal.pages["fr"]) == portal.translations["fr"]


def test_a_time_that_is_set_locks_what_is_written_by_hand_and_no_translation(portal: Portal, people: dict[str, User]) -> None:
    translator, found = people["uebersetzung-en"], {}
    stopped = translate(make_content_page(portal.home, "Angehalten"), "en", title="Stopped")
    Translation.objects.filter(source__object_id=stopped.translation_key).update(enabled=False)
    for name, page in (("translated", portal.pages["en"]), ("stopped", stopped)):
        revision = page.save_revision()
        type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() + timedelta(days=1))
        page = ContentPage.objects.get(pk=page.pk)
        found[name] = (is_locked_for(translator, page), may_publish(translator, page))
    assert found == {"translated": (False, True), "stopped": (True, False)}


def test_each_refusal_says_its_own_reason(portal: Portal, people: dict[str, User]) -> None:
    translator, editor = people["uebersetzung-en"], people["redaktion"]
    english, german = portal.pages["en"], portal.pages["de"]
    assert [reason_against_change(translator, english), reason_against_publication(translator, english)] == ["", ""]
    for name, page in (("fr", portal.pages["fr"]), ("de", german), ("en", english)):
        person_of = editor if name == "en" else translator
        language = page.locale.get_display_name()
        reasons = [reason_against_change(person_of, page), reason_against_publication(person_of, page)]
        assert [language in reason for reason in reasons] == [True, True]
    # An editor changes German and does not publish it.
    assert reason_against_change(editor, german) == ""
    assert german.title in reason_against_publication(editor, german)
    Page.objects.filter(pk=english.pk).update(locked=True, locked_by=people["admin"])
    english = ContentPage.objects.get(pk=english.pk)
    locked = reason_against_change(translator, english)
    assert locked not in ("", reason_against_change(translator, german))
    assert reason_against_publication(translator, english) == locked
    assert reason_against_change(translator, english, writes=False) == ""
    Page.objects.filter(pk=english.pk).update(locked_by=translator)
    assert reason_against_change(translator, ContentPage.objects.get(pk=english.pk)) == ""


# --- topics ----------------------------------------------------------------------------------------------------------------------


def test_who_may_do_something_with_a_topic_is_named_once_each(portal: Portal, people: dict[str, User]) -> None:
    rights = ("access_admin", "change_topic")
    everywhere = person("everywhere", Page.get_first_root_node(), rights=rights)
    person("elsewhere", portal.homes["fr"], rights=rights)
    without = person("without the right on topics", portal.homes["en"])
    twice = person("twice", portal.homes["en"], portal.pages["en"], actions=("add", "change"), rights=rights)
    twice.groups.add(Group.objects.get(name="everywhere"))
    policy = policy_registry.get_by_type(Topic)
    found = list(policy.users_with_any_permission_for_instance(["change"], portal.topics["en"]).values_list("username", flat=True))
    assert sorted(found) == ["admin", "everywhere", "freigabe", "pruefung-en", "twice", "uebersetzung-en"]
    reading = policy.users_with_any_permission_for_instance(["change", "view"], portal.topics["en"])
    assert {"elsewhere", "redaktion", "uebersetzung-fr"} <= set(reading.values_list("username", flat=True))
    assert without.username not in set(reading.values_list("username", flat=True))
    for code, names in (("en", {"everywhere", "twice"}), ("fr", {"everywhere", "elsewhere", "twice"}), ("de", {"everywhere", "twice"})):
        may = {name for name in ("everywhere", "elsewhere", "twice", "without the right on topics")
               if policy.user_has_permission_for_instance(User.objects.get(username=name), "change", portal.topics[code])}  # fmt: skip
        assert (code, may) == (code, names)
    assert set(policy.instances_user_has_any_permission_for(everywhere, ["change"])) == set(portal.topics.values())
    assert set(policy.instances_user_has_any_permission_for(without, ["change", "view"])) == set()


def test_what_only_shows_a_topic_is_open_and_the_rest_of_its_addresses_is_not(portal: Portal, people: dict[str, User]) -> None:
    """The English translator and a German topic; and one whose language is theirs."""
    client: Client = client_of(people["uebersetzung-en"])
    german = make_topic("Schutz zwei")
    for name in ("history", "usage"):
        assert client.get(reverse(f"wagtailsnippets_portal_topic:{name}", args=[german.pk])).status_code == 200
    for topic, status in ((german, 403), (portal.topics["fr"], 403), (portal.topics["en"], 200)):
        assert client.get(reverse("wagtailsnippets_portal_topic:edit", args=[topic.pk])).status_code == status
    assert client.get(reverse("wagtailsnippets_portal_topic:edit", args=[10**9])).status_code == 404
