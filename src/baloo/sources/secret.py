"""Keys, tokens and addresses with passwords: from the environment, or from a file that it names; never from the registry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from baloo.errors import InputError

__all__ = ["secret"]


def secret(variable: str, where: str, environment: Mapping[str, str] = os.environ) -> str:
    """What a variable holds; where it is empty, the file that VARIABLE_FILE names, as containers and systemd hand secrets over.

    `where` is what named the variable. Raises InputError where there is nothing, or the file cannot be read.
    """
    if environment.get(variable):
        return environment[variable]
    file = environment.get(f"{variable}_FILE")
    if not file:
        remedy = f"Put the secret into it, or the path of a file that has it into {variable}_FILE."
        raise InputError(f"The variable {variable} is empty.", where=where, remedy=remedy)
    try:
        held = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file that {variable}_FILE names cannot be read.", where=where) from error
    if not held:
        raise InputError(f"The file that {variable}_FILE names is empty.", where=where)
    return held
