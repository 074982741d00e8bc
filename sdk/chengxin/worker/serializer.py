"""What goes through the queue: the name of a job and until when it is of use, as JSON.

The queue's own way is pickle, with which whoever may write to the queue runs code in the worker.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from huey.registry import Message
from huey.serializer import Serializer


class NameSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Writes and reads nothing but which task it is."""

    def _serialize(self, data: Message) -> bytes:
        expires = data.expires_resolved
        return json.dumps(
            {"id": data.id, "name": data.name, "expires": expires and expires.isoformat()}
        ).encode()

    def _deserialize(self, data: bytes) -> Message:
        """Return the message; whatever is none raises, and is logged and dropped by the queue."""
        read: dict[str, Any] = json.loads(data)
        expires = read["expires"]
        return Message(
            id=str(read["id"]),
            name=str(read["name"]),
            args=(),
            kwargs={},
            expires_resolved=None if expires is None else datetime.fromisoformat(expires),
        )
