"""Clean characters, words and addresses."""

from __future__ import annotations

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds import text

# Unicode 15.1: code points that newer Pythons know as marks and older ones not at all are left aside.
UNASSIGNED = "Cn"
ANY_PIECES = [
    "a", "É", "e\u0301", "ß", "ς", "İ", "ı", "ﬁ", "Ⅷ", "½", "東京", "ไทย", "क्षि", "می\u200cروم", "가", "ᄀ\u1161",
    "\u0301" * 40, "\u200d", "👩\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e007f", "\U000e0041", "\ud800",
    "\x1b", "\x9b", "\u202e", "\u2066", "\ufeff", "\u2028", "\r\n", "\r", " ", "_", "Ǆ", "ά", "Å", "\u0345",
    "ﷺ", "ŉ", "ẚ", "㍿", "ゔ", "ｶﾞ",
]  # fmt: skip
ANY = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(ANY_PIECES),
        max_size=15,
    ).map("".join),
)


# ------------------------------------------------------------------ clean characters


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("plain", "plain"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("\x1b[31mred\x07\x00\x7f", "[31mred"),
        ("a\x9b31m\x9d0;x\x9c", "a31m0;x"),
        ("\u202egnp.exe\u202c \u2066x\u2069 \u061cy", "gnp.exe x y"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("a\uffff\ufdd0\U0001ffffb", "ab"),
        ("half \ud800 character", "half  character"),
        ("e\u0301", "é"),
        ("e" + "\u0323" * 5000, "ẹ" + "\u0323" * 30),
        ("x\U000e0068\U000e0069y", "xy"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("👩\u200d👩\u200d👧 ❤\ufe0f", None),
        ("می\u200cروم क्\u200dष", None),
        ("\u2060a\u2065b\ufffcc", "ab\ufffcc"),
    ],
)
def test_clean_text_moves_and_hides_nothing(written: str, clean: str | None) -> None:
    assert text.clean(written) == (written if clean is None else clean)


@given(ANY)
@example("e\u0301" + "\u0302" * 60)
@example("\r\x00\n")
@example("\U0001f3f4\U000e0067\x00\U000e007f")
def test_clean_text_is_clean_and_stays_as_it_is(written: str) -> None:
    clean = text.clean(written)
    assert text.clean(clean) == clean
    for character in clean:
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert not "\u202a" <= character <= "\u202e"
        assert not "\u2066" <= character <= "\u2069"
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode("utf-8")


@given(ANY)
def test_a_line_is_one_and_stays_as_it_is(written: str) -> None:
    line = text.line(written)
    assert text.line(line) == line
    assert line == line.strip()
    assert "\n" not in line
    assert "  " not in line


# ------------------------------------------------------------------ entities


@pytest.mark.parametrize(
    ("written", "decoded"),
    [
        ("a &amp; b", "a & b"),
        ("&lt;b&gt; &#8217; &#x2019; &eacute; &copy", "<b> ’ ’ é ©"),
        ("&amp;amp;", "&amp;"),
        ("AT&T &unknown; & &;", "AT&T &unknown; & &;"),
        ("&#x110000;&#99999999999;", "\ufffd\ufffd"),
        ("&#xD800;", "\ufffd"),
        ("&#146;", "’"),
    ],
)
def test_entities_are_decoded_once(written: str, decoded: str) -> None:
    assert text.decode_entities(written) == decoded


@pytest.mark.parametrize(
    "reference", ["&#" + "9" * 5000 + ";", "&#x" + "f" * 5000 + ";", "&#" + "9" * 4001, "&a" * 50_000]
)
def test_a_reference_of_any_length_is_read_or_left(reference: str) -> None:
    assert text.decode_entities(f"a {reference} b").endswith(" b")


@given(ANY)
def test_decoding_never_raises(written: str) -> None:
    text.decode_entities(written)
    text.decode_entities("&" + written.replace(" ", "&#") + ";")


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Café CAFÉ cafe\u0301", "cafe cafe cafe"),
        ("Łódź Ørsted Đorđe Æsir œuvre Þór", "lodz orsted dorde aesir oeuvre thor"),
        ("ﬁne Ⅷ ①", "fine viii 1"),
        ("Ёлка й", "елка и"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("हिन्दी", "हिन्दी"),
        ("ไทยดี", "ไทยดี"),
        ("ガギ", "ガギ"),
        ("ｶﾞ", "ガ"),
    ],
)
def test_folding_takes_case_accents_and_forms(written: str, folded: str) -> None:
    assert text.fold(written) == folded


