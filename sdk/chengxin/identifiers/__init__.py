"""Identifiers of credit subjects: checked here, before anything is asked anywhere."""

from chengxin.identifiers.uscc import Uscc, UsccFault

__all__ = ["Uscc", "UsccFault"]
