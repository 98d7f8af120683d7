"""A draft that is given out by a link: who has it reads it, for seven days, as it was, and as long as who gave it may read it."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageLogEntry
from wagtail_localize.models import StringSegment, StringTranslation

from home.models import ContentPage
from portal import jobs
from portal.models import Job, PortalDocument, SharedDraft, SharedDraftOpening
from tests.builders import translate
from tests.people import Portal, client_of

pytestmark = pytest.mark.django_db

DRAFT = "Zwetschgenknoedel"
"""Stands in the draft alone."""


@pytest.fixture(autouse=True)
def no_public_rendering() -> None:
    """Drafts answer as ever here."""


def change(page: Page, user: User, **fields: object) -> Page:
    """Save a draft of a page."""
    page = ContentPage.objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision(user=user)
    return page


def share(client: Client, page: Page) -> str:
    """Give out a link as an editor does, and return its path."""
    known = {draft.pk for draft in SharedDraft.objects.all()}
    assert client.post(reverse("share_draft", args=[page.pk])).status_code == 302
    return SharedDraft.objects.exclude(pk__in=known).get().get_url()


def main_of(html: str) -> str:
    return BeautifulSoup(html, "html.parser").main.get_text(" ", strip=True)


@pytest.fixture
def link(portal: Portal, editor: Client, people: dict[str, User]) -> str:
    """Return the link to a German page with a draft."""
    change(portal.pages["de"], people["redaktion"], lead=f"{DRAFT} erster Stand.")
    return share(editor, portal.pages["de"])


def test_who_has_the_link_reads_the_draft_as_it_was_and_the_page_stays_as_it_is(
    portal: Portal, people: dict[str, User], link: str
) -> None:
    page = portal.pages["de"]
    answer = Client().get(link)
    assert answer.status_code == 200
    assert f"{DRAFT} erster Stand." in main_of(answer.text)
    notice = BeautifulSoup(answer.text, "html.parser").find(attrs={"aria-label": "Entwurf"})
    until = timezone.localdate(timezone.now() + datetime.timedelta(days=7))
    assert str(until.year) in notice.get_text()
    assert [answer.headers[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")] == [
        "private, no-store", "noindex, nofollow", "no-referrer",
    ]  # fmt: skip
    assert not answer.cookies
    change(page, people["redaktion"], lead="Späterer Stand.")
    again = Client().get(link)
    assert main_of(again.text) == main_of(answer.text)
    public = Client().get(page.url)
    assert DRAFT not in public.text
    assert "aria-label=\"Entwurf\"" not in public.text


@pytest.mark.parametrize(("code", "label", "direction"), [("en", "Draft", "ltr"), ("ar", "مسودة", "rtl"), ("uk", "Чернетка", "ltr")])
def test_a_translation_is_shared_with_the_texts_that_nobody_has_published(
    portal: Portal, people: dict[str, User], code: str, label: str, direction: str
) -> None:
    page = translate(portal.pages["de"], code)
    german = StringSegment.objects.filter(source__object_id=page.translation_key, context__path="lead").select_related("string").get()
    StringTranslation.objects.filter(translation_of=german.string, locale=page.locale).update(data=f"{DRAFT} {code}")
    # The portal of these tests has no translators of Ukrainian and Arabic.
    person = people.get(f"uebersetzung-{code}") or User.objects.create_superuser("alle")
    path = share(client_of(person), page)
    assert path.startswith(f"/{code}/")
    answer = Client().get(path)
    html = BeautifulSoup(answer.text, "html.parser")
    assert (html.html["lang"], html.html["dir"]) == (code, direction)
    assert f"{DRAFT} {code}" in main_of(answer.text)
    assert html.find(attrs={"aria-label": label})
    assert DRAFT not in Client().get(page.url).text
    # The link is of this language.
    assert Client().get(path.replace(f"/{code}/", "/de/", 1)).status_code == 404


def header_links(client: Client, page: Page) -> list[tuple[str, str]]:
    """Return where the header of the editor leads to besides the page itself, by name."""
    html = BeautifulSoup(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")
    links = html.select("#w-slim-header-buttons a[href], header .w-dropdown a[href]")
    return [(" ".join(link.get_text().split()), link["href"]) for link in links]


def test_the_translation_editor_leads_to_the_links_and_they_hold_no_more_than_the_translator_reads(
    portal: Portal, people: dict[str, User], translator: Client, editor: Client
) -> None:
    german, english = portal.pages["de"], portal.pages["en"]
    for client, page in ((editor, german), (translator, english)):
        assert ("Zum Gegenlesen teilen", reverse("share_draft", args=[page.pk])) in header_links(client, page)
    # What is written in German meanwhile, and was not handed over, is known to no translator.
    change(german, people["redaktion"], lead=f"{DRAFT} auf Deutsch.")
    path = share(translator, english)
    StringTranslation.objects.filter(locale=english.locale).delete()
    untranslated = share(translator, english)
    assert [main_of(Client().get(each).text).count("Ein Satz.") for each in (path, untranslated)] == [1, 1]
    assert [DRAFT in Client().get(each).text for each in (path, untranslated)] == [False, False]
    # Of a page that they may not read any more, nothing is given out, and what was given out is over.
    Page.objects.get(pk=portal.homes["en"].pk).group_permissions.all().delete()
    assert header_links(translator, english) == []
    assert translator.post(reverse("share_draft", args=[english.pk])).status_code in {302, 403}
    assert SharedDraft.objects.count() == 2
    assert [Client().get(each).status_code for each in (path, untranslated)] == [410, 410]


def ends_after_seven_days(draft: SharedDraft, people: dict[str, User], clients: dict[str, Client]) -> None:
    SharedDraft.objects.update(expires_at=draft.expires_at - datetime.timedelta(days=7))


def is_taken_back(draft: SharedDraft, people: dict[str, User], clients: dict[str, Client]) -> None:
    assert clients["editor"].post(reverse("revoke_draft", args=[draft.page_id, draft.pk])).status_code == 302


def lost_the_right(draft: SharedDraft, people: dict[str, User], clients: dict[str, Client]) -> None:
    people["redaktion"].groups.clear()


def left_the_office(draft: SharedDraft, people: dict[str, User], clients: dict[str, Client]) -> None:
    User.objects.filter(username="redaktion").update(is_active=False)


@pytest.mark.parametrize("ended", [ends_after_seven_days, is_taken_back, lost_the_right, left_the_office])
def test_a_link_that_is_over_opens_nothing(link: str, people: dict[str, User], editor: Client, ended: object) -> None:
    draft = SharedDraft.objects.get()
    assert draft.expires_at - draft.shared_at == datetime.timedelta(days=7)
    ended(draft, people, {"editor": editor})
    answer = Client().get(link)
    assert answer.status_code == 410
    assert DRAFT not in answer.text
    assert main_of(answer.text).startswith("Dieser Link gilt nicht mehr")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not SharedDraftOpening.objects.exists()


def test_a_page_that_is_gone_takes_its_links_along(portal: Portal, link: str) -> None:
    portal.pages["de"].delete()
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("forge", [
    lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
    lambda token: token.partition(":")[0],
    lambda token: "1" + token,
    lambda token: signing.Signer(salt="other").sign(token.partition(":")[0]),
    lambda token: signing.Signer(salt="portal.shared-draft", key="guessed").sign(token.partition(":")[0]),
])  # fmt: skip
def test_a_link_that_nobody_gave_out_is_no_link(link: str, forge: object) -> None:
    start, token = link.rstrip("/").rsplit("/", 1)
    assert Client().get(f"{start}/{forge(token)}/").status_code == 404
    assert not SharedDraftOpening.objects.exists()


def test_a_link_that_lost_its_last_stroke_on_the_way_is_found(link: str) -> None:
    answer = Client().get(link.rstrip("/"))
    assert (answer.status_code, answer.headers["Location"]) == (301, link)


ROBOTS = (
    "WhatsApp/2.23.20.0", "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "Nextcloud Server Crawler", "",
)  # fmt: skip
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/400]",
    # A telephone whose maker is called so.
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
)  # fmt: skip


def test_openings_are_counted_by_day_and_nothing_of_who_opens(link: str, editor: Client) -> None:
    for agent in ROBOTS:
        assert Client(headers={"User-Agent": agent}).get(link).status_code == 200
    assert not SharedDraftOpening.objects.exists()
    reader = Client(headers={"User-Agent": BROWSERS[0]})
    for agent in BROWSERS[1:]:
        reader.get(link, headers={"User-Agent": agent})
    reader.get(link)
    reader.head(link)
    for name, value in (("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch")):
        reader.get(link, headers={name: value})
    assert reader.post(link).status_code == 405
    opening = SharedDraftOpening.objects.get()
    assert (opening.day, opening.number) == (timezone.localdate(), 3)
    SharedDraftOpening.objects.update(day=opening.day - datetime.timedelta(days=1))
    reader.get(link)
    assert list(SharedDraftOpening.objects.values_list("number", flat=True)) == [3, 1]
    html = editor.get(reverse("share_draft", args=[SharedDraft.objects.get().page_id])).text
    assert "4-mal geöffnet" in html
    assert "Chats eine Vorschau" in html
    assert f"http://testserver{link}" in html


def test_who_may_not_edit_a_page_gives_out_no_link_to_it_and_sees_and_takes_back_none(
    portal: Portal, people: dict[str, User], link: str, translator: Client
) -> None:
    draft = SharedDraft.objects.get()
    addresses = [reverse("share_draft", args=[draft.page_id]), reverse("revoke_draft", args=[draft.page_id, draft.pk])]
    own = reverse("revoke_draft", args=[portal.pages["en"].pk, draft.pk])
    for client in (translator, Client()):
        for address in addresses:
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code in {302, 403, 405}
                assert DRAFT not in answer.text
                assert link not in answer.text
        client.post(own)
    draft.refresh_from_db()
    assert (SharedDraft.objects.count(), draft.revoked_at) == (1, None)


def test_an_alias_has_no_draft_to_give_out(portal: Portal, translator: Client) -> None:
    assert translator.get(reverse("share_draft", args=[portal.aliases["en"].pk])).status_code in {302, 403}
    assert not SharedDraft.objects.exists()


def test_a_draft_shows_no_file_that_its_reader_may_not_have(portal: Portal, editor: Client, people: dict[str, User]) -> None:
    collection = Collection.get_first_root_node().add_child(name="Intern")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    document = PortalDocument.objects.create(title="Geheimplan", file="documents/geheim.txt", collection=collection)
    text = f'<p>{DRAFT} <a linktype="document" id="{document.pk}">hier</a></p>'
    page = change(portal.pages["de"], people["redaktion"], body=[("text", text)])
    answer = Client().get(share(editor, page))
    assert DRAFT in main_of(answer.text)
    assert "geheim.txt" not in answer.text


def test_what_was_done_stands_in_the_history(link: str, editor: Client) -> None:
    draft = SharedDraft.objects.get()
    for _ in range(2):
        editor.post(reverse("revoke_draft", args=[draft.page_id, draft.pk]))
    entries = PageLogEntry.objects.filter(page=draft.page_id, action__in=["portal.share", "portal.revoke_share"])
    assert sorted(entries.values_list("action", "user__username")) == [
        ("portal.revoke_share", "redaktion"), ("portal.share", "redaktion"),
    ]  # fmt: skip
    history = editor.get(reverse("wagtailadmin_pages:history", args=[draft.page_id])).text
    assert "Link auf den Entwurf vergeben" in history


@pytest.mark.once
def test_twenty_links_cost_as_many_queries_as_two(
    link: str, editor: Client, people: dict[str, User], django_assert_num_queries: object
) -> None:
    page = SharedDraft.objects.get().page
    address = reverse("share_draft", args=[page.pk])
    SharedDraft.share(page, people["redaktion"])
    html = editor.get(address).text
    # The newest comes first.
    assert [html.index(f'id="link-{draft.pk}"') for draft in SharedDraft.objects.order_by("-pk")] == sorted(
        html.index(f'id="link-{draft.pk}"') for draft in SharedDraft.objects.all()
    )
    with django_assert_num_queries(100, exact=False) as two:
        editor.get(address)
    for _ in range(18):
        SharedDraft.share(page, people["redaktion"])
    with django_assert_num_queries(len(two), exact=True):
        editor.get(address)


def test_links_that_ended_long_ago_are_deleted_though_nobody_shares_again(link: str, people: dict[str, User]) -> None:
    draft = SharedDraft.objects.get()
    new = SharedDraft.share(draft.page, people["redaktion"])
    for days, left in ((29, [draft, new]), (31, [new])):
        SharedDraft.objects.filter(pk=draft.pk).update(expires_at=timezone.now() - datetime.timedelta(days=days))
        Job.objects.update(due_at=timezone.now())
        jobs.run_all()
        assert list(SharedDraft.objects.order_by("pk")) == left
