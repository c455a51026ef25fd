"""Lives of live blogs in every format, as its publishers write it: what is told is held against what happened.

`WIREWATCH_LIVES=5000 WIREWATCH_SEED=7 pytest tests/lives -k jsonld` lives many, and others.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.lives.drive import live, wrong_life
from tests.lives.world import Event
from tests.lives.writing import Form, forms

FORMS = forms()
SHARES = Counter(form.adapter for form in FORMS)
LIVES = int(os.environ.get("WIREWATCH_LIVES", "0"))
"""Lives of each form; where it is not said, the forms of an adapter share in some twenty."""
SEED = int(os.environ.get("WIREWATCH_SEED", "0"))


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_is_told_is_what_happened(form: Form) -> None:
    first = SEED * 1_000_000
    wrong = wrong_life(form, range(first, first + (LIVES or max(6, 20 // SHARES[form.adapter]))))
    if wrong:
        pytest.fail(wrong, pytrace=False)


@pytest.mark.parametrize(
    ("name", "seed", "events"),
    [
        # A stale copy brings the old ids back, and the new ones come again with another date.
        ("cnn-window", 3_000_092, [("churn", 34), ("stale", 624), ("move", 500), ("poll", 601)]),
        # What stood above one that was pinned in its place goes together with the pin.
        (
            "liveblog24",
            2_000_181,
            [
                *[("burst", 882), ("post", 773), ("post", 246), ("delete", 7), ("pin", 910), ("poll", 606)],
                *[("post", 181), ("pin", 796), ("delete", 555), ("poll", 546), ("poll", 789)],
            ],
        ),
        # All that stood below it is dated anew.
        (
            "usgs",
            2_000_182,
            [("burst", 712), ("poll", 0), ("redate", 197), ("delete", 274), ("poll", 707), ("poll", 429)],
        ),
        # The newest of a whole list goes, then the list is in another order.
        (
            "atom-complete",
            11_000_032,
            [("burst", 805), ("poll", 0), ("delete", 283), ("poll", 485), ("move", 238), ("poll", 628)],
        ),
        # Two lists have one in common, which is pinned without a mark.
        (
            "jsonld-pinning",
            11_000_010,
            [("burst", 80), ("poll", 192), ("pin", 353), ("burst", 695), ("poll", 915)],
        ),
        # What was changed lies further back than the newest posts, of which more are shown.
        (
            "norkon",
            11_000_081,
            [("burst", 991), ("poll", 30), ("move", 548), ("resize", 607), ("slip", 246), ("poll", 703)],
        ),
    ],
)
def test_a_life_that_was_told_wrong_once_is_told_right(name: str, seed: int, events: list[Event]) -> None:
    wrong = live(next(form for form in FORMS if form.name == name), seed, events)
    if wrong:
        pytest.fail(wrong, pytrace=False)
