"""The root of all errors, and the error of settings."""

from __future__ import annotations

from typing import Any, ClassVar


def _rebuild(cls: type[ChengxinError], args: tuple[Any, ...], state: dict[str, Any]) -> ChengxinError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class ChengxinError(Exception):
    """Root of all errors of chengxin.

    Attributes:
        code: stable, machine-readable name of the error.
    """

    code: ClassVar[str] = "chengxin"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, whatever the constructor takes."""
        return _rebuild, (type(self), self.args, self.__dict__)


class ConfigurationError(ChengxinError):
    """A setting is missing, mistyped or contradicts another; nothing was started."""

    code = "configuration"
