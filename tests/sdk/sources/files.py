"""Snapshots as a source would serve them, written from source-api.md by hand."""

import gzip
import hashlib
import json

from chengxin.identifiers import check_character
from tests.sdk.wire.page import a_row


def code_of(number):
    """Return a lawful synthetic code."""
    body = f"91350100{number:09d}"
    return body + check_character(body)


def a_line(number=0, record=0, **changes):
    """Return a row of a snapshot."""
    code = code_of(number)
    row = a_row(f"R{number}-{record}", disclosedUntil="2027-11-30", tyshxydm=code)
    row["fields"] = {**row["fields"], "CF_XDR_SHXYM": code, "CF_GSJZQ": "2027-11-30"}
    row.update(changes)
    return {name: value for name, value in row.items() if value is not ...}


def ndjson(rows):
    """Return the bytes of a file of rows."""
    lines = (json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    return gzip.compress(b"".join(lines), compresslevel=1)


def a_file(data, rows, *, url="/files/1.ndjson.gz", **changes):
    """Return a file as the manifest names it."""
    return {
        "url": url,
        "format": "ndjson.gz",
        "rows": rows,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    } | changes


def a_manifest(*files, **changes):
    """Return the ``data`` of a manifest."""
    return {
        "snapshotId": "20261120-000417",
        "dataDate": "2026-11-20T23:00:00+08:00",
        "seq": 4711,
        "files": list(files),
    } | changes
