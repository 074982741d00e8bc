"""What is told of each step: a notice that any carrier can carry, for every kind of step there is."""

from datetime import UTC, datetime

import pytest

from chengxin.ledger import EntryKind
from chengxin.notifier import decode_notice
from chengxin.services.announcing import announce
from tests.sdk.services.treatments.conftest import CODE

STEPS = [
    kind
    for kind in EntryKind
    if kind.value.startswith(("appeal.", "objection.", "commitment.", "declaration."))
]


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_is_told_in_both_languages(kind):
    """Under a name of its own, however often it is put."""
    at = datetime(2026, 9, 29, 2, tzinfo=UTC)
    event = announce(kind, "a1", CODE, at=at, suffix=3)
    assert event == announce(kind, "a1", CODE, at=at, suffix=3)
    notice = decode_notice(event.payload)
    assert (notice.kind, notice.recipient, notice.notice_id) == (kind.value, CODE, event.event_id)
    assert "a1" in notice.text.zh
    assert "a1" in notice.text.en