@given(ANY)
@example("İ")
@example("ŉ")
@example("ẚ")
@example("ͅ")
@example("ᾳ\u0345")
@example("ﾞ")
def test_folding_twice_is_folding_once(written: str) -> None:
    folded = text.fold(written)
    assert text.fold(folded) == folded


@pytest.mark.parametrize("plane", [0, 1, 2])
def test_every_character_folds_to_what_stays(plane: int) -> None:
    wrong = []
    for code in range(plane * 0x10000, (plane + 1) * 0x10000):
        folded = text.fold(chr(code))
        if text.fold(folded) != folded:
            wrong.append(hex(code))
    assert wrong == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Hello, world!", ["hello", "world"]),
        ("snake_case 3.14 x2", ["snake", "case", "3", "14", "x2"]),
        ("L’été d'Hugo", ["l", "ete", "d", "hugo"]),
        ("東京タワー2024", ["東", "京", "タ", "ワ", "ー", "2024"]),
        ("ภาษาไทย", ["ภ", "า", "ษ", "า", "ไ", "ท", "ย"]),
        ("한국어 뉴스", ["한국어", "뉴스"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می\u200cروم", ["میروم"]),
        ("½ liter", ["1", "2", "liter"]),
        ("e\u0301te\u0301", ["ete"]),
        ("… — ()", []),
    ],
)
def test_words_are_told_apart(written: str, words: list[str]) -> None:
    assert [token.word for token in text.tokens(written)] == words


@given(ANY)
@example("½")
@example("ﷺ")
def test_tokens_lie_in_the_text_in_order_and_are_what_stands_there(written: str) -> None:
    tokens = text.tokens(written)
    end = 0
    places: dict[tuple[int, int], list[str]] = {}
    for token in tokens:
        assert 0 <= token.start < token.end <= len(written)
        assert token.start >= end or (token.start, token.end) in places
        end = token.end
        places.setdefault((token.start, token.end), []).append(token.word)
    for (start, stop), words in places.items():
        assert words == [token.word for token in text.tokens(text.fold(written[start:stop]))]


@given(ANY)
@example("ŉ ½ ﷺ")
@example("ก\u0e33")
def test_words_joined_by_blanks_are_the_same_words(written: str) -> None:
    words = [token.word for token in text.tokens(written)]
    assert [token.word for token in text.tokens(" ".join(words))] == words
    assert all(text.fold(word) == word for word in words)


def test_the_marks_are_unicodes() -> None:
    pattern = re.compile(f"[{text._MARKS}]")
    wrong = []
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category == UNASSIGNED or 0xD800 <= code <= 0xDFFF:
            continue
        if (pattern.match(chr(code)) is not None) != category.startswith("M"):
            wrong.append(f"{code:x}")
    newer = tuple(map(int, unicodedata.unidata_version.split(".")[:2])) > (15, 1)
    assert (wrong == []) or (newer and len(wrong) < 200), wrong


# ------------------------------------------------------------------ addresses

BASE = "https://news.example/live/today?x=1"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("https://x.example/a", "https://x.example/a"),
        ("HTTPS://X.EXAMPLE/A", "https://x.example/A"),
        ("/a", "https://news.example/a"),
        ("a", "https://news.example/live/a"),
        ("../a", "https://news.example/a"),
        ("?y=2", "https://news.example/live/today?y=2"),
        ("//x.example/a", "https://x.example/a"),
        ("\\\\x.example\\a", "https://x.example/a"),
        (" https://x.example/a\n", "https://x.example/a"),
        ("https://x.exa\nmple/a\tb", "https://x.example/ab"),
        ("https://x.example/a b", "https://x.example/a%20b"),
        ("https://x.example/ä?ö=ü#ß", "https://x.example/%C3%A4?%C3%B6=%C3%BC#%C3%9F"),
        ("https://x.example/%20%C3", "https://x.example/%20%C3"),
        ("https://x.example/$(id);`id`|x", "https://x.example/$(id);%60id%60%7Cx"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://x.example:8080/", "https://x.example:8080/"),
        ("http://[::1]/", "http://[::1]/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("MAILTO:a@b.example?subject=x", "MAILTO:a@b.example?subject=x"),
        ("https://x.example/\x1b[31m\u202e", "https://x.example/[31m"),
    ],
)
def test_references_become_absolute_addresses(reference: str, url: str) -> None:
    assert text.url(reference, BASE) == url


