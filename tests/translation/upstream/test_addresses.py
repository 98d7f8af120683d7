"""Every address of wagtail-localize and every screen, called by the English translator for three languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from wagtail.models import Locale, ModelLogEntry, Page, PageLogEntry, PageViewRestriction, Revision
from wagtail_localize.models import (
    OverridableSegment,
    SegmentOverride,
    StringSegment,
    StringTranslation,
    Translation,
    TranslationLog,
)

from portal.models import Footer, Region, Topic
from tests.builders import make_content_page, publish, translate_texts
from tests.people import Portal, client_of
from tests.translation.files.items import in_german, said, say_yes

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
OTHERS = ("de", "fr")


def locale(code: str) -> Locale:
    return Locale.objects.get(language_code=code)


def snapshot(*codes: str) -> dict[str, list]:
    """Return everything that is stored in some languages, for comparison."""
    in_language = {"locale__language_code__in": codes}
    pages = list(Page.objects.filter(**in_language).order_by("pk"))
    ids = [str(page.pk) for page in pages]
    return {
        "pages": [
            (page.pk, page.specific.to_json(), page.live, page.alias_of_id, page.locked, page.path) for page in pages
        ],
        "revisions": list(Revision.page_revisions.filter(object_id__in=ids).order_by("pk").values_list("pk")),
        "page log": list(PageLogEntry.objects.filter(page_id__in=ids).order_by("pk").values_list("pk", "action")),
        "restrictions": list(PageViewRestriction.objects.filter(page_id__in=ids).values_list("pk")),
        "snippets": [
            list(model.objects.filter(**in_language).order_by("pk").values()) for model in (Topic, Region, Footer)
        ],
        "snippet log": list(
            ModelLogEntry.objects.filter(
                object_id__in=[str(pk) for pk in Topic.objects.filter(**in_language).values_list("pk", flat=True)]
            ).values_list("pk", "action")
        ),
        "strings": list(StringTranslation.objects.filter(**in_language).order_by("pk").values_list("pk", "data")),
        "overrides": list(SegmentOverride.objects.filter(**in_language).order_by("pk").values_list("pk", "data_json")),
        "translations": list(
            Translation.objects.filter(target_locale__language_code__in=codes)
            .order_by("pk")
            .values_list("pk", "enabled")
        ),
        "logs": list(TranslationLog.objects.filter(**in_language).order_by("pk").values_list("pk")),
    }


@pytest.fixture
def unchanged(
    portal: Portal, django_capture_on_commit_callbacks: Callable
) -> Callable[[Callable[[], HttpResponse]], HttpResponse]:
    """Return a function that makes a call and asserts that German and French are as before."""

    def call(request: Callable[[], HttpResponse]) -> HttpResponse:
        before = snapshot(*OTHERS)
        with django_capture_on_commit_callbacks(execute=True):
            response = request()
        assert snapshot(*OTHERS) == before
        return response

    return call


def segment_of(translation: Translation) -> StringSegment:
    return StringSegment.objects.filter(source=translation.source).order_by("order").first()


def address(name: str, *args: object) -> str:
    return reverse(f"wagtail_localize:{name}", args=args)


def segment_address(translation: Translation) -> str:
    return address("edit_string_translation", translation.pk, segment_of(translation).pk)


def override_segment(translation: Translation) -> OverridableSegment:
    return OverridableSegment.objects.filter(source=translation.source).first()


def po_file(translation: Translation) -> SimpleUploadedFile:
    po = translation.export_po()
    for entry in po:
        entry.msgstr = "From the file"
    return SimpleUploadedFile("t.po", str(po).encode())


def edit_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def topic_address(name: str, topic: Topic | None = None, *args: object) -> str:
    return reverse(f"wagtailsnippets_portal_topic:{name}", args=[topic.pk, *args] if topic else [])


# --- completeness ----------------------------------------------------------------------------------------------------


def test_every_address_of_wagtail_localize_is_guarded() -> None:
    """An address that a later version of wagtail-localize adds has to be looked at before this passes again."""
    from wagtail_localize.wagtail_hooks import register_admin_urls

    from translation.upstream.urls import localize_patterns

    originals = {str(pattern.pattern) for pattern in register_admin_urls()[0].url_patterns}
    assert originals - {str(pattern.pattern) for pattern in localize_patterns} == {"jsi18n/"}


def test_guards_stand_before_the_originals(portal: Portal) -> None:
    for url in (
        address("submit_page_translation", 1),
        address("stop_translation", 1),
        address("translations_report"),
        address("snippets_api_listing", "portal", "topic"),
        topic_address("edit", portal.topics["de"]),
        topic_address("copy", portal.topics["de"]),
        topic_address("revisions_revert", portal.topics["de"], 1),
    ):
        assert get_resolver().resolve(url).namespaces == [], url


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
class TestOtherLanguages:
    """What the English translator calls for German and French is refused and changes nothing."""

    def test_wagtails_page_screens(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        page = portal.pages[code]
        for name in ("edit", "delete", "unpublish", "copy", "move", "history", "lock", "unlock", "set_privacy"):
            url = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
            for method in (translator.get, translator.post):
                response = unchanged(lambda url=url, method=method: method(url))
                assert response.status_code in {302, 403, 405}, (name, method)
        response = unchanged(lambda: translator.post(edit_address(page), {"title": "x", "action-publish": "1"}))
        assert response.status_code == 302
        add = reverse("wagtailadmin_pages:add", args=["home", "contentpage", portal.homes[code].pk])
        assert unchanged(lambda: translator.post(add, {"title": "x", "slug": "x"})).status_code == 302
        convert = reverse("wagtailadmin_pages:convert_alias", args=[portal.aliases["fr"].pk])
        assert unchanged(lambda: translator.post(convert)).status_code == 302

    def test_wagtails_admin_api(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        for page in (portal.pages[code], portal.pages["en"]):
            for action, data in {
                "copy_for_translation": {"locale": code},
                "create_alias": {"destination_page_id": portal.homes[code].pk},
                "copy": {"destination_page_id": portal.homes[code].pk},
                "move": {"destination_page_id": portal.homes[code].pk},
            }.items():
                url = reverse("wagtailadmin_api:pages:action", args=[page.pk, action])
                response = unchanged(
                    lambda url=url, data=data: translator.post(url, json.dumps(data), content_type="application/json")
                )
                assert response.status_code in {400, 403, 404}, (page.locale, action)
        for action in ("publish", "unpublish", "delete", "convert_alias"):
            url = reverse("wagtailadmin_api:pages:action", args=[portal.pages[code].pk, action])
            response = unchanged(lambda url=url: translator.post(url, "{}", content_type="application/json"))
            assert response.status_code in {403, 404}, action

    def test_bulk_actions_on_pages(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        for action in ("publish", "unpublish", "delete", "move"):
            url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action]) + f"?id={portal.pages[code].pk}"
            unchanged(lambda url=url: translator.post(url, {"chooser": portal.homes["en"].pk}))

    def test_publishing_and_restarting_in_the_editor(
        self, portal: Portal, translator: Client, unchanged: Callable, code: str
    ) -> None:
        for data in ({"action": "publish"}, {"localize-restart-translation": "1"}):
            url = edit_address(portal.pages[code])
            assert unchanged(lambda url=url, data=data: translator.post(url, data)).status_code == 302

    def test_convert_to_alias(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        url = address("convert_to_alias", portal.pages[code].pk)
        assert unchanged(lambda: translator.get(url)).status_code == 403
        assert unchanged(lambda: translator.post(url)).status_code == 403

    def test_submitting_a_page(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        """Neither a German page into French nor an English page into German or French."""
        lone = make_content_page(portal.homes["en"], "Only English")
        for page in (portal.pages["de"], portal.aliases["de"], portal.aliases["en"], lone):
            url = address("submit_page_translation", page.pk)
            for extra in ({}, {"include_subtree": "on"}):
                response = unchanged(
                    lambda url=url, extra=extra: translator.post(
                        url, {"locales": [locale(code).pk], "select_all": "on", **extra}
                    )
                )
                assert response.status_code == 200, page
                assert response.context["form"].errors["locales"], page
        assert not Page.objects.filter(translation_key=lone.translation_key).exclude(pk=lone.pk).exists()


def test_settings_are_closed(portal: Portal, translator: Client, unchanged: Callable) -> None:
    french = locale("fr")
    for name, args in {
        "wagtaillocales:index": [],
        "wagtaillocales:add": [],
        "wagtaillocales:edit": [french.pk],
        "wagtaillocales:delete": [french.pk],
        "wagtailsites:index": [],
        "wagtailusers_users:index": [],
        "wagtailusers_groups:index": [],
        "wagtailadmin_workflows:index": [],
        "wagtailredirects:index": [],
        "wagtailadmin_collections:index": [],
        "wagtailimages:add": [],
        "wagtaildocs:add": [],
    }.items():
        for method in (translator.get, translator.post):
            assert (
                unchanged(lambda name=name, args=args, method=method: method(reverse(name, args=args))).status_code
                == 302
            ), name


class TestFrenchTranslations:
    """The addresses that carry a translation's number, called with that of a French one."""

    def test_segments_of_pages_and_snippets(self, portal: Portal, translator: Client, unchanged: Callable) -> None:
        for translation in (portal.translations["fr"], portal.topic_translations["fr"]):
            url = segment_address(translation)
            assert unchanged(lambda url=url: translator.put(url, "value=x", content_type=FORM)).status_code == 403
            assert unchanged(lambda url=url: translator.delete(url)).status_code == 403
        url = address("edit_override", portal.translations["fr"].pk, override_segment(portal.translations["fr"]).pk)
        assert unchanged(lambda: translator.put(url, "value=x", content_type=FORM)).status_code == 403
        assert unchanged(lambda: translator.delete(url)).status_code == 403

    def test_the_other_addresses(
        self, portal: Portal, translator: Client, unchanged: Callable, settings: object
    ) -> None:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
            "CLASS": "wagtail_localize.machine_translators.dummy.DummyTranslator"
        }
        for translation in (portal.translations["fr"], portal.topic_translations["fr"]):
            for name in ("download_pofile", "preview_translation"):
                assert unchanged(lambda: translator.get(address(name, translation.pk))).status_code == 403, name
            for name in ("machine_translate", "stop_translation"):
                assert unchanged(lambda: translator.post(address(name, translation.pk))).status_code == 403, name
            response = unchanged(
                lambda: translator.post(address("upload_pofile", translation.pk), {"file": po_file(translation)})
            )
            assert response.status_code == 403
        url = address("preview_translation", portal.translations["fr"].pk, "default")
        assert unchanged(lambda: translator.get(url)).status_code == 403


