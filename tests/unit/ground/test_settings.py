"""Settings come from one table: the default, then the file, then the environment; anything else is an error with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.errors import InputError
from baloo.settings import SETTINGS, load_settings

HOUSE = Path(__file__).parents[3]


def test_environment_goes_before_file_before_default(tmp_path: Path):
    """The nearest source of a value wins."""
    file = tmp_path / "baloo.toml"
    file.write_text("max_body = 5\npublic_k = 7\n")

    settings = load_settings(file, {"BALOO_PUBLIC_K": "9", "BALOO_OPEN_NAMESPACES": "a, b"})

    assert (settings["max_body"], settings["public_k"], settings["load_pause_ms"]) == (5, 9, 200)
    assert settings["open_namespaces"] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max_bdy = 5", "Did you mean `max_body`"),
        ("max_body = 'big'", "a whole number"),
        ("demo = 1", "true or false"),
        ("max_body = -5", "must not be negative"),
        ("a = [", "not TOML"),
    ],
)
def test_a_wrong_setting_is_explained(tmp_path: Path, text: str, says: str):
    """An unknown name, a wrong type and a broken file say what to do."""
    file = tmp_path / "baloo.toml"
    file.write_text(text)

    with pytest.raises(InputError) as caught:
        load_settings(file, {})

    assert says in str(caught.value)


def test_a_wrong_value_in_the_environment_is_named(tmp_path: Path):
    """The variable is named as the place."""
    with pytest.raises(InputError) as caught:
        load_settings(tmp_path / "baloo.toml", {"BALOO_MAX_BODY": "big"})

    assert caught.value.where == "BALOO_MAX_BODY"


def test_every_setting_says_what_it_is_for():
    """Names are unique, and each has a sentence of help."""
    names = [setting.name for setting in SETTINGS]

    assert len(set(names)) == len(names)
    assert all(setting.help.endswith(".") for setting in SETTINGS)
