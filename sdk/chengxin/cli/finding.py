"""What a platform's own code gives to commands, by name: a table of jobs, a platform put together."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from chengxin.errors import ConfigurationError


def find_object(given: str, form: str) -> Any:  # noqa: ANN401  # whatever the name stands for
    """Return what stands for ``module:name``, or what it returns where it is a function.

    Args:
        given: the name; the module is looked for in the working directory, too.
        form: how such a name is to be given, for errors.

    Raises:
        ConfigurationError: it is no such name, or there is no such module.
    """
    module_name, colon, name = given.partition(":")
    if not colon or not module_name or not name:
        raise ConfigurationError(form)
    if os.getcwd() not in sys.path:  # noqa: PTH109 -- as it stands in sys.path
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"There is no module {error.name!r}. {form}") from error
    found: Any = getattr(module, name, None)
    return found() if callable(found) else found
