"""What a client holds of subjects: ``python -m tests.bench.footprint SUBJECTS RECORDS``, in a process of its own.

Counted is by how much the process grows (resident pages, whatever they hold) from a client that was made and used
to one that was asked about so many subjects: statuses that are ready, entries that are packed, keys, ends, indices,
and what the allocator rounds up or leaves unused. The codes are handed over as strings that nobody else holds, and
the source keeps nothing. Treatments are remembered beside, where a policy is evaluated; they are not counted.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chengxin import CreditClient
from chengxin.clock import SystemClock
from tests.bench.codes import lawful_codes
from tests.bench.harness import require_equal
from tests.bench.material import Spring

_WARM_UP: Final = 500
_BATCH: Final = 500
_LOOKED_AT: Final = 100
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def bytes_a_subject(subjects: int, records: int) -> float:
    """Return what a client that holds so many subjects, of so many records each, holds of one."""
    codes = lawful_codes(subjects + _WARM_UP)
    clock = SystemClock()
    source = Spring(clock=clock, records=records)
    with CreditClient(source, clock=clock, cache="memory://") as client:
        _ask(client, codes[:_WARM_UP])
        before = _resident()
        _ask(client, codes[_WARM_UP:])
        grown = _resident() - before
        for code in codes[:: len(codes) // _LOOKED_AT]:
            status = client.check(code)
            require_equal("what is held of a subject", (status.reason, len(status.records)), (None, records))
        require_equal("questions after it was held", source.asked, [])
    return grown / subjects


def _ask(client: CreditClient, codes: Sequence[str]) -> None:
    for start in range(0, len(codes), _BATCH):
        client.check_many([code[:9] + code[9:] for code in codes[start : start + _BATCH]])


def _resident() -> int:
    """Return the bytes of resident pages, what is free given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bytes_a_subject(int(sys.argv[1]), int(sys.argv[2]))))
