"""Lives of live blogs in every format, as its publishers write it: what is told is held against what happened.

`WIREWATCH_LIVES=5000 WIREWATCH_SEED=7 pytest tests/lives -k jsonld` lives many, and others.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.lives.drive import wrong_life
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
