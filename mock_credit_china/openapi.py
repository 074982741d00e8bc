"""The description of the mock's interface (OpenAPI 3.1)."""

from typing import Any


def document() -> dict[str, Any]:
    """Return the document."""
    return {}
