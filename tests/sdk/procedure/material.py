"""What the tests of procedure are made of: measures and impositions around one instant."""

from datetime import timedelta

from chengxin.policy import (
    Category,
    Direction,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
    Text,
)
from chengxin.procedure.imposition import Imposition
from chengxin.records import RecordKind, Role, SubjectKind
from tests.sdk.policy.material import AT

HOUR = timedelta(hours=1)
SOME = Text(zh="文", en="text")


def a_measure(
    *, starts=0, ends=10, ground_ends=10, records=("P1",), value=5, code="deposit-raised", relieves=False
):
    """Return a measure on a deposit; instants are hours from the usual one."""
    return Measure(
        code=code,
        direction=Direction.RELIEVE if relieves else Direction.RESTRICT,
        title=SOME,
        category=Category.MONETARY,
        effect=SettingEffect(setting="deposit_fen", value=value),
        subject_kind=SubjectKind.ENTERPRISE,
        rule_id="general-penalty",
        policy=PolicyRef(name="marketplace", version="1", digest="sha256:" + "0" * 64),
        grounds=tuple(
            Ground(
                record_id=record_id,
                version=1,
                kind=RecordKind.PENALTY,
                ends_at=None if ground_ends is None else AT + max(ground_ends, ends) * HOUR,
            )
            for record_id in records
        ),
        legal_basis=(LegalBasis(law=SOME, article="32"),),
        platform_rule=PlatformRule(title=SOME, clause="4.1", url="https://shop.example/rules"),
        reason=SOME,
        starts_at=AT + starts * HOUR,
        ends_at=AT + ends * HOUR,
        appeal_url="https://shop.example/appeals",
    )


def an_imposition(*, starts=0, ends=10, ground_ends=10, measure=None, **changes):
    """Return an imposition that was noticed at the usual instant."""
    values = {
        "imposition_id": "i1",
        "code": "91350100M000100Y43",
        "role": Role.MERCHANT,
        "measure": measure or a_measure(starts=starts, ends=ends, ground_ends=ground_ends),
        "proposed_at": AT,
        "source": "scripted",
        "as_of": AT,
        "noticed_at": AT,
    }
    return Imposition(**(values | changes))
