"""What Markdown of programs says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import text
from feeds.document import BOLD, CODE, ITALIC, Code, Heading, Listing, Paragraph, Rule, Run, Table, links, plain
from feeds.markdown import document


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("a **b** c", "a b c"),
        ("a __b__ and *c* and _d_", "a b and c and d"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name and 5*6*7", "snake_case_name and 5*6*7"),
        ("**never closed", "**never closed"),
        (r"\*kept\* \# \> 5", "*kept* # > 5"),
        ("<script>alert(1)</script> & <b>x</b>", "<script>alert(1)</script> & <b>x</b>"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("# Title #\ntext", "Title\n\ntext"),
        ("#hashtag", "#hashtag"),
        ("- a\n- b\n  more\n\nc", "- a\n- b\n  more\n\nc"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("- a\n  - b\n  - c\n- d", "- a\n  - b\n  - c\n- d"),
        ("a | b\nno table", "a | b\nno table"),
        ("| A | B |\n|---|:-:|\n| 1 \\| 2 | 3 |\nafter", "A | B\n1 | 2 | 3\n\nafter"),
        ("```\n**x** <y>\n```\nz", "**x** <y>\n\nz"),
        ("```\nopen", "open"),
        ("a\n\n---\n\nb", "a\n\n---\n\nb"),
        ("", ""),
    ],
)
def test_marks_become_what_they_mean(written: str, words: str) -> None:
    assert plain(document(written)) == words


def test_blocks_have_their_kinds() -> None:
    kinds = [type(block) for block in document("## A\nb\n- c\n\n|d|e|\n|-|-|\n|f|g|\n\n***\n```\nh\n```")]
    assert kinds == [Heading, Paragraph, Listing, Table, Rule, Code]


def test_emphasis_and_code_are_styles() -> None:
    (block,) = document("**b *bi*** `**c**`")
    assert isinstance(block, Paragraph)
    assert block.runs[0] == Run("b ", BOLD)
    assert any(run.style == CODE and run.text == "**c**" for run in block.runs)
    assert any(run.style & ITALIC for run in block.runs)


def test_links_lead_to_web_addresses_only() -> None:
    written = "[a](/b) <https://c.test/> https://d.test/x. (https://e.test/) [f](javascript:alert(1))"
    body = document(written, "https://base.test/")
    assert links(body) == ("https://base.test/b", "https://c.test/", "https://d.test/x", "https://e.test/")
    assert "d.test/x. (" in plain(body)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*"*_`[]()<>|#-\\\n 1.a", "](", "**", "```", "|-|", "https://", "\x1b"])).map("".join))
def test_anything_is_read_and_is_safe(written: str) -> None:
    words = plain(document(written))
    assert words == text.clean(words)


@pytest.mark.parametrize(
    "written", ["*" * 50_000, "[" * 50_000, "**a" * 20_000, "`" * 50_000, "|" * 50_000, "- \n" * 20_000]
)
def test_long_rows_of_marks_take_no_time(written: str) -> None:
    document(written)
