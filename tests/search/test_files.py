"""Text of uploaded files: read, found with the pages that offer them, and no error whatever is wrong with one."""

from __future__ import annotations

import contextlib
import io
import logging
import resource
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from home.models import ContentPage
from portal import jobs
from portal.models import PortalDocument
from search import files, reading
from search.models import Document, FileText
from search.service import Request, search
from tests.builders import make_content_page, make_home, publish, translate
from tests.search.test_admin import sign_in

pytestmark = pytest.mark.django_db

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def pdf(*pages: str) -> bytes:
    """Return a PDF with one line of text on each page."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for text in pages:
        content = b"BT /F1 12 Tf 72 700 Td (" + text.encode("cp1252") + b") Tj ET"
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        parts.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(parts)
        )
        kids.append(len(parts))
    parts[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, start))
    return out.getvalue()


def packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def pdf_of(content: bytes) -> bytes:
    """Return a PDF whose only page has this content, packed."""
    content = zlib.compress(content)
    one = pdf("x")
    start, end = one.index(b"4 0 obj"), one.index(b"5 0 obj")
    stream = b"4 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % (
        len(content),
        content,
    )
    # Its table of places is wrong now, which readers mend.
    return one[:start] + stream + one[end:]


def extracted(content: bytes, extension: str) -> tuple[str, str]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        found = files.extract(file, extension)
    return found.text, found.problem


def docx(body: str) -> bytes:
    return packed(word__document_xml=f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')


def odt(body: str) -> bytes:
    return packed(content_xml=f'<office xmlns:text="{OPEN}">{body}</office>')


def upload(content: bytes, name: str, title: str = "Merkblatt", language: str = "") -> PortalDocument:
    document = PortalDocument(title=title, language=language, file=ContentFile(content, name=name))
    document.file_size = len(content)
    document.save()
    return document


def offering(document: PortalDocument, title: str = "Seite", **values: object) -> ContentPage:
    return make_content_page(
        make_home(), title=title, body=[("downloads", [{"document": document, "description": ""}])], **values
    )


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Files are read by the runner, once they are there for good."""

    @contextlib.contextmanager
    def committed() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run_all()

    return committed