class TestUpdating:
    def test_it_touches_english_only(self, portal: Portal, translator: Client, unchanged: Callable) -> None:
        page = portal.pages["de"]
        page.lead = "Ein neuer Satz."
        publish(page)
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        url = address("update_translations", portal.source_id)
        # What is private by now is handed over by those only who may change it.
        for answer in (lambda: translator.get(url), lambda: translator.post(url)):
            assert unchanged(answer).status_code == 403
        assert not portal.translations["en"].source.stringsegment_set.filter(string__data="Ein neuer Satz.").exists()
        restriction.delete()
        response = unchanged(lambda: translator.get(url))
        assert [entry["locale"].language_code for entry in response.context["translations"]] == ["en"]

        assert unchanged(lambda: translator.post(url)).status_code == 302
        before = portal.pages["en"].latest_revision_id
        assert unchanged(lambda: translator.post(url, {"publish_translations": "on"})).status_code == 302
        # The new sentence has no translation yet: German text does not go live on the way.
        english = type(page).objects.get(pk=portal.pages["en"].pk)
        assert (english.latest_revision_id, english.lead) == (before, "EN Ein Satz.")
        translate_texts(portal.translations["en"])
        assert unchanged(lambda: translator.post(url, {"publish_translations": "on"})).status_code == 302
        english = type(page).objects.get(pk=portal.pages["en"].pk)
        assert english.latest_revision_id != before
        assert english.lead == "EN Ein neuer Satz."

    def test_machine_translation_touches_english_only(
        self, portal: Portal, translator: Client, unchanged: Callable, settings: object
    ) -> None:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
            "CLASS": "wagtail_localize.machine_translators.dummy.DummyTranslator"
        }
        page = portal.pages["de"]
        page.lead = "Ein neuer Satz."
        publish(page)
        data = {"publish_translations": "on", "use_machine_translation": "on"}
        unchanged(lambda: translator.post(address("update_translations", portal.source_id), data))
        assert type(page).objects.get(pk=portal.pages["en"].pk).lead not in {"Ein neuer Satz.", "EN Ein Satz."}

    def test_who_has_no_part_in_it_is_refused(self, portal: Portal, translator: Client, unchanged: Callable) -> None:
        portal.translations["en"].delete()
        url = address("update_translations", portal.translations["fr"].source_id)
        assert unchanged(lambda: translator.get(url)).status_code == 403
        assert unchanged(lambda: translator.post(url, {"publish_translations": "on"})).status_code == 403

    def test_without_the_right_to_publish_nothing_is_published(
        self, portal: Portal, people: dict[str, User], unchanged: Callable
    ) -> None:
        group = people["uebersetzung-en"].groups.get()
        group.page_permissions.filter(permission__codename="publish_page").delete()
        client = client_of(people["uebersetzung-en"])
        before = snapshot("en")["pages"]
        url = address("update_translations", portal.source_id)
        unchanged(lambda: client.post(url, {"publish_translations": "on"}))
        assert snapshot("en")["pages"] == before


