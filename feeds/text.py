"""Text from outside made safe, and the one tokenizer of the program.

Owns what a clean character is, how words are folded and told apart, and which addresses may be followed. Every string a
publisher wrote passes `clean` or `line` before it is kept. Knows no markup: HTML is the business of `feeds.html`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

MAX_MARKS = 30
"""Combining marks kept behind one character (the limit of UAX #15, stream-safe text)."""

MAX_URL = 8_000
"""Characters of an address; a longer one is none."""

# ------------------------------------------------------------------ clean characters

_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
# Control characters but newline and tab, the marks that reorder or hide text (Unicode Technical Report 36, 2.11), byte
# order marks, soft hyphens, noncharacters and lone surrogates.
_UNWANTED = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# Tag characters mean something only in the flag of a region: a black flag, tags, the cancel tag (UTS #51, 1.4.7).
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,30}\U000e007f)|[\U000e0000-\U000e007f]+")


def clean(text: str) -> str:
    """Return the text without anything that could move a cursor, reorder or hide what is read; in the form NFC.

    Newlines of any kind (as line feeds) and tabs stay, and so do the joiners that scripts and emoji are written with.
    """
    # Everything that goes is of a category that is not printed; looking for it in a text of lines is the slow part.
    if not text.replace("\n", " ").replace("\t", " ").isprintable():
        text = _TAGS.sub(lambda found: found[1] or "", _UNWANTED.sub("", _BREAKS.sub("\n", text)))
    if text.isascii():
        return text
    return _MARK_RUN.sub(lambda found: found[0][:MAX_MARKS], unicodedata.normalize("NFC", text))


def line(text: str) -> str:
    """Return the text clean and in one line: white space collapsed to single blanks, none at the ends."""
    return " ".join(clean(text).split())


# ------------------------------------------------------------------ entities

_ENTITY = re.compile(r"&(?:#[0-9]{1,4000};?|#[xX][0-9a-fA-F]{1,3000};?|[A-Za-z][A-Za-z0-9]{1,31};?)")


def decode_entities(text: str) -> str:
    """Return the text with its character references decoded once (HTML, 13.5), whatever they hold.

    Numbers beyond Unicode become U+FFFD; what is no reference stays as it is.
    """
    return _ENTITY.sub(_decoded, text) if "&" in text else text


def _decoded(found: re.Match[str]) -> str:
    return html.unescape(found[0])


# ------------------------------------------------------------------ words