@pytest.mark.once
class TestExtract:
    @pytest.mark.parametrize(
        ("content", "extension", "text"),
        [
            (pdf("Schutz für Kinder", "Zweite Seite"), "pdf", "Schutz für Kinder\nZweite Seite"),
            (docx("<w:p><w:r><w:t>Rück</w:t></w:r><w:r><w:t>kehr</w:t></w:r></w:p><w:p><w:r><w:t>zwei</w:t><w:tab/><w:t>drei</w:t></w:r></w:p>"),
             "docx", "Rückkehr\nzwei drei"),
            (odt("<text:h>Über<text:span>schrift</text:span></text:h><text:p>eins<text:s/>zwei</text:p><text:p>drei</text:p>"),
             "odt", "Überschrift\neins zwei\ndrei"),
            ("\ufeffZeile eins\r\n\r\n  Zeile  zwei ".encode("utf-8"), "txt", "Zeile eins\nZeile zwei"),
            ("Größe".encode("cp1252"), "txt", "Größe"),
            ("Größe العودة".encode("utf-16"), "txt", "Größe العودة"),
            (b"Familien-\nnachzug und Ein-\nMann", "txt", "Familiennachzug und Ein-\nMann"),
            (b"a\x00b \xed\xa0\x80", "txt", "a b í €"),
            (b"", "txt", ""),
        ],
    )  # fmt: skip
    def test_text_is_read_with_its_lines(self, content: bytes, extension: str, text: str) -> None:
        assert extracted(content, extension) == (text, "")

    def test_long_texts_are_cut(self) -> None:
        text, problem = extracted(b"wort " * 200_000, "txt")
        assert (len(text) <= reading.MAX_CHARACTERS, len(text) > 100_000, problem) == (True, True, "")

    @pytest.mark.parametrize(
        ("content", "extension", "problem"),
        [
            # A small file that unpacks to a page of three million words.
            (lambda: pdf_of(b"(wort) Tj " * 3_000_000), "pdf", "time"),
            (
                lambda: packed(content_xml=f'<a xmlns:text="{OPEN}">' + "<text:p><text:span>a</text:span>" * 1_200_000),
                "odt",
                "memory",
            ),
            (lambda: pdf(*["Seite"] * 5000), "pdf", "partly"),
            (lambda: pdf("a")[:200], "pdf", "broken"),
        ],
    )
    def test_files_that_take_too_much(
        self, content: Callable[[], bytes], extension: str, problem: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The limits are the real ones but for the time, which would be this test's too."""
        monkeypatch.setattr(files, "CPU_SECONDS", 1 if problem in {"time", "partly"} else 10)
        data = content()
        assert len(data) < 4_000_000
        before, of_readers = (resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        text, found = extracted(data, extension)
        assert found == problem
        assert bool(text) == (problem == "partly")
        # Nothing of it is done in the process that answers.
        assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 0.5
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - of_readers < 30

    def test_the_reader_knows_nothing_of_the_portal(self) -> None:
        code = f"import runpy, sys; runpy.run_path({str(reading.__file__)!r}); print([n for n in sys.modules if 'django' in n])"
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"


class TestUpload:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b"%PDF-1.7 nothing of the kind"),
            ("a.pdf", b""),
            ("a.pdf", pdf("Schutz")[:200]),
            ("a.docx", b"PK\x03\x04 broken"),
            ("a.docx", docx("<w:p>")),
            ("a.docx", packed(other_xml="<a/>")),
            ("a.odt", odt("<text:p>&lol;</text:p>")),
            # Entities that unfold to millions of letters, and files from elsewhere.
            ("a.odt", packed(content_xml='<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>')),
            ("a.odt", packed(content_xml='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')),
            ("a.zip", packed(a="a")),
            ("A.PDF", b"\x00" * 1000),
        ],
    )
    def test_no_file_is_an_error(self, name: str, content: bytes, committed: Callable) -> None:
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        with committed():
            document = upload(content, name)
        assert FileText.objects.get(document=document).text == ""

    def test_what_unpacks_to_too_much_is_not_read(self, committed: Callable) -> None:
        with committed():
            document = upload(odt(f"<text:p>Wort{' ' * reading.MAX_UNPACKED}</text:p>"), "a.odt")
        assert (document.file.size < 1_000_000, FileText.objects.get(document=document).text) == (True, "")

    def test_a_file_that_is_lost_is_no_error(self, committed: Callable) -> None:
        with committed():
            document = upload(pdf("Schutz"), "a.pdf")
        Path(document.file.path).unlink()
        document.file_hash = "changed"
        with committed():
            PortalDocument.objects.get(pk=document.pk).save()
        assert FileText.objects.get(document=document).text == ""

    def test_an_editor_uploads_and_says_the_language(self, client: Client, committed: Callable) -> None:
        sign_in(client)
        with committed():
            response = client.post(
                reverse("wagtaildocs:add"),
                {
                    "title": "Flyer",
                    "file": ContentFile(pdf("Haftpflichtversicherung"), name="flyer.pdf"),
                    "language": "uk",
                    "collection": 1,
                },
            )
            # The answer does not wait for it.
            assert (response.status_code, FileText.objects.count()) == (302, 0)
        document = PortalDocument.objects.get(title="Flyer")
        assert document.language == "uk"
        assert document.file_text.text == "Haftpflichtversicherung"
        response = client.get(reverse("wagtaildocs:edit", args=[document.pk]))
        choices = BeautifulSoup(response.content, "html.parser").select("select[name=language] option")
        assert [choice["value"] for choice in choices] == ["", "de", "en", "uk", "ar", "de-simple"]
        page = offering(document)
        html = BeautifulSoup(client.get(page.url).content, "html.parser")
        assert html.select_one(".doc a")["hreflang"] == "uk"
        assert html.select_one(".doc .metaline [lang=uk]").get_text() == "Українська"


