"""What wagtail-localize 1.14 would do to pages that visitors read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from home.models import ContentPage
from portal import navigation
from portal.models import Footer, Topic, taxonomy
from portal.pages import versions
from tests.builders import (
    make_alias,
    make_content_page,
    make_home,
    make_section,
    make_topic,
    publish,
    submit,
    translate,
    translate_texts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    return client


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Menus, footers and names are built anew with the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def row(page: Page) -> dict[str, object]:
    """Return what is stored of a page itself, its draft's bookkeeping left out."""
    bookkeeping = {
        "draft_title",
        "has_unpublished_changes",
        "latest_revision",
        "latest_revision_created_at",
        "alias_of",
    }
    fresh = type(page).objects.get(pk=page.pk)
    values = {field.name: getattr(fresh, field.attname) for field in fresh._meta.concrete_fields}
    return {name: value for name, value in values.items() if name not in bookkeeping} | {
        "topics": list(fresh.topics.values_list("pk", flat=True))
    }


class TestDrafts:
    def test_a_draft_leaves_the_live_row_alone(self) -> None:
        source = make_content_page(make_section(make_home()), "Beratung", lead="Ein Satz.")
        english = translate(source, "en", title="Advice")
        before = row(english)
        translation = Translation.objects.get(
            target_locale__language_code="en", source__object_id=source.translation_key
        )
        translate_texts(translation, {"Beratung": "Counselling", "Ein Satz.": "A sentence."})
        translation.save_target(publish=False)
        assert row(english) == before
        english.refresh_from_db()
        assert english.has_unpublished_changes
        assert english.draft_title == "Counselling"
        draft = english.get_latest_revision_as_object()
        assert (draft.title, draft.lead) == ("Counselling", "A sentence.")
        draft.get_latest_revision().publish()
        assert ContentPage.objects.get(pk=english.pk).lead == "A sentence."

    @pytest.mark.parametrize("code", ["en", "uk"])
    def test_a_submission_leaves_what_stands_there_alone(self, admin: Client, code: str) -> None:
        """The text that was submitted first, for another language, is older than the German page and its alias."""
        source = make_content_page(make_section(make_home()), "Beratung", lead="Ein Satz.")
        alias = make_alias(source, code)
        submit(source, "ar")
        source.lead = "Ein neuer Satz."
        source = publish(source)
        before = row(alias)
        assert before["lead"] == "Ein neuer Satz."
        submit_address = reverse("wagtail_localize:submit_page_translation", args=[source.pk])
        assert admin.post(submit_address, {"locales": [alias.locale_id]}).status_code == 302
        alias.refresh_from_db()
        assert alias.alias_of is None
        assert row(alias) == before

    def test_a_new_row_is_a_draft_until_it_is_published(self) -> None:
        source = make_content_page(make_section(make_home()), "Beratung")
        submit(source, "en").save_target(publish=False)
        assert not source.get_translation(Locale.objects.get(language_code="en")).live

    def test_the_slug_is_the_languages_own_when_it_is_published(self) -> None:
        source = make_content_page(make_section(make_home()), "Beratung")
        make_alias(source, "en")
        translation = submit(source, "en")
        translation.save_target(publish=False)
        english = source.get_translation(translation.target_locale)
        assert english.slug == "beratung"
        translate_texts(translation, {"Beratung": "Advice"})
        translation.save_target(publish=True)
        english.refresh_from_db()
        assert (english.title, english.slug) == ("Advice", "advice")

    def test_two_drafts_of_one_title(self) -> None:
        """Neither has its slug in the tree yet; whoever is published first gets it."""
        section = make_section(make_home())
        drafts = []
        for title in ("Beratung", "Sprechstunde"):
            translation = submit(make_content_page(section, title), "en")
            translate_texts(translation, {title: "Advice"})
            drafts.append(
                translation.source.create_or_update_translation(translation.target_locale, None, False, True)[0]
            )
        for draft in drafts:
            draft.get_latest_revision().publish()
        slugs = [Page.objects.get(pk=draft.pk).slug for draft in drafts]
        assert slugs == ["advice", "advice-2"]