# Every character of the categories Mn, Mc and Me of Unicode 15.1, which Python's \\w leaves out.
_MARK_RANGES = """
    300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e4 6e7-6e8 6ea-6ed 711 730-74a
    7a6-7b0 7eb-7f3 7fd 816-819 81b-823 825-827 829-82d 859-85b 898-89f 8ca-8e1 8e3-903 93a-93c 93e-94f 951-957
    962-963 981-983 9bc 9be-9cd 9d7 9e2-9e3 9fe-a03 a3c-a51 a70-a71 a75 a81-a83 abc abe-acd ae2-ae3 afa-b03 b3c
    b3e-b57 b62-b63 b82 bbe-bcd bd7 c00-c04 c3c c3e-c56 c62-c63 c81-c83 cbc cbe-cd6 ce2-ce3 cf3-d03 d3b-d3c d3e-d4d
    d57 d62-d63 d81-d83 dca-ddf df2-df3 e31 e34-e3a e47-e4e eb1 eb4-ebc ec8-ece f18-f19 f35 f37 f39 f3e-f3f f71-f84
    f86-f87 f8d-fbc fc6 102b-103e 1056-1059 105e-1060 1062-1064 1067-106d 1071-1074 1082-108d 108f 109a-109d
    135d-135f 1712-1715 1732-1734 1752-1753 1772-1773 17b4-17d3 17dd 180b-180d 180f 1885-1886 18a9 1920-193b
    1a17-1a1b 1a55-1a7f 1ab0-1b04 1b34-1b44 1b6b-1b73 1b80-1b82 1ba1-1bad 1be6-1bf3 1c24-1c37 1cd0-1cd2 1cd4-1ce8
    1ced 1cf4 1cf7-1cf9 1dc0-1dff 20d0-20f0 2cef-2cf1 2d7f 2de0-2dff 302a-302f 3099-309a a66f-a672 a674-a67d
    a69e-a69f a6f0-a6f1 a802 a806 a80b a823-a827 a82c a880-a881 a8b4-a8c5 a8e0-a8f1 a8ff a926-a92d a947-a953
    a980-a983 a9b3-a9c0 a9e5 aa29-aa36 aa43 aa4c-aa4d aa7b-aa7d aab0 aab2-aab4 aab7-aab8 aabe-aabf aac1 aaeb-aaef
    aaf5-aaf6 abe3-abea abec-abed fb1e fe00-fe0f fe20-fe2f 101fd 102e0 10376-1037a 10a01-10a0f 10a38-10a3f
    10ae5-10ae6 10d24-10d27 10eab-10eac 10efd-10eff 10f46-10f50 10f82-10f85 11000-11002 11038-11046 11070
    11073-11074 1107f-11082 110b0-110ba 110c2 11100-11102 11127-11134 11145-11146 11173 11180-11182 111b3-111c0
    111c9-111cc 111ce-111cf 1122c-11237 1123e 11241 112df-112ea 11300-11303 1133b-1133c 1133e-1134d 11357
    11362-11374 11435-11446 1145e 114b0-114c3 115af-115c0 115dc-115dd 11630-11640 116ab-116b7 1171d-1172b
    1182c-1183a 11930-1193e 11940 11942-11943 119d1-119e0 119e4 11a01-11a0a 11a33-11a39 11a3b-11a3e 11a47
    11a51-11a5b 11a8a-11a99 11c2f-11c3f 11c92-11cb6 11d31-11d45 11d47 11d8a-11d97 11ef3-11ef6 11f00-11f01 11f03
    11f34-11f42 13440 13447-13455 16af0-16af4 16b30-16b36 16f4f 16f51-16f92 16fe4-16ff1 1bc9d-1bc9e 1cf00-1cf46
    1d165-1d169 1d16d-1d172 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 1da00-1da36 1da3b-1da6c 1da75 1da84
    1da9b-1daaf 1e000-1e02a 1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e8d0-1e8d6 1e944-1e94a e0100-e01ef
"""


def _character_class(ranges: str) -> str:
    return "".join("-".join(re.escape(chr(int(end, 16))) for end in part.split("-")) for part in ranges.split())


_MARKS = _character_class(_MARK_RANGES)
_MARK_RUN = re.compile(f"[{_MARKS}]{{{MAX_MARKS},}}")
# Scripts written without blanks between words: each letter is a token, and a word of them is a phrase.
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf\u1000-\u102a\u103f\u1050-\u1055"
    "\u1780-\u17b3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003fffd"
)
_LETTER = f"(?:(?![{_UNSPACED}])[^\\W_])"
# The zero-width non-joiner and joiner stand inside words of Persian and of the scripts of India.
_WORD = re.compile(f"[{_UNSPACED}][{_MARKS}]*|{_LETTER}(?:{_LETTER}|[{_MARKS}\u200c\u200d])*")
_ASCII_WORD = re.compile("[a-z0-9]+")

# Accents: the marks of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic and its stretching.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# Letters whose stroke or shape is an accent to those who type them, but not to Unicode's decompositions.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŀ": "l"}
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the text without regard to case, accents and forms of letters: the one folding.

    Compatibility forms are one (NFKD), case is folded by Unicode's full folding (ß is ss, final sigma is sigma, a
    dotless i is i), accents go, and marks that make another letter (in Devanagari, Thai, kana) stay.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = _ACCENTS.sub("", decomposed).casefold().translate(_STROKES)
    return unicodedata.normalize("NFC", bare)


class Token(NamedTuple):
    """A word of a text."""

    word: str
    """Folded."""
    start: int
    end: int
    """Where it stands: characters of the text as it is written."""


def tokens(text: str) -> list[Token]:
    """Return the words of a text, folded, with their places: the one tokenizer.

    A word is letters, digits and their marks in a row; where a script writes no blanks (Chinese, Japanese, Thai, Lao,
    Khmer, Burmese) it is one letter. What folds into several words yields several, at one place.
    """
    if text.isascii():
        return [Token(found[0], found.start(), found.end()) for found in _ASCII_WORD.finditer(text.lower())]
    return [
        Token(word, found.start(), found.end()) for found in _WORD.finditer(text) for word in _folded_words(found[0])
    ]


