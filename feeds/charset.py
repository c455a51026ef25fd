"""Which characters the bytes of an answer are.

Owns the order in which an encoding is believed, what was encoded twice, and the names of encodings that are known:
those of browsers (WHATWG Encoding, 4.2), and some that only older programs write (IANA Character Sets, by the names
Python knows them under). Looks at marks, at the bytes and at the names it is given; what a document declares is found
by the caller, for what counts as a declaration depends on the form. Only encodings of text are known: a name that
means a codec of Python's own (`punycode`, `undefined`, `zlib`) is no name.
"""

from __future__ import annotations

import encodings.aliases
import re

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Without a mark, the first character of any document here is ASCII (XML 1.0, appendix F).
_UNMARKED = (
    (re.compile(rb"(?:[\t\n\r <{\[]\0\0\0){2}|[<{\[]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[\t\n\r <{\[]"), "utf-32-be"),
    (re.compile(rb"[\t\n\r <{\[]\0[^\0]"), "utf-16-le"),
    (re.compile(rb"\0[\t\n\r <{\[]\0"), "utf-16-be"),
)
_SEVEN_BITS = {"iso2022_jp": b"\x1b", "iso2022_kr": b"\x1b", "hz": b"~{"}
"""Encodings whose bytes are all ASCII, and what none of them is without."""
_NOT_ASCII = bytes(range(0x80, 0x100))
# The characters windows-1252 has for the bytes that are controls in ISO-8859-1, and those bytes.
_BYTES = {ord(letter): byte for byte in range(0x80, 0xA0) if (letter := bytes([byte]).decode("cp1252", "ignore"))}
_TWICE = re.compile(f"[\xc2-\xf4][\x80-\xbf{''.join(map(chr, _BYTES))}]")
"""The first two bytes of a character of UTF-8, as characters."""

# Python's name, then the labels. Where the standard has one decoder for two encodings, so has this table; ISO-8859-1
# and US-ASCII are windows-1252.
_ENCODINGS = """
    cp866: 866 cp866 csibm866 ibm866
    iso8859_2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
    iso8859_3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
    iso8859_4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
    iso8859_5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
    iso8859_6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i
        iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
    iso8859_7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
        iso_8859-7:1987 sun_eu_greek
    iso8859_8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
        iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
    iso8859_10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
    iso8859_13: iso-8859-13 iso8859-13 iso885913
    iso8859_14: iso-8859-14 iso8859-14 iso885914
    iso8859_15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9
    iso8859_16: iso-8859-16
    koi8_r: cskoi8r koi koi8 koi8-r koi8_r
    koi8_u: koi8-ru koi8-u
    mac_roman: csmacintosh mac macintosh x-mac-roman
    cp874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
    cp1250: cp1250 windows-1250 x-cp1250
    cp1251: cp1251 windows-1251 x-cp1251
    cp1252: ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1
        iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252
    cp1253: cp1253 windows-1253 x-cp1253
    cp1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
        windows-1254 x-cp1254
    cp1255: cp1255 windows-1255 x-cp1255
    cp1256: cp1256 windows-1256 x-cp1256
    cp1257: cp1257 windows-1257 x-cp1257
    cp1258: cp1258 windows-1258 x-cp1258
    mac_cyrillic: x-mac-cyrillic x-mac-ukrainian mac-cyrillic
    gb18030: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
    big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5
    euc_jp: cseucpkdfmtjapanese euc-jp x-euc-jp
    iso2022_jp: csiso2022jp iso-2022-jp
    cp932: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
    cp949: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
"""


def _labels() -> dict[str, str]:
    out, name = {}, ""
    for word in _ENCODINGS.split():
        if word.endswith(":"):
            name = word[:-1]
        else:
            out[word] = name
    return out


_KNOWN = _labels()

# What browsers do not know. A document in one of these begins with ASCII all the same.
_OLDER_NAMES = """
    cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp869 cp1006 cp1125
    euc_jis_2004 euc_jisx0213 hp_roman8 hz iso2022_kr iso8859_11 johab koi8_t kz1048 mac_croatian mac_greek mac_iceland
    mac_latin2 mac_romanian mac_turkish ptcp154 shift_jis_2004 shift_jisx0213
"""
_OLDER = frozenset(_OLDER_NAMES.split())
# What is written in one of these is decoded by one that holds it, as the standard does.
_WIDER = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def _named(label: str) -> str:
    """Return Python's name of the encoding a label means, empty for one that is not known."""
    label = label.strip(" \t\r\n\f").lower()
    if (name := _KNOWN.get(label)) is not None:
        return name
    name = encodings.normalize_encoding(label) if label.isascii() else ""
    name = encodings.aliases.aliases.get(name, name)
    name = _WIDER.get(name, name)
    return name if name in _OLDER or name in _KNOWN.values() else ""


def mark(body: bytes) -> tuple[str, int]:
    """Return the encoding a body says by a byte order mark or by its zero bytes, and how long the mark is.

    The encoding is Python's name of a form of Unicode, or empty where nothing is said.
    """
    for sign, encoding in _MARKS:
        if body.startswith(sign):
            return encoding, len(sign)
    for pattern, encoding in _UNMARKED:
        if pattern.match(body):
            return encoding, 0
    return "", 0


def decode(body: bytes, declared: str = "", header: str = "") -> str:
    """Return a body as text. Never raises; what is no character in its encoding is U+FFFD.

    Believed in this order: a byte order mark, what the bytes show (UTF-8 does not happen by chance), the encoding
    the header names, the encoding the document declares, windows-1252. `declared` and `header` are names as written.
    """
    encoding, size = mark(body)
    if encoding:
        return body[size:].decode(encoding, "replace")
    named = [name for label in (header, declared) if (name := _named(label))]
    for name in named:
        if (sign := _SEVEN_BITS.get(name)) is not None and sign in body:
            return body.decode(name, "replace")  # it would pass as UTF-8
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    if _mostly_right(text, len(body.translate(None, _NOT_ASCII)), body.count(b"\xef\xbf\xbd")):
        return text
    for name in named:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    for name in named:
        text = body.decode(name, "replace")
        if text.count("\ufffd") <= len(text) // 100 + 1:
            return text
    return body.decode("cp1252", "replace")


def once(text: str) -> str:
    """Return a text that was UTF-8, taken for windows-1252 and encoded again («CafÃ© â€¦»), as it was; others as is.

    Such a text is right as a whole or not at all: one letter of it that stands for itself, and nothing is changed.
    """
    if _TWICE.search(text) is None:
        return text
    try:
        return text.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _mostly_right(text: str, ascii_size: int, meant: int) -> bool:
    """Say whether a text decoded as UTF-8 has at least as many characters beyond ASCII as places that failed.

    Other encodings fail at nearly every such character. `meant` counts the U+FFFD the bytes themselves hold.
    """
    failed = text.count("\ufffd") - meant
    return len(text) - ascii_size - failed >= failed
