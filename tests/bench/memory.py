"""What a client with ``memory://`` holds of a subject, against what is allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from tests.bench.harness import Finding, Row

_SUBJECTS: Final = 50_000
_LIMITS: Final = {0: 500, 3: 3 * 1024}


def finding(*, is_quick: bool) -> Finding:
    """Return bytes a subject, measured in processes of their own, see ``footprint``; the peer is the limit itself."""
    limits = {0: _LIMITS[0]} if is_quick else _LIMITS
    running = {records: _start(records) for records in limits}
    rows = []
    for records, limit in limits.items():
        out, _ = running[records].communicate()
        if running[records].returncode:
            raise RuntimeError("The child that measures memory failed; run python -m tests.bench.footprint.")
        ours = float(json.loads(out))
        ratio = ours / limit
        rows.append(
            Row(
                name=f"bytes a subject in memory, {records or 'no'} records / {limit:,} bytes",
                ours=ours,
                peer=float(limit),
                ratio=ratio,
                goal="<= 1",
                met=ratio <= 1,
            )
        )
    return Finding(
        title=f"Everything a client holds of {_SUBJECTS:,} subjects, as its process grows by it",
        unit="bytes",
        rows=rows,
    )


def _start(records: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.footprint", str(_SUBJECTS), str(records)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
