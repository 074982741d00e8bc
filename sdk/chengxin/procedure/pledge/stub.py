"""What the ledger keeps of a pledge for good: nothing that anybody said. Pure."""

from __future__ import annotations

from typing import Any

from chengxin.procedure.pledge.commitment import Commitment
from chengxin.procedure.pledge.declaration import Declaration


def id_of(one: Commitment | Declaration) -> str:
    """Return the name of a pledge, by which its entries of the ledger know it."""
    return one.commitment_id if isinstance(one, Commitment) else one.declaration_id


def stub_of_commitment(one: Commitment) -> dict[str, Any]:
    """Return what stays of a step of a commitment: days, names of facts, outcome, digests of files."""
    settled = one.settlement
    return {
        "due_on": one.due_on.isoformat(),
        "relief": None if one.relief is None else one.relief.name,
        "breach": None if one.breach is None else one.breach.name,
        "state": None if settled is None else settled.state.value,
        "evidence": [] if settled is None else [piece.digest for piece in settled.evidence],
    }


def stub_of_declaration(one: Declaration) -> dict[str, Any]:
    """Return what stays of a step of a declaration: see ``stub_of_commitment``."""
    return {
        "fact": one.fact.name,
        "valid_until_on": one.valid_until_on.isoformat(),
        "evidence": [piece.digest for piece in one.evidence],
    }
