"""What the mock takes in: JSON read carefully, and models that name what they allow."""

import json

from pydantic import BaseModel, ConfigDict, model_validator


def parse_json(body: bytes) -> object:
    """Read JSON that can be written again as UTF-8.

    Raises:
        ValueError: it is no JSON, nested too deep, or holds half a surrogate pair.
    """
    try:
        value: object = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


class StrictModel(BaseModel):
    """Input of the control plane: immutable, and no member it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _knows_every_member(cls, given: object) -> object:
        if isinstance(given, dict):
            allowed = [field.alias or name for name, field in cls.model_fields.items()]
            unknown = sorted(str(name) for name in given if name not in allowed)
            if unknown:
                raise ValueError(f"unknown: {', '.join(unknown)}; allowed: {', '.join(allowed)}")
        return given
