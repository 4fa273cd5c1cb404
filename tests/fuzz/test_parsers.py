"""Whatever is read, the reader answers or says no in the one way it promises: it never breaks in another."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import strategies as st

from tests.fuzz.parsers import PARSERS
from tests.fuzz.sizes import fuzz


@pytest.mark.filterwarnings("ignore:read_env_file")  # pydantic-settings will name its reader otherwise
@pytest.mark.parametrize("what", PARSERS)
@fuzz(2, data=st.data())
def test_a_reader_answers_or_says_no(what: str, data: st.DataObject) -> None:
    parser = PARSERS[what]
    with contextlib.suppress(*parser.refuses):
        parser.read(data.draw(parser.given))