class TestCopies:
    """What was only copied from the German page is nobody's text in another language."""

    @pytest.fixture
    def source(self) -> ContentPage:
        return make_content_page(make_section(make_home()), "Beratung", lead="Ein Satz.")

    def test_a_translation_that_became_an_alias_and_was_submitted_again(self, admin: Client, source: ContentPage) -> None:
        english = translate(source, "en", title="Advice")
        admin.post(reverse("wagtail_localize:convert_to_alias", args=[english.pk]))
        admin.post(
            reverse("wagtail_localize:submit_page_translation", args=[source.pk]), {"locales": [english.locale_id]}
        )
        english.refresh_from_db()
        assert (english.alias_of, english.live, english.title, english.slug) == (None, True, "Beratung", "beratung")
        assert "en" not in versions.translations(source)
        html = Client().get(english.get_url()).content.decode()
        assert '<div lang="de" dir="ltr">' in html
        translation = Translation.objects.get(source__object_id=source.translation_key, target_locale=english.locale)
        translate_texts(translation)
        translation.save_target(publish=True)
        assert versions.translations(source)["en"].slug == "en-beratung"

    def test_an_alias_is_not_turned_into_a_page_of_its_own(self, admin: Client, source: ContentPage) -> None:
        alias = make_alias(source, "en")
        address = reverse("wagtailadmin_pages:convert_alias", args=[alias.pk])
        assert admin.get(address).status_code == admin.post(address).status_code == 403
        alias.refresh_from_db()
        assert alias.alias_of_id == source.pk

    def test_an_alias_in_the_same_language_may_be(self, admin: Client, source: ContentPage) -> None:
        alias = source.create_alias(update_slug="kopie")
        assert admin.post(reverse("wagtailadmin_pages:convert_alias", args=[alias.pk])).status_code == 302
        assert publish(ContentPage.objects.get(pk=alias.pk)) in versions.real(ContentPage.objects.all())

    def test_one_that_code_turned_into_a_page_is_not_real(self, source: ContentPage) -> None:
        alias = make_alias(source, "en")
        ConvertAliasPageAction(alias).execute(skip_permission_checks=True)
        publish(ContentPage.objects.get(pk=alias.pk))
        assert set(versions.translations(source)) == {"de"}

    @pytest.mark.parametrize("lead", ["", "A sentence."])
    def test_a_stopped_translation_is_real_if_it_was_complete(self, source: ContentPage, lead: str) -> None:
        translation = submit(source, "en")
        translate_texts(translation, {"Beratung": "Advice", "Ein Satz.": lead})
        translation.save_target(publish=False)
        Translation.objects.update(enabled=False)
        publish(source.get_translation(translation.target_locale).get_latest_revision_as_object())
        assert ("en" in versions.translations(source)) == bool(lead)


class TestEditor:
    def test_a_text_that_stands_twice_is_asked_for_once_and_is_not_missing_for_ever(self, admin: Client) -> None:
        cells = {"columns": [{"type": "cell", "heading": "Land"}, {"type": "cell", "heading": "Zahl"}]}
        rows = [{"values": ["Berlin", "95"]}, {"values": ["Bayern", "95"]}]
        body = [
            {"type": "table", "value": {"caption": "", **cells, "rows": rows}},
            {"type": "text", "value": "<ul><li>Ausweis</li><li>Foto</li><li>Ausweis</li></ul>"},
        ]
        page = make_content_page(
            make_section(make_home()), "Zweimal", body=ContentPage._meta.get_field("body").stream_block.to_python(body)
        )
        english = translate(page)
        answer = admin.get(reverse("wagtailadmin_pages:edit", args=[english.pk]))
        props = json.loads(answer.context["props"])
        texts = [segment["source"] for segment in props["segments"] if segment["type"] == "string"]
        assert sorted(texts) == ["95", "Ausweis", "Bayern", "Berlin", "Foto", "Land", "Zahl", "Zweimal"]
        shown = {segment["id"] for segment in props["segments"] if segment["type"] == "string"}
        assert {translation["segment_id"] for translation in props["initialStringTranslations"]} == shown
        # What is typed answers for the entry that is shown.
        [segment] = [segment for segment in props["segments"] if segment.get("source") == "95"]
        saved = admin.put(segment["editUrl"], "value=ninety-five", "application/x-www-form-urlencoded")
        assert saved.json()["segment_id"] == segment["id"]


