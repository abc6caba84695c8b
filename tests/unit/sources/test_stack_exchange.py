"""Stack Exchange: what the API wishes is done, and no dump is trusted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.stackexchange import RECIPE
from baloo.sources.stackexchange.dump import parse

POSTS = '<posts><row Id="7" PostTypeId="1" CreationDate="2023-05-01T10:00:00.123" OwnerUserId="12"/>\n'
COMMENTS = '<comments><row Id="9" PostId="7" CreationDate="2023-05-02T10:00:00.123" UserId="11"/></comments>'


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An API whose answers are given, and the seconds for which it was left alone."""

    def make(*answers: dict[str, Any]) -> tuple[Api, list[float]]:
        rested: list[float] = []
        given = iter([{"items": [{"filter": "!f"}]}, *answers])
        api = Api(RECIPE.asked_at("https://crafts.example.org?tagged=baskets"), sleep=rested.append)
        monkeypatch.setattr(api, "get", lambda *_, **__: next(given))
        monkeypatch.setattr(api, "rest", rested.append)
        return api, rested

    return make


def test_the_api_is_left_alone_for_as_long_as_it_says(answering: Any) -> None:
    """`backoff` in an answer is obeyed before the next question."""
    api, rested = answering({"items": [], "backoff": 30, "quota_remaining": 9})

    list(RECIPE.walk(api, {}))  # type: ignore[misc] # it has one
    assert 30 in rested


def test_the_client_asks_nothing_while_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next question waits until the time is over."""
    slept: list[float] = []
    api = Api("https://api.example.org", sleep=slept.append)
    monkeypatch.setattr("baloo.sources.api.time", SimpleNamespace(monotonic=lambda: 100.0))
    asked_after: list[list[float]] = []

    def send(*_: object, **__: object) -> None:
        asked_after.append(list(slept))
        raise InputError("It is enough.")

    monkeypatch.setattr(api, "_send", send)
    api.rest(30)

    with pytest.raises(InputError):
        api.get("questions")
    assert asked_after == [[30.0]]


def test_a_spent_quota_ends_the_run_and_keeps_what_was_read(answering: Any) -> None:
    """The page that spends the last request is given, then the run says so."""
    full = [{"question_id": n, "last_activity_date": n, "link": "https://crafts.example.org/q"} for n in range(100)]
    api, _ = answering({"items": full, "quota_remaining": 0})
    walk = RECIPE.walk(api, {})  # type: ignore[misc] # it has one

    assert len(next(walk).answers) == 100
    with pytest.raises(InputError, match="quota"):
        next(walk)


@pytest.mark.parametrize(("text", "said"), [
    (POSTS, "no element found"), (f"<!DOCTYPE posts [<!ENTITY a 'b'>]>{POSTS}</posts>", "document type"),
    ("<votes><row Id='1'/></votes>", "`votes` is not read"), ("7z\xbc\xaf'\x1c", "archive"), ("no XML", "syntax error"),
], ids=["cut-off", "a-document-type", "another-table", "an-archive", "no-xml"])  # fmt: skip
def test_a_damaged_dump_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """It says what is the matter with the file, and resolves no entity."""
    (tmp_path / "Posts.xml").write_bytes(text.encode("latin-1"))

    with pytest.raises(InputError, match=said):
        list(parse(tmp_path / "Posts.xml"))


def test_what_stands_before_the_damage_is_given(tmp_path: Path) -> None:
    """Of a file that is cut off the whole rows are read."""
    (tmp_path / "Posts.xml").write_text(POSTS, "utf-8")

    assert next(parse(tmp_path / "Posts.xml"))["key"] == "question 7"


def test_whose_post_a_comment_is_on_stands_in_the_file_beside(tmp_path: Path) -> None:
    """The posts of the same folder tell it; without them nothing does."""
    (tmp_path / "Comments.xml").write_text(COMMENTS, "utf-8")
    (alone,) = parse(tmp_path / "Comments.xml")
    (tmp_path / "Posts.xml").write_text(f"{POSTS}</posts>", "utf-8")

    (beside,) = parse(tmp_path / "Comments.xml")
    assert (alone["author"], beside["author"]) == (None, "12")
