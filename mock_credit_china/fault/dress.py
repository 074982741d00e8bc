"""Faults that bite on the written answer: headers, encoding, size."""

import gzip
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from flask import Response
from pydantic import Field
from werkzeug.http import http_date

from mock_credit_china.fault.base import Moment, ResponseFault

_MEGABYTE = 1024 * 1024


class ClockSkew(ResponseFault):
    """``Date`` is off by so many seconds (negative: behind)."""

    kind: Literal["clock_skew"] = "clock_skew"
    seconds: float = Field(ge=-31_536_000, le=31_536_000)

    def dress(self, response: Response, moment: Moment) -> None:
        """Write the other date."""
        response.headers["Date"] = http_date(moment.now + timedelta(seconds=self.seconds))


class ContentType(ResponseFault):
    """The body is what it should be; its ``Content-Type`` is not."""

    kind: Literal["content_type"] = "content_type"
    value: str = Field(default="text/html; charset=utf-8", min_length=1, pattern=r"^[\x20-\x7e]+$")

    def dress(self, response: Response, _moment: Moment) -> None:
        """Write the other type."""
        response.headers["Content-Type"] = self.value


class Garbled(ResponseFault):
    """The body cannot be read: bytes that are no UTF-8, or JSON that stops in the middle."""

    kind: Literal["garbled"] = "garbled"
    how: Literal["encoding", "json"] = "json"

    def dress(self, response: Response, _moment: Moment) -> None:
        """Spoil the bytes."""
        body = response.get_data()
        response.set_data(body[: len(body) // 2] if self.how == "json" else b"\xff\xfe" + body)


class Corrupted(ResponseFault):
    """Bytes of the body are other than they were; their number is right, a checksum is not."""

    kind: Literal["corrupted"] = "corrupted"
    bytes: int = Field(default=1, ge=1, le=1_000_000, description="how many, from the middle on")

    def dress(self, response: Response, _moment: Moment) -> None:
        """Turn the bytes over."""
        body = bytearray(response.get_data())
        middle = len(body) // 2
        for place in range(middle, min(middle + self.bytes, len(body))):
            body[place] ^= 0xFF
        response.set_data(bytes(body))


class Truncated(ResponseFault):
    """The end of the body is missing and ``Content-Length`` agrees with what is left."""

    kind: Literal["truncated"] = "truncated"
    fraction: float = Field(default=0.5, ge=0, lt=1, description="how much is left")

    def dress(self, response: Response, _moment: Moment) -> None:
        """Leave the end out."""
        body = response.get_data()
        response.set_data(body[: int(len(body) * self.fraction)])


class GzipBomb(ResponseFault):
    """A small gzip body that unpacks into many megabytes."""

    kind: Literal["gzip_bomb"] = "gzip_bomb"
    megabytes: int = Field(default=64, ge=1, le=512)

    def dress(self, response: Response, _moment: Moment) -> None:
        """Put the bomb in."""
        response.set_data(_bomb(self.megabytes))
        response.headers["Content-Encoding"] = "gzip"


class Oversized(ResponseFault):
    """A body of many megabytes."""

    kind: Literal["oversized"] = "oversized"
    megabytes: int = Field(default=16, ge=1, le=256)

    def dress(self, response: Response, _moment: Moment) -> None:
        """Put the large body in."""
        response.set_data(_padded(self.megabytes))


def _padded(megabytes: int) -> bytes:
    return b'{"status":1,"message":"","requestId":"","data":"' + b"0" * (megabytes * _MEGABYTE) + b'"}'


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    return gzip.compress(_padded(megabytes), compresslevel=6, mtime=0)
