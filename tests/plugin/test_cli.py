"""``flask chengxin check``: standing and reason, and an exit code for scripts."""

import pytest

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.services import FollowOptions
from chengxin.testing import CODES, a_listing
from flask_chengxin.signals import credit_changed
from tests.plugin.shop import CODE


@pytest.mark.parametrize(
    ("codes", "exit_code", "texts"),
    [
        ([CODES[1].code], 0, ["NO_ADVERSE_RECORD", "as of 2026-11-21"]),
        ([CODE.code, CODES[1].code], 1, ["ADVERSE", "as of 2026-11-21: 严重失信主体名单 L1"]),
        (["xyz", CODES[1].code], 2, ["not a code"]),
        ([CODES[2].code, "xyz"], 5, ["UNKNOWN", "not_found: The source does not know this subject."]),
    ],
)
def test_check_prints_standing_and_reason(shop, codes, exit_code, texts):
    """Each code has its line; the gravest finding gives the exit code."""
    shop.source.disclose(CODE, a_listing())
    shop.source.disclose(CODES[1])

    result = shop.app.test_cli_runner().invoke(args=["chengxin", "check", *codes])

    assert result.exit_code == exit_code
    assert len(result.output.splitlines()) == len(codes)
    for text in texts:
        assert text in result.output


def test_check_says_why_it_could_not_be_asked(shop):
    """A source that is down is an unknown with its reason."""
    shop.source.fail(SourceUnavailable("No connection.", reason=UnknownReason.UNREACHABLE))

    result = shop.app.test_cli_runner().invoke(args=["chengxin", "check", CODE.code])

    assert (result.exit_code, "unreachable: No connection." in result.output) == (4, True)


def test_check_needs_a_code(shop):
    """Without a code the command explains itself."""
    result = shop.app.test_cli_runner().invoke(args=["chengxin", "check"])

    assert result.exit_code == 2
    assert "CODE" in result.output


def test_follow_tells_the_app_of_each_change(shop, monkeypatch):
    """A signal for each change, with the app as its sender; it ends when it is told to."""
    told = []

    def remember(sender, change):
        told.append((sender, change.code))

    def follow(*, on_change, stop, from_snapshot):
        follower = shop.credit.follower(on_change=on_change, options=FollowOptions(wait_seconds=0))
        follower.step()
        shop.source.disclose(CODE, a_listing())
        follower.step()
        assert (stop.is_set(), from_snapshot) == (False, True)

    monkeypatch.setattr(shop.credit, "follow", follow)
    with credit_changed.connected_to(remember):
        result = shop.app.test_cli_runner().invoke(args=["chengxin", "follow", "--from-snapshot"])

    assert result.exit_code == 0, result.output
    assert told == [(shop.app, CODE.code)]
