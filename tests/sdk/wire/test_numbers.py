"""Numbers as they come: exact where they are sane, refused before they cost anything."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError, UnknownReason
from chengxin.records import shipped_rule_table
from chengxin.wire import decode_credit_page, decode_line
from chengxin.wire.envelope import read_json
from tests.sdk.wire.page import CODE, a_page, a_row, an_envelope
from tests.sdk.wire.test_silence import NOW, listed

ABSURD = (
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "1e-150000000",
    "1e150000000",
    "0e-150000000",
    "-1.5E+41",
    "1e-41",
    "0." + "3" * 200,
    "1" * 41,
    "-" + "1" * 41,
    "9" * 5000,
    "1" + "0" * 100_000 + ".5",
)


@pytest.mark.parametrize("number", ABSURD, ids=range(len(ABSURD)))
def test_i2_an_absurd_number_is_drift_and_costs_nothing(number):
    """Written out it would fill the memory, or stop the process for as long as it takes."""
    begun = time.perf_counter()
    with pytest.raises(ValueError, match=r"^"):
        read_json(f'{{"x": {number}}}'.encode())
    answer = an_envelope(a_page(a_row()))
    body = answer.body.replace(b'"0.2"', number.encode())
    assert body != answer.body
    with pytest.raises(SourceError) as caught:
        decode_credit_page(type(answer)(http_status=200, headers=answer.headers, body=body))
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
    line = json.dumps(a_row(tyshxydm=CODE)).encode().replace(b'"0.2"', number.encode())
    with pytest.raises(SourceError):
        decode_line(line, number=1, at=NOW, rule_table=shipped_rule_table())
    assert time.perf_counter() - begun < 2


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_a_sane_number_is_exact(number):
    """Never by way of a float."""
    assert read_json(str(number).encode()) == number


@pytest.mark.parametrize("text", ["1e40", "0." + "3" * 60, "1.5e-30", "0.0", "-0.25", "1E+2"])
def test_exponents_are_read(text):
    """Within reason."""
    assert read_json(text.encode()) == Decimal(text)


def test_an_amount_of_an_absurd_scale_is_none():
    """However small it is written."""
    row = a_row()
    row["fields"]["CF_NR_FK"] = 10**39
    with pytest.raises(SourceError) as caught:
        listed(a_page(row))
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
