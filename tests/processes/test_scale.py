"""Following costs what changes, not what there is; a snapshot is taken in in bounded memory."""

from tests.processes.scale import measure, show

SUBJECTS = 5000
CHANGES = 200


def test_following_costs_requests_in_proportion_to_the_changes_and_a_snapshot_streams():
    """The same at 5,000 subjects as at a million: ``python -m tests.processes.scale --subjects 1000000``."""
    figures = measure(subjects=SUBJECTS, changes=CHANGES)
    print(show(figures, subjects=SUBJECTS, changes=CHANGES))  # noqa: T201 -- read with pytest -s
    followed, asked = figures["follow"], figures["asked"]
    assert (followed["changes"], followed["adverse"], followed["unknown"]) == (CHANGES, CHANGES, 0)
    # One question for each 500 changes, and one that finds the end; one for each changed subject, page by page.
    assert asked["changes"] <= CHANGES // 500 + 3
    assert asked["subjects"] == CHANGES
    assert asked["credit"] <= CHANGES * 1.2
    assert asked["batch"] == 0
    assert figures["import"]["peak_mib"] - figures["import"]["before_mib"] < 100
    assert figures["import"]["peak_mib"] < 400