class TestEnglish:
    """The translator's own work is not hindered."""

    def test_the_editor_and_its_addresses(self, portal: Portal, translator: Client, unchanged: Callable) -> None:
        translation = portal.translations["en"]
        url = edit_address(portal.pages["en"])
        assert unchanged(lambda: translator.get(url)).status_code == 200
        put = unchanged(
            lambda: translator.put(segment_address(translation), "value=Resettlement%20now", content_type=FORM)
        )
        assert put.status_code == 200
        assert unchanged(lambda: translator.post(url, {"action": "publish"})).status_code == 302
        assert Page.objects.get(pk=portal.pages["en"].pk).title == "Resettlement now"
        for name in ("download_pofile", "preview_translation"):
            assert unchanged(lambda: translator.get(address(name, translation.pk))).status_code == 200, name
        upload = address("upload_pofile", translation.pk)
        shown = unchanged(lambda: translator.post(upload, {"file": po_file(translation)}))
        assert not StringTranslation.objects.filter(data="From the file").exists()
        assert unchanged(lambda: say_yes(translator, shown)).status_code == 200
        assert StringTranslation.objects.filter(locale__language_code="en", data="From the file").exists()
        assert unchanged(lambda: translator.delete(segment_address(translation))).status_code == 200
        override = address("edit_override", translation.pk, override_segment(translation).pk)
        assert unchanged(lambda: translator.put(override, "value=1", content_type=FORM)).status_code == 201
        assert unchanged(lambda: translator.delete(override)).status_code == 200
        assert unchanged(lambda: translator.post(address("machine_translate", translation.pk))).status_code == 404
        stop = address("stop_translation", translation.pk)
        assert unchanged(lambda: translator.post(stop)).status_code == 403
        assert Translation.objects.get(pk=translation.pk).enabled
        translator.put(segment_address(translation), "value=Resettlement", content_type=FORM)
        assert unchanged(lambda: translator.post(stop)).status_code == 302
        assert not Translation.objects.get(pk=translation.pk).enabled
        assert unchanged(lambda: translator.post(url, {"localize-restart-translation": "1"})).status_code == 302
        assert Translation.objects.get(pk=translation.pk).enabled
        convert = address("convert_to_alias", portal.pages["en"].pk)
        assert unchanged(lambda: translator.get(convert)).status_code == 200
        assert unchanged(lambda: translator.post(convert)).status_code == 302
        assert Page.objects.get(pk=portal.pages["en"].pk).alias_of_id == portal.pages["de"].pk

    @pytest.mark.parametrize("from_alias", [False, True])
    def test_submitting_into_english(
        self, portal: Portal, translator: Client, unchanged: Callable, from_alias: bool
    ) -> None:
        """Asked for with the German page's number or the alias's, the German page becomes the source."""
        page = portal.aliases["en" if from_alias else "de"]
        url = address("submit_page_translation", page.pk)
        response = unchanged(lambda: translator.get(url))
        assert [found.language_code for found in response.context["form"].fields["locales"].queryset] == ["en"]
        response = unchanged(lambda: translator.post(url, {"locales": [locale("en").pk], "include_subtree": "on"}))
        assert response.url == edit_address(portal.aliases["en"])
        translation = Translation.objects.get(source__object_id=page.translation_key)
        assert translation.source.locale.language_code == "de"
        assert translation.target_locale.language_code == "en"
        assert Page.objects.get(pk=portal.aliases["en"].pk).alias_of is None

    def test_without_rights_in_the_tree_nothing_can_be_submitted(self, portal: Portal, people: dict[str, User]) -> None:
        user = people["uebersetzung-en"]
        user.groups.get().page_permissions.all().delete()
        url = address("submit_page_translation", portal.aliases["de"].pk)
        assert client_of(user).get(url).status_code == 403

    def test_the_own_language_is_not_a_way_into_another(self, portal: Portal, translator: Client) -> None:
        """A segment is taken only together with a translation of the same source."""
        url = address(
            "edit_string_translation", portal.translations["en"].pk, segment_of(portal.topic_translations["fr"]).pk
        )
        assert translator.put(url, "value=x", content_type=FORM).status_code == 404


    @pytest.mark.parametrize("value", ["x" * 50_001, "<a " * 101, "<!--" * 101])
    def test_what_no_text_is_as_long_as_is_not_read(self, portal: Portal, translator: Client, value: str) -> None:
        url = segment_address(portal.translations["en"])
        before = snapshot("en")
        assert translator.put(url, urlencode({"value": value}), content_type=FORM).status_code == 400
        assert snapshot("en") == before
        assert translator.put(url, urlencode({"value": "1 &lt; 2"}), content_type=FORM).status_code == 200


