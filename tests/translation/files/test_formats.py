"""Files as such: what was written is read again, and what others write is read or refused, never fatal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource

from tests import support
from translation.files import archives, inline, po, xliff, xliff_reading
from translation.files.units import Content, Unit, UnusableFileError

YARDSTICKS = Path(os.environ.get("PORTAL_YARDSTICKS", support.BASE_DIR.parent / "shared" / "yardsticks"))
SUITE = YARDSTICKS / "xliff-2.1" / "test-suite"
WRITERS = {"2.1": xliff.write_2, "1.2": xliff.write_1}

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

outside = pytest.mark.skipif(not SUITE.is_dir(), reason=f"the schemas and the suite of OASIS are missing: {SUITE}")


def translation(code: str = "uk") -> Translation:
    """Return a translation that stands in no database."""
    return Translation(uuid=uuid.uuid4(), target_locale=Locale(language_code=code), source=TranslationSource(object_repr="Seite"))


def unit(source: str, target: str = "", number: int = 1, **fields: object) -> Unit:
    return Unit(number, number, "body.a.text", inline.from_html(source), source, target, None, **fields)


# Texts as people write them, in several scripts, with what is odd in XML, and inline tags in any order.
ODD = ["<", ">", "&", "&amp;", "&nbsp;", '"', "'", " ", "\n", "\t", "\r", "\u00a0", "ä", "ї", "ع", "\u200f", "\u0301", "]]>", "<!--", "a1"]
WORDS = st.lists(st.sampled_from(ODD) | st.characters(exclude_categories=("Cs",)), max_size=6).map("".join)
TAGS = st.sampled_from(["b", "i", "em", "strong", "code", "abbr"])
PIECES = st.one_of(
    WORDS.map(lambda text: inline.to_html([text])),
    st.builds(lambda tag, text: f"<{tag}>{inline.to_html([text])}</{tag}>", TAGS, WORDS),
    st.builds(lambda one, two, text: f"<{one}>x<{two}>{inline.to_html([text])}</{two}></{one}>", TAGS, TAGS, WORDS),
    st.just("<br/>"),
)
HTML = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """A source with links, and a translation of it in another order."""
    links = [f'<a id="a{number}">{text}</a>' for number, text in enumerate(draw(st.lists(PIECES, max_size=3)), start=1)]
    source = draw(HTML) + "".join(links)
    target = "".join(draw(st.permutations(links))) + draw(HTML)
    return source, target


@pytest.mark.parametrize("version", list(WRITERS))
@QUICK
@given(pair=pairs())
def test_a_round_trip_loses_nothing(version: str, pair: tuple[str, str]) -> None:
    source, target = pair
    one = unit(source, target)
    content = xliff_reading.read(WRITERS[version](translation(), [one]))[0]
    entry = content.entries[0]
    assert (entry.key, entry.path) == (one.key, one.path)
    assert inline.same(entry.source, one.source)
    assert inline.to_html(inline.named(entry.source, one.source)) == inline.normal(source)
    assert inline.to_html(inline.named(entry.target, one.source)) == inline.normal(target)


@QUICK
@given(text=HTML)
def test_the_portals_form_of_a_text_is_its_own_form(text: str) -> None:
    assert inline.normal(inline.normal(text)) == inline.normal(text)


def tool_2(text: str) -> str:
    """Return a file as another tool writes it: two segments, split tags, a comment, a character code."""
    return f"""<?xml version="1.0"?><xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="de" trgLang="uk">
      <file id="f1" original="{text}"><unit id="t1-1"><segment state="translated"><source>A <pc id="1">b</pc></source>
      <target order="3"><sc id="1"/>Б<ec startRef="1"/></target></segment><ignorable><source> </source></ignorable>
      <segment><source>c</source><target order="1"><mrk id="m1" type="comment" value="?">Ц<cp hex="0007"/></mrk></target></segment>
      </unit></file></xliff>"""


def test_what_another_tool_made_of_it_is_the_same_text() -> None:
    entry = xliff_reading.read(tool_2("x").encode())[0].entries[0]
    source = inline.from_html("A <b>b</b> c")
    assert inline.same(entry.source, source)
    assert inline.to_html(inline.named(entry.target, source)) == "Ц <b>Б</b>"
    old = """<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file original="x" source-language="de"
      target-language="ar" datatype="html"><body><group><trans-unit id="t1-1">
      <source>A <bpt id="1">{b}</bpt>b<ept id="1">{/b}</ept></source>
      <target state="translated"><bx id="1"/>ب<ex id="1"/> <mrk mtype="seg" mid="1">ا</mrk></target>
      </trans-unit></group></body></file></xliff>"""
    entry = xliff_reading.read(old.encode())[0].entries[0]
    source = inline.from_html("A <b>b</b>")
    assert inline.to_html(inline.named(entry.target, source)) == "<b>ب</b> ا"


@pytest.mark.parametrize(
    "parts",
    [
        '<sc id="1"/>x',
        'x<ec startRef="1"/>',
        '<sc id="1"/>x<sc id="2"/>y<ec startRef="1"/><ec startRef="2"/>',
        '<pc id="7">x</pc>',
        '<ph id="1"/>',
        '<pc id="9" subType="html:script">x</pc>',
        '<pc id="9" subType="html:a">x</pc>',
        '<pc id="9" subType="xlf:b">' * 25 + "x" + "</pc>" * 25,
    ],
)
def test_tags_that_do_not_fit_are_refused(parts: str) -> None:
    head = '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="de"><file id="f"><unit id="u"><segment>'
    text = f"{head}<source>x</source><target>{parts}</target></segment></unit></file></xliff>"
    entry = xliff_reading.read(text.encode())[0].entries[0]
    with pytest.raises(inline.TagError):
        inline.named(entry.target, inline.from_html('<b>x</b><a id="a1">y</a>'))


BOMB = """<?xml version="1.0"?><!DOCTYPE xliff [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="de"><file id="f"><unit id="&b;"/></file></xliff>"""
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xliff>&f;</xliff>'


@pytest.mark.parametrize(
    "data",
    [
        b"", b"  \n", b"<", b"<?xml version='1.0' encoding='klingon'?><a/>",
        b"<a>", b"<xliff/>", b"<xliff version='1.2'/>", b"\xff\xfe\x00", b"\xfe\xff<\x00",
        b"<html><body/></html>", BOMB.encode(), OUTSIDE.encode(), b"<a>" * 5000 + b"</a>" * 5000,
        b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="3.0"/>',
    ],
)  # fmt: skip
def test_what_is_no_file_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(UnusableFileError, match=r"\w"):
        archives.read(data)


@pytest.mark.parametrize(("charset", "half"), [("utf-7", "+2AA-"), ("raw_unicode_escape", r"\ud800")])
def test_halves_of_characters_are_refused(charset: str, half: str) -> None:
    head = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={charset}\\n"\n"{po.ID_FIELD}: x\\n"\n\n'
    with pytest.raises(UnusableFileError, match=r"\w"):
        archives.read(f'{head}msgid "a"\nmsgstr "{half}"\n'.encode())


@pytest.mark.parametrize("sign", ["<a ", "<!--", "<a b='", "</b", "<![CDATA["])
def test_what_opens_no_tag_is_text_however_often_it_stands_there(sign: str) -> None:
    text = sign * 100_000
    assert inline.from_html(f"{text}<b>c</b>") == (text, *inline.from_html("<b>c</b>"))


@QUICK
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"<xliff>{text}".encode()))
def test_no_file_is_fatal(data: bytes) -> None:
    try:
        contents, _format = archives.read(data)
    except UnusableFileError:
        return
    assert all(isinstance(one, Content) for one in contents)


# --- the suite and the schemas of OASIS ---------------------------------------------------------------------------------------


def _suite(kind: str) -> list[Path]:
    return sorted((SUITE / "core" / kind).glob("*.xlf"))


@outside
def test_all_valid_files_of_the_suite_are_read() -> None:
    files = _suite("valid")
    assert len(files) == 25
    for file in files:
        units = {one.get("id") for one in parse(file).iter(f"{{{xliff.NS_2}}}unit")}
        read = {entry.key for content in xliff_reading.read(file.read_bytes()) for entry in content.entries}
        assert read == units, file.name


@outside
def test_no_invalid_file_of_the_suite_is_fatal() -> None:
    files = _suite("invalid")
    assert len(files) == 119
    for file in files:
        try:
            contents = xliff_reading.read(file.read_bytes())
        except UnusableFileError:
            continue
        assert all(isinstance(entry.target, tuple) for content in contents for entry in content.entries), file.name


SCHEMA_CHECK = """
import java.io.File; import javax.xml.XMLConstants; import javax.xml.transform.stream.StreamSource; import javax.xml.validation.*;
public class Check { public static void main(String[] a) throws Exception {
  SchemaFactory f = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
  StreamSource[] s = new StreamSource[a.length - 2];
  for (int i = 2; i < a.length; i++) s[i - 2] = new StreamSource(new File(a[i]));
  Schema schema = f.newSchema(s);
  for (int i = 0; i < 2; i++) try {
    schema.newValidator().validate(new StreamSource(new File(a[i]))); System.out.println("valid");
  } catch (org.xml.sax.SAXException e) { System.out.println(e.getMessage()); }
} }
"""


def _schemas(version: str, folder: Path) -> list[Path]:
    """Return the schemas of a version, in an order in which none needs a later one; the imports of 1.2 lead to the copy beside it."""
    if version == "2.1":
        home = YARDSTICKS / "xliff-2.1" / "schemas"
        return [home / name for name in ("informativeCopiesOf3rdPartySchemas/w3c/xml.xsd", "xliff_core_2.0.xsd", "size_restriction.xsd")]
    home = YARDSTICKS / "xliff-1.2"
    text = (home / "xliff-core-1.2-strict.xsd").read_text(encoding="utf-8")
    local = folder / "xliff-1.2.xsd"
    local.write_text(re.sub(r'schemaLocation="[^"]*xml\.xsd"', f'schemaLocation="{home / "xml.xsd"}"', text), encoding="utf-8")
    return [local]


@outside
@pytest.mark.skipif(shutil.which("java") is None, reason="what asks the schemas is written for Java, which is missing")
@pytest.mark.parametrize("version", list(WRITERS))
def test_what_is_handed_out_is_valid(version: str, tmp_path: Path) -> None:
    """The same schema refuses a file in which the sources have another name: what asks it can fail."""
    source = 'Ein <b>fetter</b> <i>schräger</i>,<br/><a id="a1">Link &amp; <em>mehr</em></a> <strong>x</strong><code>y</code><abbr>z</abbr>'
    units = [
        unit(source, source.replace("Ein", "Один"), 1, note="Text – „Absatz“ & mehr", max_length=255),
        unit("Ohne Übersetzung", "", 2),
        unit("Zugefügt", "<b>neu</b>", 3),
    ]
    good, bad, check = tmp_path / "good.xlf", tmp_path / "bad.xlf", tmp_path / "Check.java"
    text = WRITERS[version](translation(), units, ["Eine Notiz", ""]).decode()
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("source>", "sauce>"), encoding="utf-8")
    check.write_text(SCHEMA_CHECK, encoding="utf-8")
    command = ["java", str(check), str(good), str(bad), *map(str, _schemas(version, tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = done.stdout.splitlines()
    assert answers[:1] == ["valid"], (answers, done.stderr)
    assert "sauce" in answers[1]
