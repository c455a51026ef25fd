"""What a body is, by its first bytes."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import sniff
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Response
from feeds.sniff import Form, Sniffed

RSS = b'<rss version="2.0"><channel><title>t</title></channel></rss>'


def of(body: bytes | str, content_type: str = "") -> Sniffed:
    return sniff.sniff(answer(body, content_type))


def answer(body: bytes | str, content_type: str = "") -> Response:
    headers = (("content-type", content_type),) if content_type else ()
    return Response("https://feed.example/", headers=headers, body=body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    ("body", "root"),
    [
        (RSS, "rss"),
        (b'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"/>', "feed"),
        (b"<rdf:RDF xmlns='x'>", "rdf"),
        (b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "feed"),
        (b'<CHANNEL HREF="http://cdf.example/">', "channel"),
        (b"\xef\xbb\xbf\n\n  " + RSS, "rss"),
        (b"\n" * 100_000 + RSS, "rss"),
        (b"<!-- a comment <rss> --><!-- another -->" + RSS, "rss"),
        (b'<?xml?xml version="1.0" ??><rss rss:version=2.0>', "rss"),
        (b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://dtd.example/rss.dtd">' + RSS, "rss"),
        (b"<!DOCTYPE rss [<!ELEMENT rss (channel)>]>" + RSS, "rss"),
        (b"<br />\n<b>Warning</b>: something failed in /srv/feed.php on line 3<br />\n" + RSS, "rss"),
        (b"Notice: undefined variable\n<?xml version='1.0'?>" + RSS, "rss"),
        (b'<!DOCTYPE html><html><body><feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        (
            "<?xml version='1.0' encoding='utf-16'?>".encode("utf-16") + RSS.decode().encode("utf-16-le"),
            "rss",
        ),
        (RSS.decode().encode("utf-16-le"), "rss"),
        (RSS.decode().encode("utf-16-be"), "rss"),
        (RSS.decode().encode("utf-32"), "rss"),
        (gzip.compress(RSS, mtime=0), "rss"),
    ],
)
def test_feed_roots_are_recognised_whatever_is_around_them(body: bytes, root: str) -> None:
    assert of(body).form is Form.FEED
    assert of(body).root == root


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", Form.EMPTY),
        (b" \n\t ", Form.EMPTY),
        (b"\xff\xfe", Form.EMPTY),
        (b'{"version": "https://jsonfeed.org/version/1"}', Form.JSON),
        (b"\xef\xbb\xbf [1]", Form.JSON),
        (b"<!doctype html><html><title>x</title>", Form.HTML),
        (b"<!-- saved page --><HTML>", Form.HTML),
        (b"<p>a fragment</p>", Form.HTML),
        (b"<script>var x = '<rss version=2>'</script>", Form.HTML),
        (b"<opml version='2.0'><body/></opml>", Form.XML),
        (b'<?xml version="1.0"?><urlset>', Form.XML),
        (b"/etc/passwd", Form.TEXT),
        (b"http://127.0.0.1:9/feed.xml", Form.TEXT),
        (b"\x89PNG\r\n\x1a\n\0\0", Form.BINARY),
        (b"%PDF-1.7", Form.BINARY),
        (b"\0" * 5000, Form.BINARY),
        (b"\0\0\0\x18ftypmp42", Form.BINARY),
        (gzip.compress(b"\x89PNG\r\n\x1a\n", mtime=0), Form.BINARY),
        (gzip.compress(RSS, mtime=0)[:5], Form.BINARY),
        (b"null", Form.TEXT),
    ],
)
def test_other_forms_are_told_apart(body: bytes, form: Form) -> None:
    assert of(body).form is form


def test_content_decides_before_the_media_type() -> None:
    assert of(RSS, "text/html").form is Form.FEED
    assert of(b"<html>", "application/rss+xml").form is Form.HTML
    assert of(b"{}", "text/xml").form is Form.JSON


def test_the_media_type_breaks_a_tie() -> None:
    assert of(b"null", "application/json").form is Form.JSON
    assert of(b"<custom-page>", "text/html").form is Form.HTML
    assert of(b"<custom-page>", "text/xml").form is Form.XML


def test_the_declared_encoding_is_reported_as_written() -> None:
    assert of(b'<?xml version="1.0" encoding="ISO-8859-1"?>' + RSS).declared == "ISO-8859-1"
    assert of(b"<?xml version='1.0' encoding = 'koi8-r' standalone='yes'?>" + RSS).declared == "koi8-r"
    assert of(RSS).declared == ""


def test_the_encoding_of_the_header_is_reported_as_written() -> None:
    assert sniff.header_charset(answer(RSS, 'text/xml; Charset="Windows-1251"; x=y')) == "Windows-1251"
    assert sniff.header_charset(answer(RSS, "text/xml;charset = koi8-r")) == "koi8-r"
    assert sniff.header_charset(answer(RSS, "text/xml")) == ""
    assert sniff.header_charset(answer(RSS, "text/xml; charset=" + "x" * 5000)) == "x" * 60


ENTITY = '<!DOCTYPE rss [\n<!-- ]> -->\n<!ENTITY a "aaaa">\n]>\n' + RSS.decode()


@pytest.mark.parametrize(
    "body",
    [
        ENTITY.encode(),
        ENTITY.replace("ENTITY", "entity").encode(),
        ENTITY.encode("utf-16"),
        ENTITY.encode("utf-16-be"),
        ENTITY.encode("utf-16-le"),
        ENTITY.encode("utf-32"),
        gzip.compress(ENTITY.encode(), mtime=0),
        b'<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>' + RSS,
        b'<?xml version="1.0"?><!-- - --><!DOCTYPE rss [<!ELEMENT a ANY> <!ENTITY b SYSTEM "file:///etc/passwd">]>'
        + RSS,
        b"<!DOCTYPE rss [" + b"<!ELEMENT a ANY>" * 30_000 + b"]>" + RSS,
    ],
)
def test_a_document_that_declares_entities_is_refused_in_every_encoding(body: bytes) -> None:
    assert of(body).entities
    with pytest.raises(ParseError, match="entities"):
        sniff.check(of(body))


@pytest.mark.parametrize(
    "body",
    [
        RSS,
        b"<!DOCTYPE rss SYSTEM 'http://dtd.example/rss-0.91.dtd'>" + RSS,
        b"<!DOCTYPE rss [<!ELEMENT rss ANY>]>" + RSS,
        b"<rss><channel><title>&lt;!ENTITY a</title><description><![CDATA[<!ENTITY b]]></description>",
        b"<html><title>Login</title>",
        b'{"items": []}',
    ],
)
def test_what_declares_no_entities_passes(body: bytes) -> None:
    sniff.check(of(body))


def test_refusals_say_what_came() -> None:
    def sentence(body: bytes, content_type: str = "") -> str:
        response = answer(body, content_type)
        error = sniff.not_a_feed(sniff.sniff(response), response)
        assert isinstance(error, NotAFeedError)
        return str(error)

    assert sentence(b"") == "The answer was empty (0 bytes)."
    assert sentence(b"\x89PNG\r\n") == "This is a PNG picture, not a feed."
    page = b"<html><head><TITLE lang=en>\n Log&#105;n \x1b]0;x\x07 &amp; pay</TITLE>"
    assert sentence(page) == "This is a web page (title “Login ]0;x & pay”), not a feed."
    assert sentence(b"<html><p>no title") == "This is a web page, not a feed."
    assert sentence(b"<opml version='1.0'>") == "This is an XML document with the root “opml”, not a feed."
    assert sentence(b"/dev/zero") == "This is plain text, not a feed."
    assert "JSON" in sentence(b"{}")


def test_the_title_is_looked_for_in_the_first_64_kb_only() -> None:
    assert sniff.title(answer(b"<html>" + b" " * 70_000 + b"<title>late</title>")) == ""
    assert sniff.title(answer(b"<html><title>" + b"t" * 5000)) == "t" * 100


def test_a_gzip_file_is_unpacked_within_bounds() -> None:
    whole = answer(gzip.compress(RSS, mtime=0))
    assert sniff.unpack(whole, sniff.sniff(whole)) == RSS
    plain = answer(RSS)
    assert sniff.unpack(plain, sniff.sniff(plain)) is plain.body
    bomb = answer(gzip.compress(RSS + b" " * (sniff.UNPACKED + 1)))
    with pytest.raises(ParseError, match="more than"):
        sniff.unpack(bomb, sniff.sniff(bomb))
    cut = answer(gzip.compress(RSS * 100)[:-20])
    with pytest.raises(ParseError, match=r"cut off|damaged"):
        sniff.unpack(cut, sniff.sniff(cut))


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0' " + b"encoding='" * 100_000,
        b"<" * 1_000_000,
        b"<!--" * 250_000,
        b"<!DOCTYPE [" * 100_000,
        b"<!DOCTYPE a [" + b"] " * 500_000,
        b"<?" * 500_000,
        b"<html>" + b"<title " * 200_000,
        b"x" * 1_000_000,
        b"<html>" + b"<feed " * 200_000,
    ],
    ids=lambda body: body[:14].decode(),
)
def test_the_work_is_bounded_whatever_the_body_holds(body: bytes) -> None:
    start = time.process_time()
    response = answer(body)
    str(sniff.not_a_feed(sniff.sniff(response), response))
    assert time.process_time() - start < 0.5


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(
                [
                    b"<",
                    b">",
                    b"<!DOCTYPE ",
                    b"[",
                    b"]",
                    b"<!--",
                    b"-->",
                    b"<?xml ",
                    b"?>",
                    b"<rss",
                    b"\0",
                    b"{",
                    b" ",
                ]
            ),
            max_size=30,
        ).map(b"".join),
    ),
    st.text(max_size=20),
)
def test_nothing_raises(body: bytes, content_type: str) -> None:
    response = answer(body, content_type)
    sniffed = sniff.sniff(response)
    assert isinstance(sniff.not_a_feed(sniffed, response), ParseError)


# ------------------------------------------------------------------ events


@pytest.mark.parametrize(
    "body",
    [
        b"data: a\n\n",
        b"\xef\xbb\xbf: hello\r\n\r\nid: 1\r\nevent: post\r\ndata: a\r\n\r\ndata: cut off",
        b"retry: 5000\n\n\n:\ndata:a\rdata:b\r\r",
        b"id:1\ndata:" + b"x" * 10_000 + b"\n\n",
        gzip.compress(b"data: a\n\n", mtime=0),
    ],
)
def test_events_are_recognised_by_their_fields(body: bytes) -> None:
    assert of(body).form is Form.EVENTS
    assert of(body, "text/plain").form is Form.EVENTS


@pytest.mark.parametrize(
    "body",
    [
        b"data: 5 April\n\nDear Sir,\n",
        b"data: a\n",
        b"id: 1\n\nretry: 5\n\n",
        b":\n\n",
        b"event\ndata\n\n",
        b"database: a\n\n",
        b"data : a\n\n",
        b"title: a\ndata: b\n\n",
        b"data: a\n\nUsage: b\n\n",
    ],
)
def test_a_text_that_begins_like_events_is_a_text(body: bytes) -> None:
    assert of(body).form is Form.TEXT


@pytest.mark.parametrize("body", [b"", b"\n", b"<html>", b"{}", b"\x89PNG\r\n", b"\0" * 100])
def test_of_a_stream_of_events_the_type_says_it_alone(body: bytes) -> None:
    sniffed = of(body, "Text/Event-Stream;charset=UTF-8")
    assert sniffed == Sniffed(Form.EVENTS)
    sniff.check(sniffed)
    assert "stream of events" in str(sniff.not_a_feed(sniffed, answer(body, "text/event-stream")))