class TestReport:
    def rows(self, client: Client) -> set[tuple[str, str]]:
        response = client.get(address("translations_report"))
        assert response.status_code == 200
        return {
            (entry.source.locale.language_code, entry.target_locale.language_code)
            for entry in response.context["object_list"]
        }

    def test_a_translator_sees_their_language(self, portal: Portal, translator: Client) -> None:
        assert self.rows(translator) == {("de", "en")}

    def test_an_editor_sees_what_comes_of_the_german_pages(self, portal: Portal, editor: Client) -> None:
        assert self.rows(editor) == {("de", "en"), ("de", "fr")}

    def test_results_and_exports_are_restricted_too(self, portal: Portal, translator: Client) -> None:
        results = translator.get(address("translations_report_results"))
        assert "Französisch" not in results.text
        assert "French" not in results.text
        assert {entry.target_locale.language_code for entry in results.context["object_list"]} == {"en"}
        lines = b"".join(translator.get(address("translations_report") + "?export=csv").streaming_content).decode()
        rows = lines.splitlines()
        assert len(rows) == 1 + Translation.objects.filter(target_locale__language_code="en").count()
        assert "Resettlement" in lines
        assert "Französisch" not in lines and "French" not in lines
        xlsx = translator.get(address("translations_report") + "?export=xlsx")
        assert b"".join(xlsx.streaming_content).startswith(b"PK")


