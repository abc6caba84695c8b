"""The settings of a workspace: one table of name, default and help, read from `baloo.toml` and the environment.

The documentation's page of settings is tested against this table.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from baloo.errors import InputError, nearest

__all__ = ["SETTINGS", "Setting", "Settings", "load_settings"]

Value: TypeAlias = "str | int | bool | list[str]"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `BALOO_<NAME>` in the environment goes before `name` in `baloo.toml`, before `default`."""

    name: str
    default: Value
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("demo", False, "Whether the community is invented; each page then says so."),
    Setting("namespaces", ["baloo"], "Namespaces that the door accepts; `*` at the end of a name is a wildcard."),
    Setting("open_namespaces", ["baloo"], "Namespaces that take events without a token; such events are staging for ever."),
    Setting("deletable_namespaces", ["baloo"], "Namespaces in which DELETE takes an event back."),
    Setting("max_body", 1_048_576, "Largest body of a request, in bytes, before and after it is unpacked."),
    Setting("body_seconds", 20, "Longest time that a request's body may take to arrive, in seconds."),
    Setting("head_seconds", 20, "Longest time that a request's head may take to arrive, in seconds."),
    Setting("requests_per_second", 100_000, "Requests a second that one token may make, twice that after a pause; 0: any."),
    Setting("events_per_day", 1_000_000_000, "Events a day (UTC) that one token may send; 0 is any number."),
    Setting(
        "open_requests_per_second", 100,
        "Requests a second that one address may make without a token; 0 is any number. This machine's own may make any number, "
        "where neither this nor the next is set otherwise.",
    ),
    Setting("open_events_per_day", 1_000_000, "Events a day (UTC) that one address may send without a token; 0 is any number."),
    Setting(
        "address", "",
        "The server's address from outside, such as `https://baloo.example.org`: sign-in leads back to it, pages print it.",
    ),
    Setting("sign_in_issuer", "", "The provider of OpenID Connect, by its issuer; without one a command prints sign-in links."),
    Setting("sign_in_client", "baloo", "What the provider knows this server by."),
    Setting("sign_in_secret", "", "What the provider asks of this server; better in the environment, or in a file."),
    Setting("sign_in_secret_file", "", "A file with that secret."),
    Setting("sign_in_scopes", ["groups"], "What the provider is asked for besides `openid`, such as `offline_access`."),
    Setting("sign_in_groups", "groups", "The claim in which the provider tells somebody's groups."),
    Setting("log", "auto", "How logs are written: `json` lines, `plain` text, or `auto`: plain in a terminal, else JSON."),
    Setting("quarantine_days", 90, "Days for which a refused event is kept with what it says."),
    Setting("live_watchers", 50, "How many may watch the live page at once; whoever comes after them sees what came last."),
    Setting("heartbeat_seconds", 60, "Seconds between two heartbeats, each followed from the door to the lake; 0 sends none."),
    Setting("heartbeat_late_seconds", 300, "Age of the last heartbeat in the lake from which `/health` says `degraded`."),
    Setting("metrics_token", "", "Bearer token that `/metrics` asks for; without one it answers on this machine alone."),
    Setting("load_pause_ms", 200, "Pause between two loads from the queue into the lake, in milliseconds."),
    Setting("refresh_seconds", 5, "Shortest time between two refreshes of the counts beside a running server, in seconds."),
    Setting("compact_files", 40, "Number of small data files from which the lake is compacted."),
    Setting(
        "engine_memory_mb", 1500, "Memory that the engine may use for a refresh, in megabytes; beyond it, it spills to disk."
    ),
    Setting(
        "two_people_merge", False,
        "Whether joining two persons waits until a second person says yes, where it changes a number that is published.",
    ),
    Setting("public_k", 5, "Smallest number of people that pages and API tell; 1 tells all. `count` and the feed are exact."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force for one workspace; read them as `settings["max_body"]`."""

    values: Mapping[str, Value]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - each setting has the type of its default
        return self.values[name]

    def are_default(self, *names: str) -> bool:
        """Whether each of these settings has its default."""
        return all(self.values[setting.name] == setting.default for setting in SETTINGS if setting.name in names)


def load_settings(file: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `baloo.toml` over the defaults, and the environment over both.

    Raises InputError for an unknown name or a value of another type than the default's.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Value] = {s.name: s.default for s in SETTINGS}
    try:
        written = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"This is not TOML: {error}", where=str(file), remedy="Put it right, or empty it.") from error
    written.pop("workspace", None)
    for name, value in written.items():
        if name not in values:
            close = nearest(name, values)
            hint = f"Did you mean `{close}`?" if close else "See the reference page of settings."
            raise InputError(f"Unknown setting `{name}`.", where=str(file), remedy=hint)
        values[name] = _same_type(name, value, values[name], str(file))
    for setting in SETTINGS:
        key = f"BALOO_{setting.name.upper()}"
        if key in environment:
            values[setting.name] = _same_type(setting.name, _parse(environment[key], setting.default), setting.default, key)
    return Settings(values)


def _parse(text: str, default: Value) -> object:
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if isinstance(default, int):
        return int(text) if text.lstrip("-").isdigit() else text
    if isinstance(default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _same_type(name: str, value: object, default: Value, where: str) -> Value:
    if type(value) is not type(default):
        kind = {bool: "true or false", int: "a whole number", list: "a list of texts", str: "a text"}[type(default)]
        raise InputError(f"`{name}` must be {kind}.", where=where, remedy=f"The default is {default!r}.")
    if isinstance(value, int) and value < 0:
        raise InputError(f"`{name}` must not be negative.", where=where, remedy=f"The default is {default!r}.")
    return value
