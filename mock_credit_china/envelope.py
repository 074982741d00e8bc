"""The envelope every answer of the open interface travels in, and its status codes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mock_credit_china.byterange import Extent

SUCCESS = 1
CHALLENGED = 40001
BAD_PARAMETER = 40002
BAD_SIGNATURE = 40101
BAD_TIMESTAMP = 40102
REPLAYED_NONCE = 40103
NO_PERMISSION = 40301
NO_AUTHORISATION = 40302
KEY_REUSED = 40901
CURSOR_TOO_OLD = 41001
TOO_FREQUENT = 42901
QUOTA_USED_UP = 42902
INTERNAL = 50001
MAINTENANCE = 50301


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Meaning(NamedTuple):
    """What a status is answered with when nothing else is asked for."""

    http: int
    message: str


MEANINGS: dict[int, Meaning] = {
    SUCCESS: Meaning(200, "成功"),
    CHALLENGED: Meaning(200, "请刷新后重试"),
    BAD_PARAMETER: Meaning(400, "参数错误"),
    BAD_SIGNATURE: Meaning(401, "签名错误"),
    BAD_TIMESTAMP: Meaning(401, "时间戳超出允许范围"),
    REPLAYED_NONCE: Meaning(401, "随机串重复"),
    NO_PERMISSION: Meaning(403, "无权限"),
    NO_AUTHORISATION: Meaning(403, "授权缺失或已过期"),
    KEY_REUSED: Meaning(409, "幂等键已用于另一请求"),
    CURSOR_TOO_OLD: Meaning(410, "游标过旧，请从快照重新同步"),
    TOO_FREQUENT: Meaning(429, "访问过于频繁"),
    QUOTA_USED_UP: Meaning(429, "当日配额已用尽"),
    INTERNAL: Meaning(500, "系统内部错误"),
    MAINTENANCE: Meaning(503, "系统维护中"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before it is put into bytes.

    ``page`` stands for the whole body where a firewall answers instead of the source. ``modified_at`` marks an
    answer that can be asked for again by its entity tag. ``extent`` is the part of a file that is sent instead of
    an envelope; ``shown_status`` is how the site profile writes its success.
    """

    status: int = SUCCESS
    data: Any = None
    message: str | None = None
    http: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str | None = None
    modified_at: datetime | None = None
    extent: Extent | None = None
    shown_status: int | None = None

    @property
    def http_status(self) -> int:
        """The HTTP status it is sent with."""
        return self.http or MEANINGS[self.status].http

    @property
    def text(self) -> str:
        """The message it is sent with."""
        return self.message or MEANINGS[self.status].message

    def body(self, request_id: str | None) -> bytes:
        """Write the envelope, without an id on the site profile; equal content gives equal bytes."""
        numbered = {} if request_id is None else {"requestId": request_id}
        status = self.status if self.shown_status is None else self.shown_status
        return encode({"status": status, "message": self.text, **numbered, "data": self.data})


class Refusal(Exception):
    """Raised where a request is not served; carries the answer it gets."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status, reply.message)
        self.reply = reply


def refuse(status: int, detail: str | None = None, *, data: object = None) -> Refusal:
    """Make the refusal of a status, with what is wrong in its message."""
    message = MEANINGS[status].message
    return Refusal(Reply(status=status, message=f"{message}：{detail}" if detail else message, data=data))


def encode(value: object) -> bytes:
    """Write JSON as the source does: UTF-8, no spaces, members in the order given."""
    return _ENCODER.encode(value).encode()