class TestSnippets:
    """A topic or footer that was only submitted for translation is a copy of the German one."""

    @pytest.fixture
    def german(self) -> list[Topic | Footer]:
        make_home()
        footer = Footer(locale=Locale.get_default(), about="Deutscher Satz.")
        footer.save()
        return [make_topic("Schutz"), footer]

    @staticmethod
    def shown() -> tuple[dict[str, str], str]:
        """Return the topic's name and the footer's language, as Ukrainian readers get them."""
        with override("uk"):
            (name,) = taxonomy.names().values()
            return name, navigation.footer()["language"]

    def test_german_text_is_marked_until_it_is_translated(
        self, admin: Client, german: list[Topic | Footer], committed: Callable
    ) -> None:
        ukrainian = Locale.objects.get(language_code="uk")
        for snippet in german:
            address = reverse(
                "wagtail_localize:submit_snippet_translation", args=["portal", snippet._meta.model_name, snippet.pk]
            )
            with committed():
                admin.post(address, {"locales": [ukrainian.pk]})
            assert snippet.get_translation(ukrainian)
            assert self.shown() == ({"name": "Schutz", "language": "de"}, "de")
        for translation in Translation.objects.all():
            translate_texts(translation)
            # Translated is not yet published: the row still holds the German text.
            assert self.shown() == ({"name": "Schutz", "language": "de"}, "de")
        with committed():
            for translation in Translation.objects.all():
                translation.save_target(publish=True)
        assert self.shown() == ({"name": "EN Schutz", "language": ""}, "")

    def test_a_later_change_of_the_source_takes_nothing_away(
        self, german: list[Topic | Footer], committed: Callable
    ) -> None:
        with committed():
            for snippet in german:
                translation = submit(snippet, "uk")
                translate_texts(translation)
                translation.save_target(publish=True)
        german[0].name = "Schutz von Kindern"
        german[1].about = "Ein anderer Satz."
        with committed():
            for snippet in german:
                snippet.save()
                submit(snippet, "uk")
        assert self.shown() == ({"name": "EN Schutz", "language": ""}, "")

    def test_what_is_written_by_hand_is_shown(self, german: list[Topic | Footer], committed: Callable) -> None:
        with committed():
            for snippet in german:
                snippet.copy_for_translation(Locale.objects.get(language_code="uk")).save()
        assert self.shown() == ({"name": "Schutz", "language": ""}, "")


class TestTree:
    @pytest.mark.parametrize("is_synchronised", [True, False])
    @pytest.mark.parametrize("has_aliases", [True, False])
    def test_a_submitted_subtree_keeps_its_children(
        self,
        admin: Client,
        settings: object,
        django_capture_on_commit_callbacks: Callable,
        is_synchronised: bool,
        has_aliases: bool,
    ) -> None:
        """wagtail-localize#773."""
        settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = is_synchronised
        home = make_home()
        section = make_section(home)
        below = make_content_page(make_content_page(section, "Rückkehr"), "Beratung")
        if has_aliases:
            make_alias(below, "en")
        english = Locale.objects.get(language_code="en")
        with django_capture_on_commit_callbacks(execute=True):
            data = {"locales": [english.pk], "include_subtree": "on"}
            admin.post(reverse("wagtail_localize:submit_page_translation", args=[home.pk]), data)
        assert Page.objects.filter(locale=english).count() == 4
        assert not any(Page.find_problems())
        make_content_page(section.get_translation(english), "Another")
        assert not any(Page.find_problems())

    def test_german_text_goes_live_nowhere(self, admin: Client, django_capture_on_commit_callbacks: Callable) -> None:
        home = make_home()
        make_section(home)
        english = Locale.objects.get(language_code="en")
        with django_capture_on_commit_callbacks(execute=True):
            data = {"locales": [english.pk], "include_subtree": "on"}
            admin.post(reverse("wagtail_localize:submit_page_translation", args=[home.pk]), data)
        assert Page.objects.filter(locale=english).count() == 2
        assert not Page.objects.filter(locale=english, live=True).exists()
