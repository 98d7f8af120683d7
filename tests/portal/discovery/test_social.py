"""The pictures for links: drawn in every script without anything of the machine, only for pages that everybody may read."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
import resvg_py
from django.test import Client
from django.utils import translation
from PIL import Image, ImageChops, ImageStat
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage
from portal.discovery import lettering, social
from portal.language.languages import languages_by_code
from tests.builders import make_alias, make_content_page, publish, translate
from tests.support import BASE_DIR

ARABIC = "المنظمة الدولية للهجرة"
LANGUAGES = languages_by_code()


def ink(text: str) -> Image.Image:
    """Return the picture of one line of text as the portal draws it, cut to what is drawn."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="200"><rect width="1200" height="200" fill="#fff"/>'
        f'<text x="100" y="120" font-family="Portal Sans" font-weight="700" font-size="60">{text}</text></svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(lettering.FONT)])
    image = Image.open(io.BytesIO(png)).convert("L")
    return image.crop(ImageChops.invert(image).getbbox())


def test_arabic_letters_are_joined_and_run_from_right_to_left() -> None:
    word = "بيت"
    joined, apart = ink(word), ink("\u200c".join(word))
    # Joined letters are narrower than letters kept apart, and are those that Unicode names as joined forms in visual order.
    assert joined.width < apart.width * 0.9
    forms = ink("\u202d" + "\ufe96\ufef4\ufe91" + "\u202c")
    wrong_order = ink("\u202d" + "\ufe91\ufef4\ufe96" + "\u202c")
    assert same(joined, forms)
    assert not same(joined, wrong_order)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and not ImageChops.difference(one, other).point(lambda value: 255 * (value > 40)).getbbox()


def difference(line: Image.Image, word: Image.Image, from_right: bool) -> float:
    """Return how far one end of a line is from a word, 0 to 255."""
    end = line.crop((line.width - word.width, 0, *line.size) if from_right else (0, 0, word.width, line.height))
    end = end.crop(ImageChops.invert(end).getbbox()).resize(word.size)
    return ImageStat.Stat(ImageChops.difference(end, word)).mean[0]


def test_a_line_that_begins_in_latin_is_ordered_from_the_right() -> None:
    word = ink("IOM")
    line, left_as_it_is = ink(lettering.isolated(f"IOM {ARABIC}", is_rtl=True)), ink(f"IOM {ARABIC}")
    assert difference(line, word, from_right=True) < 15 < difference(line, word, from_right=False)
    assert difference(left_as_it_is, word, from_right=False) < 15 < difference(left_as_it_is, word, from_right=True)


@pytest.mark.parametrize(("code", "title"), [("de", "Rückkehr"), ("uk", "Повернення"), ("ar", ARABIC)])
def test_size_and_look(code: str, title: str) -> None:
    with translation.override(code):
        image = Image.open(io.BytesIO(social.render(title, LANGUAGES[code]))).convert("RGB")
    assert (image.format or "PNG", image.size) == ("PNG", (1200, 630))
    assert image.getpixel((5, 5)) == (0x04, 0x12, 0x3A)
    assert image.getpixel((600, 575)) == (0xFF, 0xB8, 0x1C)
    title_box = image.crop((0, 60, 1200, 200)).convert("L").point(lambda value: 255 * (value > 200)).getbbox()
    start = 1200 - title_box[2] if code == "ar" else title_box[0]
    assert 80 <= start <= 100


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("title", ["", "x" * 500, "W" * 255, "Wort " * 60, "<b>&amp;</b>]]>", "a\x00\x0bb\ud800", "🙂 \u202e", "ظ" * 255])
def test_any_title(code: str, title: str) -> None:
    image = Image.open(io.BytesIO(social.render(title, LANGUAGES[code]))).convert("L")
    assert image.size == (1200, 630)
    # Nothing runs into the margins.
    for box in ((0, 0, 70, 480), (1130, 0, 1200, 480)):
        assert image.crop(box).getextrema()[1] < 60


def test_it_needs_nothing_of_the_machine() -> None:
    """The same picture where no font, no configuration of fonts and no library of the system can be found."""
    code = (
        "import django; django.setup()\n"
        "import hashlib, sys; from portal.discovery import social; from portal.language.languages import languages_by_code\n"
        f"print(hashlib.sha256(social.render({ARABIC!r}, languages_by_code()['ar'])).hexdigest())"
    )
    bare = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.test", "PORTAL_VAR": os.environ["PORTAL_VAR"], "PYTHONPATH": str(BASE_DIR),
        "HOME": "/nonexistent", "XDG_DATA_HOME": "/nonexistent", "XDG_DATA_DIRS": "/nonexistent",
        "FONTCONFIG_FILE": "/nonexistent", "FONTCONFIG_PATH": "/nonexistent", "PATH": "/nonexistent",
    }  # fmt: skip
    found = [
        subprocess.run([sys.executable, "-c", code], env=env, cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout
        for env in (bare, {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"})
    ]
    assert found[0] == found[1]


# The address


def address_of(client: Client, url: str) -> str:
    html = client.get(url).content.decode()
    start = html.index('property="og:image" content="') + len('property="og:image" content="')
    return html[start : html.index('"', start)].removeprefix("http://testserver")


def test_each_page_has_its_picture(client: Client, home: HomePage) -> None:
    translate(make_content_page(home, title="Rückkehr"), "ar", title=ARABIC)
    arabic = Page.objects.get(title=ARABIC)
    found = {code: address_of(client, url) for code, url in (("de", "/de/rueckkehr/"), ("ar", arabic.get_url()))}
    assert found["de"].startswith("/de/og/")
    assert found["ar"].startswith(f"/ar/og/{arabic.pk}-")
    for address in found.values():
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/png"
        assert response["Cache-Control"] == "max-age=31536000, s-maxage=3600, public, immutable"
        assert not response.cookies
        assert client.get(address).content == response.content


def test_a_new_title_is_a_new_address(client: Client, home: HomePage) -> None:
    page = make_content_page(home, title="Rückkehr")
    before = address_of(client, "/de/rueckkehr/")
    page.title = "Wiederkehr"
    publish(page)
    after = address_of(client, "/de/rueckkehr/")
    assert before != after
    assert client.get(before).status_code == 404
    assert client.get(after).status_code == 200


def test_nothing_hidden_has_a_picture(client: Client, home: HomePage) -> None:
    translate(home, "en", title="Home")
    private = make_content_page(home, title="Geschlossen")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    taken_back = make_content_page(home, title="Zurückgezogen")
    with translation.override("de"):
        shown = social.address(taken_back)
        assert client.get(shown).status_code == 200
        taken_back.unpublish()
        assert client.get(shown).status_code == 404
        for page in (private, make_content_page(home, title="Entwurf", live=False)):
            assert client.get(social.address(page)).status_code == 404
    with translation.override("en"):
        alias = make_alias(make_content_page(home, title="Alias"), "en")
        assert client.get(social.address(alias)).status_code == 404
        assert client.get(social.address(home)).status_code == 404


@pytest.mark.parametrize("name", ["1-0000000000000000", "0-0000000000000000", "9" * 18 + "-0000000000000000", "9" * 30 + "-00", "x"])
def test_odd_addresses(client: Client, home: HomePage, name: str) -> None:
    assert client.get(f"/de/og/{name}.png").status_code == 404
