"""Shapes on the wire: the source's open interface coming in, our own status going out. Pure."""

from chengxin.wire.change import MOST_CHANGES, WireChange, WireChanges, decode_changes, read_change
from chengxin.wire.comparison import encode_diff, encode_matrix
from chengxin.wire.envelope import Answer, contradiction, incomplete
from chengxin.wire.etag import is_unchanged, parse_etag
from chengxin.wire.explanation import encode_explanation, encode_outlook, encode_trace
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
from chengxin.wire.report import CONFLICT, WireReceipt, decode_receipt, encode_report
from chengxin.wire.snapshot import (
    ROW_MEMBERS,
    Piece,
    SnapshotRow,
    WireFile,
    WireManifest,
    decode_line,
    decode_manifest,
    decode_piece,
    decode_row,
    require_past,
)
from chengxin.wire.status import encode_instant, encode_record, encode_status
from chengxin.wire.step import decode_step, encode_step
from chengxin.wire.treatment import encode_measure, encode_text, encode_treatment

__all__ = [
    "CONFLICT",
    "MOST_CHANGES",
    "MOST_IN_A_BATCH",
    "ROW_MEMBERS",
    "Answer",
    "CreditPage",
    "Piece",
    "SnapshotRow",
    "Truncated",
    "WireBatch",
    "WireChange",
    "WireChanges",
    "WireFile",
    "WireHealth",
    "WireManifest",
    "WireReceipt",
    "assemble",
    "contradiction",
    "decode_batch",
    "decode_changes",
    "decode_credit_page",
    "decode_health",
    "decode_line",
    "decode_manifest",
    "decode_piece",
    "decode_receipt",
    "decode_row",
    "decode_rows",
    "decode_step",
    "encode_diff",
    "encode_explanation",
    "encode_instant",
    "encode_matrix",
    "encode_measure",
    "encode_outlook",
    "encode_record",
    "encode_report",
    "encode_status",
    "encode_step",
    "encode_text",
    "encode_trace",
    "encode_treatment",
    "incomplete",
    "is_same_state",
    "is_unchanged",
    "parse_etag",
    "read_change",
    "require_past",
]
