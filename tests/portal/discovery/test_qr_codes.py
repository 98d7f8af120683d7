"""QR codes on paper: of each page its own address, in every language, drawn by the portal, loaded when somebody prints."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
import segno
from bs4 import BeautifulSoup
from django.test import Client

from home.models import WhoWeArePage
from tests.builders import add, make_content_page, make_home, translate

pytestmark = pytest.mark.django_db
HOST = "http://testserver"


def drawn(url: str) -> bytes:
    found = io.BytesIO()
    segno.make(url, error="m", micro=False).save(found, kind="svg", border=2, omitsize=True, svgclass=None, lineclass=None, xmldecl=False)
    return found.getvalue()


@pytest.mark.parametrize("code", ["de", "ar", "uk"])
def test_each_page_prints_its_own_address(client: Client, code: str) -> None:
    """A page that is not translated yet prints the address at which its reader found it; a query is no part of it."""
    home = make_home()
    section = add(home, WhoWeArePage(title="Wer wir sind"))
    content = make_content_page(section, "Geschichte")
    addresses = ["/de/", section.get_url(), content.get_url()]
    if code == "ar":
        addresses = [translate(page, "ar").get_url() for page in (home, section, content)]
    elif code == "uk":
        translate(home, "uk")
        addresses = ["/uk/"]
    for address in addresses:
        response = client.get(f"{address}?von=brief")
        (box,) = BeautifulSoup(response.content, "html.parser").select(".qr")
        assert box.bdi.get_text() == f"{HOST}{address}"
        assert (box.img["src"], box.img["loading"], box.img["alt"]) == (f"/qr.svg?path={quote(address, safe='')}", "lazy", "")
        assert len(str(box)) < 400
        answer = client.get(box.img["src"])
        assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/svg+xml", drawn(f"{HOST}{address}"))


@pytest.mark.django_db(databases=[])
def test_nobody_elses_address_is_drawn(client: Client) -> None:
    for path in ("", "https://example.org/", "javascript:alert(1)", "/" + "a" * 1000):
        assert client.get("/qr.svg", {"path": path}).status_code == 400
    assert client.get("/qr.svg", {"path": "//example.org/de/"}).content == drawn(f"{HOST}/example.org/de/")
    assert client.post("/qr.svg").status_code == 405