# --- snippets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
class TestSnippetsOfOtherLanguages:
    def test_the_screens(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        topic = portal.topics[code]
        topic.save_revision()
        revision = topic.latest_revision.pk
        data = {"name": "x", "slug": "x"}
        for url in (
            topic_address("edit", topic),
            topic_address("delete", topic),
            topic_address("copy", topic),
            topic_address("copy", topic) + "?locale=en",
            topic_address("revisions_revert", topic, revision),
        ):
            assert unchanged(lambda url=url: translator.get(url)).status_code == 403, url
            assert unchanged(lambda url=url: translator.post(url, data)).status_code == 403, url
            response = unchanged(lambda url=url: translator.post(url, data, headers={"accept": "application/json"}))
            assert response.status_code == 403, url
        response = unchanged(lambda: translator.post(topic_address("edit", topic), {"action": "publish"}))
        assert response.status_code == 403
        response = unchanged(
            lambda: translator.post(topic_address("edit", topic), {"localize-restart-translation": "1"})
        )
        assert response.status_code == 403

    def test_a_new_one(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        data = {"name": "Neu", "slug": "neu"}
        for url in (topic_address("add") + f"?locale={code}", topic_address("add")):
            assert unchanged(lambda url=url: translator.post(url, data)).status_code == 403
        assert unchanged(lambda: translator.get(topic_address("add") + f"?locale={code}")).status_code == 403

    def test_deleting_many_at_once(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        url = reverse("wagtail_bulk_action", args=["portal", "topic", "delete"])
        for query in (f"?id={portal.topics[code].pk}", f"?id=all&childOf={portal.topics[code].pk}"):
            unchanged(lambda query=query: translator.post(url + query))
        assert Topic.objects.filter(pk=portal.topics[code].pk).exists()

    def test_submitting(self, portal: Portal, translator: Client, unchanged: Callable, code: str) -> None:
        """A topic is not submitted into a language that is not the translator's."""
        lone = Topic.objects.create(name="Lone", slug="lone", locale=locale("en"))
        new = Topic.objects.create(name="Neu", slug="neu", locale=locale("de"))
        for topic in (lone, new):
            url = address("submit_snippet_translation", "portal", "topic", topic.pk)
            response = unchanged(lambda url=url: translator.post(url, {"locales": [locale(code).pk]}))
            assert response.status_code == 200
            assert response.context["form"].errors["locales"]


class TestSnippets:
    def test_english_ones_are_edited_translated_and_made(
        self, portal: Portal, translator: Client, unchanged: Callable
    ) -> None:
        topic = portal.topics["en"]
        assert unchanged(lambda: translator.get(topic_address("edit", topic))).status_code == 200
        url = segment_address(portal.topic_translations["en"])
        assert unchanged(lambda: translator.put(url, "value=Protection", content_type=FORM)).status_code == 200
        unchanged(lambda: translator.post(topic_address("edit", topic), {"action": "publish"}))
        assert Topic.objects.get(pk=topic.pk).name == "Protection"

        response = unchanged(lambda: translator.get(topic_address("add")))
        assert response.url == topic_address("add") + "?locale=en"
        assert unchanged(lambda: translator.get(response.url)).status_code == 200
        unchanged(lambda: translator.post(response.url, {"name": "New", "slug": "new", "illustration": ""}))
        assert Topic.objects.get(slug="new").locale.language_code == "en"
        assert unchanged(lambda: translator.post(topic_address("delete", topic))).status_code == 302
        assert not Topic.objects.filter(pk=topic.pk).exists()

    def test_a_german_one_is_submitted_into_english_and_updated(
        self, portal: Portal, translator: Client, unchanged: Callable
    ) -> None:
        topic = Topic.objects.create(name="Neu", slug="neu", locale=locale("de"))
        url = address("submit_snippet_translation", "portal", "topic", topic.pk)
        assert unchanged(lambda: translator.post(url, {"locales": [locale("en").pk]})).status_code == 302
        assert {found.locale.language_code for found in topic.get_translations()} == {"en"}
        source_id = Translation.objects.get(source__object_id=topic.translation_key).source_id
        url = address("update_translations", source_id)
        assert unchanged(lambda: translator.post(url, {"publish_translations": "on"})).status_code == 302

    def test_reading_stays_free(self, portal: Portal, translator: Client) -> None:
        for name in ("usage", "history"):
            assert translator.get(topic_address(name, portal.topics["de"])).status_code == 200
        response = translator.get(topic_address("list") + "?locale=de")
        assert response.status_code == 200
        assert topic_address("delete", portal.topics["de"]) not in response.text

    def test_the_api_asks_for_a_right_on_the_model(
        self, portal: Portal, translator: Client, people: dict[str, User]
    ) -> None:
        listing = address("snippets_api_listing", "portal", "topic")
        detail = address("snippets_api_detail", "portal", "topic", portal.topics["de"].pk)
        assert translator.get(listing).status_code == 200
        assert translator.get(detail).status_code == 200
        user = people["uebersetzung-en"]
        user.groups.get().permissions.filter(content_type__model="topic").delete()
        user.user_permissions.clear()
        assert client_of(user).get(listing).status_code == 403
        assert client_of(user).get(detail).status_code == 403


# --- locks -----------------------------------------------------------------------------------------------------------


class TestLocks:
    def lock(self, page: Page, user: User | None) -> None:
        Page.objects.filter(pk=page.pk).update(locked=True, locked_by=user)

    def test_a_page_locked_by_somebody_else(
        self, portal: Portal, people: dict[str, User], translator: Client, unchanged: Callable, settings: object
    ) -> None:
        settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
            "CLASS": "wagtail_localize.machine_translators.dummy.DummyTranslator"
        }
        self.lock(portal.pages["en"], people["admin"])
        translation = portal.translations["en"]
        before = snapshot("en")
        put = translator.put(segment_address(translation), "value=x", content_type=FORM)
        assert put.status_code == 403
        assert "detail" in put.json()
        assert translator.delete(segment_address(translation)).status_code == 403
        url = edit_address(portal.pages["en"])
        assert unchanged(lambda: translator.post(url, {"action": "publish"})).status_code == 403
        posts = {
            "upload_pofile": {"file": po_file(translation)},
            "machine_translate": {},
            "stop_translation": {},
        }
        for name, data in posts.items():
            assert translator.post(address(name, translation.pk), data).status_code == 403, name
        assert translator.post(address("convert_to_alias", portal.pages["en"].pk)).status_code == 403
        for data in ({}, {"publish_translations": "on", "use_machine_translation": "on"}):
            update = address("update_translations", portal.source_id)
            assert unchanged(lambda update=update, data=data: translator.post(update, data)).status_code == 302
        assert snapshot("en") == before
        assert translator.get(url).status_code == 200
        assert translator.get(address("download_pofile", translation.pk)).status_code == 200

        Translation.objects.filter(pk=translation.pk).update(enabled=False)
        assert translator.post(url, {"localize-restart-translation": "1"}).status_code == 403

    def test_the_owner_of_the_lock_works_on(
        self, portal: Portal, people: dict[str, User], translator: Client, unchanged: Callable
    ) -> None:
        self.lock(portal.pages["en"], people["uebersetzung-en"])
        url = segment_address(portal.translations["en"])
        assert translator.put(url, "value=Mine", content_type=FORM).status_code == 200
        url = edit_address(portal.pages["en"])
        assert unchanged(lambda: translator.post(url, {"action": "publish"})).status_code == 302
        assert Page.objects.get(pk=portal.pages["en"].pk).title == "Mine"


# --- odd input -------------------------------------------------------------------------------------------------------


class TestOddInput:
    def test_a_segment_without_a_usable_value(self, portal: Portal, translator: Client, unchanged: Callable) -> None:
        before = snapshot("en")
        translation = portal.translations["en"]
        for url in (
            segment_address(translation),
            address("edit_override", translation.pk, override_segment(translation).pk),
        ):
            for body in ("", "other=x", "value=a%00b"):
                response = unchanged(lambda url=url, body=body: translator.put(url, body, content_type=FORM))
                assert response.status_code == 400, (url, body)
        assert snapshot("en") == before

    def test_numbers_of_nothing(self, portal: Portal, translator: Client) -> None:
        for name in ("download_pofile", "preview_translation"):
            assert translator.get(address(name, 10**9)).status_code == 404
        for name in ("upload_pofile", "stop_translation", "machine_translate"):
            assert translator.post(address(name, 10**9)).status_code == 404
        assert (
            translator.put(address("edit_string_translation", 10**9, 1), "value=x", content_type=FORM).status_code
            == 404
        )
        assert translator.get(address("submit_page_translation", 10**9)).status_code == 404
        assert translator.get(address("update_translations", 10**9)).status_code == 404
        assert translator.get(address("convert_to_alias", 10**9)).status_code == 404
        assert translator.get(address("snippets_api_listing", "auth", "user")).status_code == 404

    def test_a_translation_without_its_page(self, portal: Portal, translator: Client) -> None:
        Page.objects.filter(pk=portal.pages["en"].pk).update(translation_key="00000000-0000-0000-0000-000000000001")
        assert translator.get(address("download_pofile", portal.translations["en"].pk)).status_code == 404
        url = segment_address(portal.translations["en"])
        assert translator.put(url, "value=x", content_type=FORM).status_code == 404


class TestPoFiles:
    def upload(self, client: Client, translation: Translation, content: bytes | None) -> list[tuple[str, str]]:
        """Upload a file and return the messages that are shown, by kind."""
        data = {} if content is None else {"file": SimpleUploadedFile("t.po", content)}
        response = client.post(address("upload_pofile", translation.pk), data, follow=True)
        assert response.status_code == 200
        return [(message.level_tag, str(message)) for message in response.context["messages"]]

    def header(self, translation: Translation, uuid: str | None = None) -> str:
        return (
            'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
            f'"X-WagtailLocalize-TranslationID: {uuid or translation.uuid}\\n"\n\n'
        )

    @pytest.mark.parametrize(
        "content",
        [
            None,
            b"",
            b"\x89PNG\r\n\x1a\n\x00\x00",
            b"Only text.",
            'msgid "a"\nmsgstr "b"'.encode("utf-16"),
            b'msgid "a"\nmsgstr "b"\n',
            b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=klingon\\n"\n',
            b'msgid "a\nmsgstr',
            b"/etc/passwd",
            b"\xff\xfe\x00",
        ],
    )
    def test_an_unusable_file_gets_one_clear_message(
        self, portal: Portal, translator: Client, content: bytes | None
    ) -> None:
        before = snapshot("en", *OTHERS)
        shown = self.upload(translator, portal.translations["en"], content)
        assert [kind for kind, _text in shown] == ["error"]
        assert snapshot("en", *OTHERS) == before

    def test_a_file_of_another_translation(self, portal: Portal, translator: Client) -> None:
        content = str(portal.translations["fr"].export_po()).encode()
        assert [kind for kind, _text in self.upload(translator, portal.translations["en"], content)] == ["error"]

    def test_a_null_character(self, portal: Portal, translator: Client) -> None:
        translation = portal.translations["en"]
        content = self.header(translation) + 'msgctxt "title"\nmsgid "Resettlement"\nmsgstr "a\0b"\n'
        assert [kind for kind, _text in self.upload(translator, translation, content.encode())] == ["error"]

    def test_nothing_that_fits_is_no_success(self, portal: Portal, translator: Client) -> None:
        translation = portal.translations["en"]
        entries = (
            'msgctxt "title"\nmsgid "Unknown"\nmsgstr "x"\n\n'
            'msgctxt "nowhere"\nmsgid "Resettlement"\nmsgstr "x"\n\n'
            'msgctxt "lead"\nmsgid "Resettlement"\nmsgstr "x"\n\n'
            'msgid "Resettlement"\nmsgstr "x"\n'
        )
        before = snapshot("en")
        file = SimpleUploadedFile("t.po", (self.header(translation) + entries).encode())
        answer = translator.post(address("upload_pofile", translation.pk), {"file": file})
        changed = in_german("The German text was changed since the file was handed out.")
        assert [(one["line"].outcome, one["line"].reason) for one in answer.context["files"][0]["lines"]] == [
            ("refused", changed), ("refused", in_german("There is no place “%(place)s”.", place="nowhere")),
            ("refused", changed), ("refused", in_german("There is no place “%(place)s”.", place="")),
        ]  # fmt: skip
        assert b'name="changes"' not in answer.content
        assert snapshot("en") == before

    def test_what_is_usable_is_imported_and_the_rest_named(self, portal: Portal, translator: Client) -> None:
        translation = portal.translations["en"]
        entries = (
            'msgctxt "title"\nmsgid "Resettlement"\nmsgstr "New"\n\nmsgctxt "title"\nmsgid "Unknown"\nmsgstr "x"\n'
        )
        file = SimpleUploadedFile("t.po", (self.header(translation) + entries).encode())
        answer = translator.post(address("upload_pofile", translation.pk), {"file": file})
        assert [one["line"].outcome for one in answer.context["files"][0]["lines"]] == ["changed", "refused"]
        assert said(say_yes(translator, answer)) == ["1 Übersetzung wurde importiert."]
        assert StringTranslation.objects.filter(locale__language_code="en", data="New").count() == 1


# --- editors and moderators ------------------------------------------------------------------------------------------


class TestEditors:
    def test_an_editor_hands_german_pages_over_to_all_translators(
        self, portal: Portal, editor: Client, django_capture_on_commit_callbacks: Callable
    ) -> None:
        section = portal.pages["de"].get_parent()
        fresh = make_content_page(section.specific, "Neu")
        url = address("submit_page_translation", fresh.pk)
        with django_capture_on_commit_callbacks(execute=True):
            response = editor.post(url, {"locales": [locale("en").pk, locale("fr").pk], "include_subtree": "on"})
        assert response.status_code == 302
        made = Page.objects.filter(translation_key=fresh.translation_key).exclude(pk=fresh.pk)
        assert {(page.locale.language_code, page.live) for page in made} == {("en", False), ("fr", False)}

    def test_an_editor_does_not_translate(self, portal: Portal, editor: Client) -> None:
        before = snapshot("en", "fr")
        translation = portal.translations["en"]
        assert editor.put(segment_address(translation), "value=x", content_type=FORM).status_code == 403
        assert editor.post(address("stop_translation", translation.pk)).status_code == 403
        assert editor.get(topic_address("edit", portal.topics["en"])).status_code == 403
        assert editor.get(topic_address("edit", portal.topics["de"])).status_code == 200
        assert snapshot("en", "fr") == before

    def test_an_editor_renews_the_segments_and_touches_no_translation(
        self, portal: Portal, editor: Client, django_capture_on_commit_callbacks: Callable
    ) -> None:
        page = portal.pages["de"]
        page.lead = "Ein neuer Satz."
        publish(page)
        before = snapshot("en", "fr")
        url = address("update_translations", portal.source_id)
        with django_capture_on_commit_callbacks(execute=True):
            assert editor.post(url, {"publish_translations": "on"}).status_code == 302
        assert snapshot("en", "fr") == before
        assert portal.translations["en"].get_progress()[0] > portal.translations["en"].get_progress()[1]

    def test_a_subtree_with_pages_of_others_is_not_handed_over(self, portal: Portal, people: dict[str, User]) -> None:
        """Somebody who may change a page only because it is theirs does not submit what lies below it."""
        user = people["redaktion"]
        user.groups.get().page_permissions.filter(permission__codename="change_page").delete()
        section = portal.pages["de"].get_parent()
        own = make_content_page(section.specific, "Eigene", owner=user)
        make_content_page(own, "Fremde")
        url = address("submit_page_translation", own.pk)
        data = {"locales": [locale("en").pk]}
        assert client_of(user).post(url, {**data, "include_subtree": "on"}).status_code == 403
        assert not Page.objects.filter(translation_key=own.translation_key).exclude(pk=own.pk).exists()
        assert client_of(user).post(url, data).status_code == 302
