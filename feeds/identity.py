"""Who a post is: its key, the other names it may be known by, and what of it a reader reads.

Owns what names a post and what makes two states of it differ in more than noise. Which known entry a post is, is found
by `feeds.matching`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from feeds.document import plain
from feeds.model import Post
from feeds.text import fold, line

_DIGEST = 12
"""Bytes of a hash: one chance collision is expected among some 10¹⁴ entries."""

_BEGINNING = 80
"""Letters of a text that tell it from others of the same second."""
ENOUGH = 20
"""Letters a text must have for that."""

_TRACKING = re.compile(
    r"(?:utm_|at_|ns_|mc_|fb_|pk_|mtm_)\w*|fbclid|gclid|cmpid?|ref|rss|source|xtor|ito|smid|partner", re.I
)
# Typographic forms that editors' software changes without anybody having edited anything.
_TYPOGRAPHY = str.maketrans(
    {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("‐‑–—", "-"), "…": "..."}
)
_AGO = (
    r"(?:about |over )?(?:\d+|an?|one)\s?"
    r"(?:s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\.? ago"
    # The same elsewhere: «il y a 5 min», «vor 2 Std.», «hace 3 horas», «5 minuti fa», «5 minuten geleden».
    r"|(?:il y a|vor|hace|há) (?:\d+|une?|una?|uma?|eine[rmn]|wenigen)\s?[^\W\d_]{1,10}\.?"
    r"|\d+\s?[^\W\d_]{1,10}\.?\s(?:fa|atrás|geleden|sedan|siden|sitten|temu|назад|тому|önce|lalu)"
    r"|just now"
)
# What a time is made of. Anything else behind “Updated” is prose: “Updated figures: 40 dead”.
_MOMENT = (
    r"\d[\d.:/-]*(?:st|nd|rd|th)?h?|[ap]\.?m\.?|noon|midnight|today|yesterday|at|on"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|gmt|utc|z|[a-z]{1,3}[sd]t|cet|local time"
)
_COUNTED = (
    r"comments?|shares?|likes?|views?|retweets?|reposts?|reactions?|people (?:are )?(?:reading|watching)(?: this| now)?"
    r"|kommentare?|aufrufe|commentaires?|partages?|vues|comentarios?|vistas|commenti|condivisioni|reacties"
)
_ADVERTISED = (
    r"(?:(?:story|article|post) continues? (?:below|after) (?:this )?)?(?:advertisements?|ads?)"
    r"(?:\s?-\s?scroll to continue(?: reading)?)?"
    r"|advertising|sponsored|anzeige|werbung|publicité|pubblicità|publicidade?|advertentie|annons|reklama|реклама"
)
# Lines that a page writes itself: when it was touched, how long ago, how many people reacted, what is sold here.
_BOILERPLATE = re.compile(
    rf"(?:(?:last )?updated:?\s(?:{_AGO}|(?:(?:{_MOMENT})[,\s]*){{1,12}})"
    rf"|{_AGO}|[\d.,]+\s?[km]?\s(?:{_COUNTED})|[♥❤👍👁💬🔁]\ufe0f?\s?[\d.,]+\s?[km]?|{_ADVERTISED})\.?",
    re.IGNORECASE,
)
# A picture without a caption stands in a text by its address, which is signed or resized anew at every visit. Whether
# there is one says little: publishers put the same on every post that has none, and take it away again.
_ADDRESS = re.compile(r"\[(image|video|audio): [^\s/]+/\S*\]|\[(embed: [^\s?]+/[^\s?]*)\?utm_\S*\]")


# ------------------------------------------------------------------ names


def key(post: Post) -> str:
    """Return what names a post inside its source: the id it gives, else its address, else a fingerprint.

    The address counts with its fragment: the posts of a live blog differ in nothing else. Several posts may have one
    key; `feeds.matching` tells them apart.
    """
    return post.key or post.url or fingerprint(post)


def fingerprint(post: Post) -> str:
    """Return a name made of title, date and text, for a post that has neither id nor address."""
    return _fingerprint(post, said(post.title), said(text_of(post)))


def _fingerprint(post: Post, title: str, text: str) -> str:
    when = post.published.isoformat() if post.published else ""
    return f"fingerprint:{digest(title, when, text)}"


def aliases(post: Post) -> tuple[str, ...]:
    """Return the names under which a post is found again when its source changes its id.

    Its fingerprint; its time and the first letters of its text, which outlive most edits; its time alone, which proves
    something only where no other post is of it; its address without scheme
    and tracking parameters together with its title, or else its words, which outlive a change of the date. A post
    that says little or nothing has few or none: too little to be sure by.
    """
    return tuple(_aliases(post))


def _aliases(post: Post) -> Iterator[str]:
    title, text = said(post.title), said(text_of(post))
    if not title and not text:
        return
    first = beginning(text)
    if post.published:
        yield _fingerprint(post, title, text)
        if len(first) >= ENOUGH:
            yield f"beginning:{digest(post.published.isoformat(), first)}"
        if is_exact(post.published):
            yield f"moment:{post.published.isoformat()}"
    if title and post.url:
        yield f"address:{digest(_bare(post.url), title)}"
    elif len(title) + len(text) >= ENOUGH:
        yield f"words:{digest(title, text)}"


def is_exact(moment: datetime) -> bool:
    """Say whether a time tells posts apart: a day without a time is midnight somewhere, zones lie quarters apart."""
    return bool(moment.second or moment.minute % 15)


def beginning(text: str) -> str:
    """Return the first letters of a text, folded: what outlives most edits of it."""
    # Cut before folding too: the folding remembers what it folded, and whole texts would fill that memory.
    return fold(text[: _BEGINNING * 2])[:_BEGINNING]


def _bare(url: str) -> str:
    """Return an address without what changes while it leads to the same thing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    host = (parts.netloc or "").lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(query)}#{parts.fragment}"


def content_hash(post: Post) -> str:
    """Return a hash of what a reader reads: equal for two states that differ in noise only.

    White space, typographic quotes and dashes, pictures without a caption, addresses of films and sounds, and lines
    about when the page was touched are noise. Words, case, punctuation and numbers in prose never are.
    """
    return digest(said(post.title), said(text_of(post)))


def text_of(post: Post) -> str:
    """Return the plain text of a post: its body, or its summary where there is none."""
    return plain(post.body or post.summary)


def said(text: str) -> str:
    """Return a text without noise: in one line, with plain quotes and dashes, without lines a page writes itself."""
    lines = (line(each) for each in _without_addresses(text).translate(_TYPOGRAPHY).split("\n"))
    return " ".join(each for each in lines if each and not _BOILERPLATE.fullmatch(each))


def _without_addresses(text: str) -> str:
    if "[" not in text:
        return text
    return _ADDRESS.sub(lambda found: "" if found[1] == "image" else f"[{found[1] or found[2]}]", text)


def written(post: Post) -> tuple[str, str]:
    """Return title and text as they were written, white space and typography included; not what a page adds itself."""
    lines = _without_addresses(text_of(post)).split("\n")
    return post.title, "\n".join(each for each in lines if said(each))


def is_boilerplate(line: str) -> bool:
    """Say whether a line is one that a page writes itself: how long ago it was, how many reacted, what is sold."""
    return _BOILERPLATE.fullmatch(line.translate(_TYPOGRAPHY)) is not None


def digest(*parts: str) -> str:
    """Return a hash of some texts, in hexadecimal digits."""
    return blake2b("\0".join(parts).encode(), digest_size=_DIGEST).hexdigest()