def words(text: str) -> list[str]:
    """Return the words of a text as `tokens` does, without their places: a fifth of the time."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [word for found in _WORD.findall(text) for word in _folded_words(found)]


@lru_cache(maxsize=65_536)
def _folded_words(word: str) -> tuple[str, ...]:
    folded = fold(word)
    return (folded,) if folded.isalnum() and folded.isascii() else tuple(_WORD.findall(folded))


# ------------------------------------------------------------------ addresses

_SPACE = " \t\n\r\f\v\xa0"
_JOINED = re.compile("[\t\n\r]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPED = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]")
# What resolves to itself, and what to an origin with itself behind it: nearly every address there is.
_CHARACTERS = "[A-Za-z0-9._~!$&'()*+,:@%/=-]"
_ORIGIN = r"https?://[a-z0-9-]++(?:\.[a-z0-9-]++)*+(?::[0-9]{1,4}+)?+"
_BEHIND = rf"(?:\?{_CHARACTERS}++)?+(?:\#{_CHARACTERS}++)?+"
_WHOLE = re.compile(rf"{_ORIGIN}(?:/{_CHARACTERS}*+)?+{_BEHIND}")
_PATH = re.compile(rf"(?:/(?![/.])[A-Za-z0-9._~!$&'()*+,:@%=-]*+)++{_BEHIND}")
_BASE = re.compile(rf"({_ORIGIN})(?:[/?#]|\Z)")
_MAILTO = re.compile(r"mailto:[^\s@?]+@[^\s@?]+(?:\?.*)?", re.IGNORECASE)


@lru_cache(maxsize=1_024)
def url(reference: str, base: str) -> str | None:
    """Return a reference as an absolute http, https or mailto address in ASCII, None where it is none of these.

    Read as browsers do (WHATWG URL, 4.4): white space around it and line breaks inside it go, a backslash is a slash,
    what may not stand in an address is percent-encoded. An address without a host, or with an impossible port, is none.
    """
    origin = _BASE.match(base)
    if len(reference) + len(base) <= MAX_URL and (origin or not base):
        if _WHOLE.fullmatch(reference):
            return reference
        if origin and _PATH.fullmatch(reference):
            return origin[1] + reference
    return _resolved(reference, base)


def _resolved(reference: str, base: str) -> str | None:
    """Return what `url` does, without its short way."""
    reference = _JOINED.sub("", clean(reference).strip(_SPACE))
    if not reference or len(reference) > MAX_URL:
        return None
    scheme = found[1].lower() if (found := _SCHEME.match(reference)) else ""
    if scheme == "mailto":
        return _escaped(reference) if _MAILTO.fullmatch(reference) else None
    if scheme not in ("", "http", "https"):
        return None
    head, mark, tail = _divided(reference)
    try:
        joined = urljoin(base, head.replace("\\", "/") + mark + tail)
        parts = urlsplit(joined)
        _ = parts.port
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    if not usable or len(joined) > MAX_URL:
        return None
    host = _host(parts.netloc)
    return None if host is None else _escaped(parts._replace(scheme=parts.scheme.lower(), netloc=host).geturl())


def _divided(reference: str) -> tuple[str, str, str]:
    """Return what stands before the query or fragment, its mark, and the rest."""
    places = [place for place in (reference.find("?"), reference.find("#")) if place >= 0]
    if not places:
        return reference, "", ""
    place = min(places)
    return reference[:place], reference[place], reference[place + 1 :]


def _host(authority: str) -> str | None:
    """Return the authority with its host in lower case and ASCII (RFC 5891), None where it cannot be."""
    user, at, rest = authority.rpartition("@")
    if rest.isascii():
        return None if re.search(r"[\s%<>\"\\^`{|}]", rest) else user + at + rest.lower()
    host, colon, port = rest.partition(":")
    try:
        return user + at + host.lower().encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        return None


def _escaped(address: str) -> str:
    """Return an address with everything that may not stand in one percent-encoded (RFC 3987, 3.1)."""
    return _ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