class TestSearch:
    def test_a_page_is_found_by_its_file_and_shows_it(self, client: Client, committed: Callable) -> None:
        with committed():
            document = upload(pdf("Die Haftpflichtversicherungen zahlen. Etwas anderes."), "a.pdf", "Merkblatt", "en")
        page = offering(document, "Ankommen")
        response = client.get("/de/suche/", {"q": "Ankommen Haftpflichtversicherung"})
        (result,) = BeautifulSoup(response.content, "html.parser").select("li.search-result")
        assert result.h3.get_text() == "Ankommen"
        shown = result.select_one(".result__file")
        assert (shown.a.get_text(), shown.a["href"], shown.a["lang"]) == ("Merkblatt", document.url, "en")
        assert [mark.get_text() for mark in shown.select("mark")] == ["Haftpflichtversicherungen"]
        data = client.get("/de/suche/", {"q": "Haftpflicht", "format": "json"}).json()
        assert data["results"][0]["file"]["title"] == "Merkblatt"
        assert data["results"][0]["file"]["snippet"].startswith("Die Haftpflichtversicherungen zahlen.")
        # What the page says itself needs no file.
        assert search(Request("Ankommen", "de")).hits[0].file is None
        assert [facet.name for facet in search(Request("Ankommen", "de", filters=[("file", "en")])).facets] == ["file"]
        assert search(Request("Ankommen", "de", filters=[("file", "uk")])).total == 0
        assert page.pk == search(Request("Merkblatt", "de")).ids[0]

    def test_a_page_says_it_itself_counts_more(self, committed: Callable) -> None:
        with committed():
            document = upload(b"Haftpflicht und anderes", "a.txt")
        offering(document, "Seite eins")
        other = make_content_page(make_home(), title="Seite zwei", lead="Haftpflicht und anderes")
        assert search(Request("Haftpflicht", "de")).ids[0] == other.pk

    def test_in_another_language(self, client: Client, committed: Callable) -> None:
        with committed():
            document = upload("العودة إلى الوطن".encode(), "a.txt", language="ar")
        translate(offering(document), "ar", title="الوصول")
        response = client.get("/ar/bahth/", {"q": "بالعودة"})
        (result,) = BeautifulSoup(response.content, "html.parser").select("li.search-result")
        assert result.select_one(".result__file mark").get_text() == "العودة"

    def test_pages_change_with_the_file(self, committed: Callable) -> None:
        with committed():
            document = upload(b"Haftpflicht", "a.txt", "Altes Blatt")
        page = offering(document)
        document = PortalDocument.objects.get(pk=document.pk)
        document.file = ContentFile(b"Hausrat", name="b.txt")
        document.title, document.language = "Neues Blatt", "uk"
        with committed():
            document.save()
        assert search(Request("Haftpflicht", "de")).total == 0
        assert search(Request("Hausrat", "de", filters=[("file", "uk")])).ids == [page.pk]
        assert search(Request("neues", "de")).ids == [page.pk]
        with committed():
            document.delete()
        assert search(Request("Hausrat", "de")).total == 0
        assert search(Request("Seite", "de")).ids[0] == page.pk

    def test_a_page_that_offers_it_no_longer(self, committed: Callable) -> None:
        with committed():
            document = upload(b"Haftpflicht", "a.txt")
        page = offering(document)
        page.body = []
        publish(page)
        assert search(Request("Haftpflicht", "de")).total == 0
        assert files.pages_that_offer(document.pk) == []

    @pytest.mark.once
    def test_as_many_queries_for_many_files(self, committed: Callable) -> None:
        def number_of_queries() -> int:
            # What is known of the language is counted anew after each change.
            search(Request("Haftpflicht", "de", with_others=False))
            with CaptureQueriesContext(connection) as captured:
                assert search(Request("Haftpflicht", "de", with_others=False)).hits[0].file
            return len(captured)

        home = make_home()
        for number in range(11):
            with committed():
                document = upload(b"Haftpflicht", f"{number}.txt", f"Blatt {number}")
            make_content_page(
                home, title=f"Seite {number}", body=[("downloads", [{"document": document, "description": ""}])]
            )
            if number == 1:
                few = number_of_queries()
        assert number_of_queries() == few


