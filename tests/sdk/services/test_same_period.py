"""Through the whole client: at no instant is anything shown that is not disclosed then."""

import os
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.records import Standing
from chengxin.services import LookupOptions
from chengxin.testing import CODES, FrozenClock, ScriptedSource, scripted_client
from tests.sdk.strategies import instants, records

MILLISECOND = timedelta(milliseconds=1)
visible = st.lists(records(), min_size=1, max_size=4, unique_by=lambda record: record.record_id)


@given(
    visible,
    instants,
    st.sampled_from(["UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"]),
    st.data(),
)
def test_i1_what_a_client_shows_is_disclosed_at_that_instant(shown, start, zone, data):
    """Around every boundary, −1 ms, 0 and +1 ms, for one and for many, in any zone of the machine."""
    boundaries = [
        b
        for r in shown
        for b in (r.period.starts_at, r.period.ends_at)
        if b is not None and b > start + timedelta(days=1)
    ]
    begin = min(boundaries, default=start + timedelta(days=1)) - timedelta(
        hours=data.draw(st.integers(1, 20))
    )
    clock = FrozenClock(begin)
    source = ScriptedSource(clock=clock, max_age_seconds=86_400)
    source.disclose(CODES[0], *shown)
    with (
        zone_of_the_machine(zone),
        scripted_client(
            source, clock=clock, options=LookupOptions(longest_life_seconds=86_400, renew_ahead=False)
        ) as client,
    ):
        client.check(CODES[0])
        steps = [
            b + offset for b in sorted(boundaries) for offset in (-MILLISECOND, timedelta(0), MILLISECOND)
        ]
        for at in [begin, *steps]:
            if at > clock.now():
                clock.advance(to=at)
            now = clock.now()
            expected = {r.record_id for r in shown if r.is_shown(now)}
            for status in (client.check(CODES[0].code), client.check_many([CODES[0]])[0].status):
                assert {r.record_id for r in status.records} == expected
                assert (status.standing is Standing.NO_ADVERSE_RECORD) <= (
                    not any(r.is_adverse for r in status.records)
                )
        if all(b < begin + timedelta(days=1) for b in boundaries):
            assert len(source.asked) == 1


class zone_of_the_machine:  # noqa: N801  # reads as a function
    """Set the machine's time zone for a while."""

    def __init__(self, zone):
        self._zone = zone

    def __enter__(self):
        self._patch = pytest.MonkeyPatch()
        self._patch.setitem(os.environ, "TZ", self._zone)
        time.tzset()

    def __exit__(self, *_):
        self._patch.undo()
        time.tzset()
