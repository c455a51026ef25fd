"""Names of people as feeds write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import people


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a.writer@valley.test (A. Writer)", "A. Writer"),
        ("A. Writer (a.writer@valley.test)", "A. Writer"),
        ("A. Writer <a.writer@valley.test>", "A. Writer"),
        ("a.writer@valley.test", "a.writer@valley.test"),
        ("a.writer@valley.test ()", "a.writer@valley.test"),
        ("A. Writer (Upper Mill)", "A. Writer (Upper Mill)"),
        ("B. Guest &amp; Sons", "B. Guest & Sons"),
        ("<b>A. Writer</b>", "A. Writer"),
        ("  A.\n Writer ", "A. Writer"),
        ("", ""),
    ],
)
def test_a_name_is_told_from_the_mail_address_beside_it(written: str, name: str) -> None:
    assert people.name(written) == name


def test_a_handle_is_a_name_and_no_mail_address() -> None:
    assert people.is_mail("a.writer@valley.test")
    assert not people.is_mail("@valley")
    assert not people.is_mail("A. Writer @ Upper Mill")


@settings(max_examples=80)
@given(st.text(alphabet=st.sampled_from(list("a@ <>()&;\n\x1b\u202e\ud800")), max_size=40))
def test_whatever_is_written_comes_out_as_a_line(written: str) -> None:
    assert people.name(written).isprintable()
