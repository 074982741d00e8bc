"""Identifiers of credit subjects: checked here, before anything is asked anywhere."""

from chengxin.identifiers.resident import is_identity_number, mask_identity_numbers
from chengxin.identifiers.uscc import Uscc, UsccFault, check_character, normalise

__all__ = [
    "Uscc",
    "UsccFault",
    "check_character",
    "is_identity_number",
    "mask_identity_numbers",
    "normalise",
]
