"""How chengxin reaches the source: messages, deadline, signature, retries, HTTP."""

from __future__ import annotations

from chengxin.transport.auth import Credentials, canonical_query, sign
from chengxin.transport.breaker_state import BreakerOptions, Closed, HalfOpen, Open, Phase
from chengxin.transport.budget import RetryBudget
from chengxin.transport.deadline import Deadline
from chengxin.transport.gate import Gate, GateOptions
from chengxin.transport.http import HttpOptions, HttpTransport
from chengxin.transport.http_date import parse_http_date
from chengxin.transport.lane import Lane
from chengxin.transport.message import Request, Response, Transport
from chengxin.transport.origin import Origin
from chengxin.transport.posting import Poster
from chengxin.transport.quota import QuotaOptions
from chengxin.transport.retry import Retrier, RetryPolicy, decide
from chengxin.transport.retry_after import parse_retry_after
from chengxin.transport.skew import ahead_seconds

__all__ = [
    "BreakerOptions",
    "Closed",
    "Credentials",
    "Deadline",
    "Gate",
    "GateOptions",
    "HalfOpen",
    "HttpOptions",
    "HttpTransport",
    "Lane",
    "Open",
    "Origin",
    "Phase",
    "Poster",
    "QuotaOptions",
    "Request",
    "Response",
    "Retrier",
    "RetryBudget",
    "RetryPolicy",
    "Transport",
    "ahead_seconds",
    "canonical_query",
    "decide",
    "parse_http_date",
    "parse_retry_after",
    "sign",
]
