"""Conduit, the way into Phabricator: its token, its errors and its cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.phabricator import RECIPE

SECOND, LATER = 1717236000, 1717239600
Asking = Callable[..., tuple[Api, list[tuple[str, dict[str, Any]]]]]


def _result(data: list[Any], after: str | None = None) -> dict[str, Any]:
    return {"result": {"data": data, "cursor": {"after": after}}, "error_code": None}


def _task(number: int, modified: int) -> dict[str, Any]:
    fields = {"authorPHID": "PHID-APPS-x", "dateCreated": modified, "dateModified": modified, "policy": {"view": "public"}}
    return {"id": number, "type": "TASK", "phid": f"PHID-TASK-{number}", "fields": fields}


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Asking:
    """An API whose lists of tasks are given; no other list has anything. And what was asked."""

    def make(*lists: dict[str, Any]) -> tuple[Api, list[tuple[str, dict[str, Any]]]]:
        api, asked, given = Api("https://phabricator.example.org"), [], iter(lists)

        def post(path: str, form: dict[str, Any]) -> dict[str, Any]:
            asked.append((path, form))
            return next(given) if "maniphest" in path else _result([])

        monkeypatch.setattr(api, "post", post)
        return api, asked

    return make


def test_the_cursor_leads_on_within_one_second(asking: Asking) -> None:
    """A page that begins and ends at one second is followed by Conduit's cursor, any other by the time at which it ended."""
    full = [_result([_task(1, SECOND)], "1"), _result([_task(2, SECOND)], "2"), _result([_task(3, LATER)], "3")]
    api, asked = asking(*full, _result([_task(3, LATER)]))

    pages = list(RECIPE.walk(api, {}))  # type: ignore[misc] # it has one
    begun = [(form.get("constraints[modifiedStart]"), form.get("after")) for path, form in asked if "maniphest" in path]
    assert begun == [(None, None), (SECOND, None), (SECOND, "2"), (LATER, None)]
    assert [answer["object"]["id"] for page in pages for answer in page.answers] == [1, 2, 3, 3]


def test_an_error_of_conduit_is_one(asking: Asking) -> None:
    """It comes with the status 200 and is no empty list."""
    api, _ = asking({"result": None, "error_code": "ERR-INVALID-AUTH", "error_info": "The token is wrong."})

    with pytest.raises(InputError, match="ERR-INVALID-AUTH"):
        list(RECIPE.walk(api, {}))  # type: ignore[misc] # it has one


def test_the_token_stands_in_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes into each form, into no address and no header."""
    api = Api("https://phabricator.example.org", header=RECIPE.header, key="a-key")
    forms: list[dict[str, Any]] = []
    monkeypatch.setattr(api, "ask", lambda _path, params, form, **_: forms.append({"params": params, "form": form}))

    api.post("api/user.search", {"limit": 1})
    assert forms == [{"params": {}, "form": {"limit": 1, "api.token": "a-key"}}]
    assert "a-key" not in str(api._client.headers)
