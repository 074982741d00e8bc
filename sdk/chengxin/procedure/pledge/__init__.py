"""Pledges: commitments (信用承诺) and voluntary declarations (自主申报), and the platform facts they make. Pure."""

from chengxin.procedure.pledge.commitment import MOST_DAYS, Commitment, CommitmentState, Settlement
from chengxin.procedure.pledge.declaration import Declaration, DeclarationState, Verification
from chengxin.procedure.pledge.fact import NamedFact
from chengxin.procedure.pledge.fault import Fault, refusal
from chengxin.procedure.pledge.pledged import pledged_facts

__all__ = [
    "MOST_DAYS",
    "Commitment",
    "CommitmentState",
    "Declaration",
    "DeclarationState",
    "Fault",
    "NamedFact",
    "Settlement",
    "Verification",
    "pledged_facts",
    "refusal",
]