@pytest.mark.parametrize(
    "reference",
    [
        "", " ", "javascript:alert(1)", " JaVaScRiPt:x", "java\tscript:x", "\x01javascript:x", "data:text/html,x",
        "vbscript:x", "file:///etc/passwd", "file:/etc/passwd", "ftp://x.example/", "about:config", "blob:https://x/",
        "view-source:https://x.example/", "feed:javascript:x", "ms-msdt:/id", "http://", "http:///a", "http://[::1",
        "http://x.example:99999999/", "http://x.example:abc/", "mailto:", "mailto:a", "https://" + "x" * 9000,
        "https://x y.example/", "https://a%00b.example/", "https://<x>/", "a" * 5000 + ":x", "tel:1",
        "https://" + "ü" * 80,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_none(reference: str) -> None:
    assert text.url(reference, "") is None


@pytest.mark.parametrize("scheme", ["javascript", "data", "file", "ftp", "about", "blob", "feed", "tel", "JavaScript"])
def test_other_schemes_are_none_whatever_they_stand_on(scheme: str) -> None:
    for reference in (f"{scheme}:x", f" {scheme}:x", f"{scheme[:2]}\t{scheme[2:]}:x", f"\x01{scheme}://x.example/"):
        assert text.url(reference, BASE) is None


URL_PIECES = [
    "http", "https", "mailto", "javascript", "file", ":", "/", "//", "\\", "@", "x.example", "[", "]", "::1",
    "%", "#", "?", "&", " ", "\t", "\n", "ü", "😀", "\ud800", "\x1b", "'", '"', "<", ">", "`", "|", "..", ":80",
    ":x", "xn--", ".",
]  # fmt: skip
URL = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(URL_PIECES),
        max_size=12,
    ).map("".join),
)


HOSTS = ["http", "https", "://", "HTTP", "a", "b-c", ".", ":", "8080", "99999", "@", "A", "é", ""]
REFERENCE_PIECES = [
    "/",
    "//",
    "..",
    ".",
    "?",
    "#",
    "a",
    "Z",
    "%20",
    ";",
    "=",
    "&",
    "[",
    "]",
    "\\",
    " ",
    "\n",
    "é",
    "~",
    ":",
]
ADDRESSES = st.tuples(
    st.one_of(
        st.sampled_from(["https://a.b", "http://a-b.c:80", "https://a.b.", ""]),
        st.lists(st.sampled_from(HOSTS), max_size=5).map("".join),
    ),
    st.lists(st.sampled_from(REFERENCE_PIECES), max_size=8).map("".join),
).map("".join)


@settings(max_examples=500)
@given(ADDRESSES, ADDRESSES)
@example("/a/../b", "https://a.b")
@example("//c.d/e", "https://a.b/f")
@example("/a?", "https://a.b/f?g#h")
@example("https://a.b#", "https://a.b/")
@example("/a;", "https://a.b/")
@example("/" + "a" * text.MAX_URL, "https://a.b/")
def test_an_address_that_is_plain_is_what_it_would_resolve_to(reference: str, base: str) -> None:
    assert text.url(reference, base) == text._resolved(reference, base)


@settings(max_examples=500)
@given(URL, st.one_of(st.sampled_from(["", BASE, "x", "file:///a/b", "javascript:x", "http://["]), URL))
def test_an_address_is_ascii_of_a_known_scheme_or_none(reference: str, base: str) -> None:
    url = text.url(reference, base)
    if url is not None:
        assert url.lower().startswith(("http://", "https://", "mailto:"))
        assert re.fullmatch(r"[!-~]+", url)
        assert not re.search(r"[\s\"<>\\^`{|}]", url)
        assert text.url(url, "") == url


def test_nothing_takes_long() -> None:
    for piece in (
        "a",
        " \n",
        "é",
        "e\u0301",
        "\u0301",
        "&a",
        "&#",
        "東",
        "\u200d",
        "\U000e0041",
        "🏴\U000e0041",
        "a\u0301_",
    ):
        long = piece * 300_000
        start = time.process_time()
        text.line(long)
        text.decode_entities(long)
        text.tokens(long)
        text.url(long, BASE)
        assert time.process_time() - start < 2.5, piece