class TestCommand:
    def test_files_from_before_are_read(self, capsys: pytest.CaptureFixture) -> None:
        document = upload(b"Haftpflicht", "a.txt")
        page = offering(document)
        assert not FileText.objects.exists()
        call_command("read_files")
        assert capsys.readouterr().out == "1 files read.\n"
        assert search(Request("Haftpflicht", "de")).ids == [page.pk]
        call_command("read_files")
        assert capsys.readouterr().out == "0 files read.\n"
        FileText.objects.update(text="")
        call_command("read_files", all=True, verbosity=0)
        assert FileText.objects.get().text == "Haftpflicht"
        assert Document.objects.filter(pk=page.pk).exists()

    def test_pdfs_read_by_a_release_before_are_read_again_and_found_meanwhile(self) -> None:
        """What they say of their pages and tags was not kept then; other files say nothing of either, and are left alone."""
        older, other = upload(pdf("Haftpflicht", "Anhang"), "A.PDF"), upload("Beistandschaft إقامة".encode(), "pdf.txt", language="ar")
        first = offering(older)
        second = make_content_page(first.get_parent(), "Zwei", body=[("downloads", [{"document": other, "description": ""}])])
        assert files.read_new() == 2
        PortalDocument.objects.update(page_count=None, is_tagged=None)
        assert files.read_new() == 0
        import_module("search.migrations.0009_pdfs_read_again").read_again(apps, None)
        assert list(FileText.objects.filter(file_hash="").values_list("document", flat=True)) == [older.pk]
        for number in (1, 0):
            assert [search(Request(word, "de")).ids for word in ("Haftpflicht", "Beistandschaft")] == [[first.pk], [second.pk]]
            assert files.read_new() == number
        known = PortalDocument.objects.values_list("page_count", "is_tagged")
        assert (known.get(pk=older.pk), known.get(pk=other.pk)) == ((2, False), (None, None))


def test_the_admin_says_why_a_text_is_not_searched(client: Client, committed: Callable) -> None:
    """In the list and in the form of each file; such a file is kept, and found by its title."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    sign_in(client)
    with committed():
        broken = upload(b"%PDF-1.7 nothing of the kind", "a.pdf", "Quastenflosser")
        read, other = upload(b"Wort", "a.txt", "Gelesen"), upload(b"PK", "a.zip", "Sammlung")
    unread = upload(b"Wort", "b.txt", "Neu")
    said = {
        broken: "Ihr Text wird nicht durchsucht: Die Datei ist beschädigt oder mit einem Passwort gesperrt."
        " Gefunden wird sie über ihren Titel.",
        read: "Ihr Text wird durchsucht.",
        other: "Aus Dateien dieser Art wird kein Text gelesen. Gefunden wird sie über ihren Titel.",
        unread: "Ihr Text wird in Kürze gelesen.",
    }
    assert files.notes(said) == {document.pk: text for document, text in said.items()}
    html = client.get(reverse("wagtaildocs:index")).content.decode()
    for document, text in said.items():
        assert text in html
        assert text in client.get(reverse("wagtaildocs:edit", args=[document.pk])).content.decode()
    page = offering(broken)
    assert search(Request("Quastenflosser", "de")).ids == [page.pk]
