"""What signing in needs of a workspace: the provider that the settings name, and what the registry gives to its groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from baloo.access.roles import Grant
from baloo.clock import Clock
from baloo.errors import InputError
from baloo.records.store import Records
from baloo.registry.model import Registry
from baloo.settings import Settings

if TYPE_CHECKING:
    from baloo.access.flow import Flow

__all__ = ["flow_of", "grants_of"]


def flow_of(settings: Settings, records: Records, clock: Clock) -> Callable[[], Flow | None]:
    """The way to the provider, made when it is first asked for; None where none is set."""

    @cache
    def flow() -> Flow | None:
        if not settings["sign_in_issuer"]:
            return None
        from baloo.access.flow import Flow  # noqa: PLC0415 - who has no provider does not pay for it
        from baloo.access.provider import Provider  # noqa: PLC0415 - likewise

        provider = Provider(
            settings["sign_in_issuer"], settings["sign_in_client"], _secret(settings), settings["sign_in_groups"],
            tuple(settings["sign_in_scopes"]), clock,
        )
        return Flow(records, provider)

    return flow


def grants_of(registry: Callable[[], Registry]) -> Callable[[Sequence[str]], Iterable[Grant]]:
    """What groups give, as the registry says when it is asked."""

    def grants(groups: Sequence[str]) -> set[Grant]:
        return {Grant(one.role, one.place) for one in registry().may if one.group in groups}

    return grants


def _secret(settings: Settings) -> str:
    """What the provider asks of this server. Raises InputError for a file that cannot be read."""
    file = settings["sign_in_secret_file"]
    if not file:
        return str(settings["sign_in_secret"])
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("The secret of the provider cannot be read.", where=file, remedy="Set `sign_in_secret_file`.") from error
