"""Which characters the bytes of an answer are."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import charset

GERMAN = "Žluťoučký kůň – „Příliš“"
RUSSIAN = "Съешь ещё этих мягких французских булок"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides_whatever_is_said(encoding: str) -> None:
    text = "<a>Žluť</a>"
    assert charset.decode(text.encode(encoding), declared="windows-1251", header="iso-8859-1") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("start", ["<", "{", "\n  <", "["])
def test_forms_of_unicode_without_a_mark_show_by_their_zero_bytes(encoding: str, start: str) -> None:
    text = f"{start}title>Žluť"
    assert charset.decode(text.encode(encoding), declared="utf-8", header="utf-8") == text


def test_what_decodes_goes_before_what_is_said() -> None:
    body = "Café ’".encode()
    for declared, header in (("utf-16", ""), ("windows-1251", "iso-8859-1"), ("", "koi8-r"), ("utf-32", "utf-16")):
        assert charset.decode(body, declared, header) == "Café ’"


@pytest.mark.parametrize(("text", "expected"), [("Café ’ XX", "Café ’ \ufffd"), ("é XX ü", "é \ufffd ü")])
def test_one_broken_byte_costs_one_character(text: str, expected: str) -> None:
    body = text.encode().replace(b"XX", b"\xff")
    for declared in ("", "utf-8", "iso-8859-1"):
        assert charset.decode(body, declared) == expected


def test_one_broken_byte_costs_one_character_in_other_encodings() -> None:
    body = ("世界" * 200).encode("gbk") + b"\xff" + "新闻".encode("gbk")
    text = charset.decode(body, declared="gb2312")
    assert text.startswith("世界世界")
    assert text.endswith("新闻")
    assert text.count("\ufffd") == 1


def test_the_header_goes_before_the_declaration() -> None:
    body = RUSSIAN.encode("koi8-r")
    assert charset.decode(body, declared="windows-1251", header="koi8-r") == RUSSIAN
    assert charset.decode(body, declared="koi8-r", header="no-such-encoding") == RUSSIAN
    assert charset.decode(body, declared="koi8-r") == RUSSIAN


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO_8859-1", " Latin1 ", "us-ascii", "ascii", "windows-1252", ""])
def test_latin_1_and_ascii_mean_windows_1252(label: str) -> None:
    assert charset.decode(b"\x93q\x94 \x80 caf\xe9", declared=label) == "“q” € café"


@pytest.mark.parametrize(
    ("label", "python", "text"),
    [
        ("windows-1250", "cp1250", GERMAN),
        ("ISO-8859-2", "iso8859_2", "Žluťoučký kůň"),
        ("windows-1251", "cp1251", RUSSIAN),
        ("KOI8-R", "koi8_r", RUSSIAN),
        ("koi8-u", "koi8_u", "Їжак і ґанок"),
        ("iso-8859-5", "iso8859_5", RUSSIAN),
        ("x-mac-cyrillic", "mac_cyrillic", "Новости"),
        ("windows-1253", "cp1253", "Καλημέρα"),
        ("iso-8859-7", "iso8859_7", "Καλημέρα"),
        ("iso-8859-9", "cp1254", "İstanbul’da çığ"),
        ("windows-1255", "cp1255", "שלום עולם"),
        ("windows-1256", "cp1256", "مرحبا"),
        ("windows-1257", "cp1257", "Rīga ąčę"),
        ("windows-874", "cp874", "สวัสดี"),
        ("iso-8859-15", "iso8859_15", "10 € œuvre"),
        ("gb2312", "gbk", "新闻，世界"),
        ("GBK", "gbk", "朱镕基"),
        ("gb18030", "gb18030", "新闻😀"),
        ("Big5", "big5", "新聞世界"),
        ("Shift_JIS", "cp932", "ニュース①"),
        ("EUC-JP", "euc_jp", "ニュース"),
        ("iso-2022-jp", "iso2022_jp", "日本語のニュース"),
        ("EUC-KR", "euc_kr", "뉴스 속보"),
        ("ks_c_5601-1987", "cp949", "뷁"),
        ("macintosh", "mac_roman", "Äpfel"),
    ],
)
def test_the_encodings_of_the_web_are_known(label: str, python: str, text: str) -> None:
    body = f"<title>{text}</title>".encode(python)
    assert charset.decode(body, declared=label) == f"<title>{text}</title>"
    assert charset.decode(body, header=label) == f"<title>{text}</title>"


ODD = ["punycode", "undefined", "idna", "unicode_escape", "rot13", "zlib", "a\0b", "x" * 5000, "utf-7", "cp037", "hex"]


@pytest.mark.parametrize("label", [*ODD, "utf-16", "\ud800", "base64", "mbcs", "raw_unicode_escape"])
def test_names_that_are_no_encoding_of_text_are_no_names(label: str) -> None:
    assert charset.decode(b"before caf\xe9", declared=label, header=label) == "before café"
    assert charset.decode("vorher é".encode(), declared=label, header=label) == "vorher é"


def test_every_label_names_a_codec_that_makes_text_of_anything() -> None:
    assert len(charset._KNOWN) > 150
    for label, name in charset._KNOWN.items():
        assert label == label.lower().strip()
        codecs.lookup(name)
        assert isinstance(bytes(range(256)).decode(name, "replace"), str)


def test_other_encodings_are_not_taken_for_utf_8_with_errors() -> None:
    for python, text in (("cp1251", RUSSIAN), ("gbk", "世界新闻中文网站" * 20), ("cp932", "ニュース速報" * 20)):
        labels = {"cp1251": "windows-1251", "gbk": "gbk", "cp932": "shift_jis"}
        assert charset.decode(text.encode(python), declared=labels[python]) == text


def test_ten_megabytes_take_little_time() -> None:
    bodies = (b"\xff" * 10_000_000, "é".encode() * 5_000_000 + b"\xff", "я".encode("cp1251") * 10_000_000)
    for body in bodies:
        start = time.process_time()
        charset.decode(body, declared="windows-1251", header="utf-8")
        assert time.process_time() - start < 2.5


LABELS = st.one_of(st.text(max_size=20), st.sampled_from([*charset._KNOWN, *ODD]))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), LABELS, LABELS)
def test_nothing_raises_and_all_characters_are_whole(body: bytes, declared: str, header: str) -> None:
    text = charset.decode(body, declared, header)
    text.encode("utf-8")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100), LABELS)
def test_utf_8_comes_back_whatever_is_said(text: str, label: str) -> None:
    body = f"<a>{text}".encode()
    if "\x1b" not in text:
        assert charset.decode(body, declared=label) == f"<a>{text}"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("IBM437", "cp437", "Ç"),
        ("cp850", "cp850", "Ç"),
        ("csPC862LatinHebrew", "cp862", "א"),
        ("windows_1251", "cp1251", "Ђ"),
        ("MacCyrillic", "mac_cyrillic", "Жук"),
        ("macroman", "mac_roman", "Ä"),
        ("iso8859_9", "cp1254", "ğ"),
        ("shift_jis_2004", "shift_jis_2004", "か゚"),
        ("iso-2022-kr", "iso2022_kr", "한국"),
        ("HZ-GB-2312", "hz", "新闻"),
    ],
)
def test_names_that_only_older_programs_write_are_known_too(label: str, codec: str, text: str) -> None:
    written = f"<title>{text}</title>"
    assert charset.decode(written.encode(codec), declared=label) == written


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "utf-7", "unicode_escape", "zlib", "rot13", "base64", "cp037", "mbcs", "é", "x" * 9999],
)
def test_codecs_that_are_no_encoding_of_text_are_no_names(label: str) -> None:
    assert charset.decode(b"\x80 ~{P1 +AGE- \\u0041", declared=label) == "€ ~{P1 +AGE- \\u0041"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CafÃ© â€¦", "Café …"),
        ("â€œTideâ€\x9d", "“Tide”"),
        ("Ã\xa0 propos", "à propos"),
        ("Ñ‚Ð¸Ð´", "тид"),
        ("Tide", "Tide"),
        ("Café …", "Café …"),
        ("CafÃ© or Café", "CafÃ© or Café"),
        ("Ã©世", "Ã©世"),
        ("", ""),
    ],
)
def test_a_text_encoded_twice_is_read_as_a_whole_or_left(written: str, meant: str) -> None:
    assert charset.once(written) == meant
