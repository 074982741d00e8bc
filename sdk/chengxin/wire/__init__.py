"""Shapes on the wire: the source's open interface coming in, our own status going out. Pure."""

from chengxin.wire.envelope import Answer
from chengxin.wire.etag import is_unchanged, parse_etag
from chengxin.wire.open_api import (
    MOST_IN_A_BATCH,
    CreditPage,
    Truncated,
    WireBatch,
    WireHealth,
    assemble,
    decode_batch,
    decode_credit_page,
    decode_health,
    decode_rows,
    is_same_state,
)
from chengxin.wire.status import encode_instant, encode_record, encode_status
from chengxin.wire.treatment import encode_measure, encode_text, encode_treatment

__all__ = [
    "MOST_IN_A_BATCH",
    "Answer",
    "CreditPage",
    "Truncated",
    "WireBatch",
    "WireHealth",
    "assemble",
    "decode_batch",
    "decode_credit_page",
    "decode_health",
    "decode_rows",
    "encode_instant",
    "encode_measure",
    "encode_record",
    "encode_status",
    "encode_text",
    "encode_treatment",
    "is_same_state",
    "is_unchanged",
    "parse_etag",
]
