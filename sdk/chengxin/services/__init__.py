"""Use cases: look up a status, find a policy, evaluate it."""

from chengxin.services.evaluation import Evaluations
from chengxin.services.lookup import CheckRow, Lookup, LookupOptions
from chengxin.services.policies import load_policy, shipped_policies

__all__ = ["CheckRow", "Evaluations", "Lookup", "LookupOptions", "load_policy", "shipped_policies"]
