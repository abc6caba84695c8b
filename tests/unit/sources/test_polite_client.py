"""The one client by which live systems are asked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from baloo.errors import InputError
from baloo.sources.api import AGENT, Api, TooManyPages
from played import playing

Handler = Callable[[httpx.Request], httpx.Response]


class Asked:
    """An API whose system is a function; it keeps what was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception, **more: Any) -> None:
        self.answers, self.requests, self.waits = list(answers), [], []
        self.api = Api("https://forum.example.org/", sleep=self.waits.append, per_second=1e6, **more)
        headers, follows = self.api._client.headers, self.api._client.follow_redirects
        self.api._client = httpx.Client(headers=headers, follow_redirects=follows, transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def paused(self) -> list[float]:
        """The waits that are more than the distance between two requests."""
        return [wait for wait in self.waits if wait > 0.01]


def _ok(**more: Any) -> httpx.Response:
    return httpx.Response(200, json={"fine": True}, **more)


def _limited(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(("answer", "low", "high"), [
    (_limited(429, retry_after="7"), 7, 7),
    (_limited(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), 0, 0),
    (_limited(429), 0.5, 1),
    (_limited(500), 0.5, 1),
    (httpx.Response(200, content=b'{"fine": tr'), 0.5, 1),
    (httpx.ConnectError("no"), 0.5, 1), (httpx.ReadTimeout("no"), 0.5, 1), (httpx.RemoteProtocolError("cut"), 0.5, 1),
], ids=["429 with seconds", "503 with a moment that is over", "429", "500", "half an answer", "nobody", "silence", "broken off"])
def test_what_passes_is_asked_again(answer: httpx.Response | Exception, low: float, high: float):
    """As long as the system wants, or about as long as nobody else does."""
    asked = Asked(answer, _ok())

    assert asked.api.get("latest.json") == {"fine": True}
    assert sum(asked.paused()) >= low * 0.99
    assert all(wait <= high for wait in asked.paused())


def test_a_limit_that_is_reached_is_waited_out():
    """GitHub says with a 403 when it begins anew."""
    asked = Asked(_limited(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(int(time.time()) + 30)), _ok())

    assert asked.api.get("issues") == {"fine": True}
    assert all(1 <= wait <= 30 for wait in asked.paused())
    assert len(asked.paused()) == 1


def test_who_asks_for_hours_is_left_alone():
    """The run ends, and says for how long."""
    asked = Asked(_limited(429, retry_after="7200"))

    with pytest.raises(InputError, match="120 minutes"):
        asked.api.get("issues")


def test_in_the_end_it_gives_up():
    """Six tries, each after a longer pause, and then words without what was asked for."""
    asked = Asked(*[_limited(502)] * 6)

    with pytest.raises(InputError) as caught:
        asked.api.get("issues", q="ama@example.org")
    assert len(asked.requests) == 6
    assert [pause > 2**n * 0.49 for n, pause in enumerate(asked.paused())] == [True] * 5
    assert "ama" not in str(caught.value)


@pytest.mark.parametrize(("status", "key", "word"), [
    (401, None, "--key-env"), (403, None, "--key-env"), (401, "a-key", "not take the key"), (403, "a-key", "may it read this"),
    (404, None, "address"), (400, None, "address"),
])  # fmt: skip
def test_what_stays_is_not_asked_again(status: int, key: str | None, word: str):
    """It is said at once, with what to do: where there is a key, not that one is wanted."""
    asked = Asked(httpx.Response(status), header="Authorization: Bearer ", key=key)

    with pytest.raises(InputError, match=word):
        asked.api.get("issues")
    assert len(asked.requests) == 1


@pytest.mark.parametrize(("answer", "says", "remedy"), [
    (httpx.Response(200, content=b"\n<!DOCTYPE html><html>Welcome</html>"), "page for people", "address"),
    (httpx.ConnectError("no"), "does not answer", "address"),
    (httpx.Response(200, content=b'{"topics": ['), "cut off or no JSON", "later"),
    (httpx.ReadTimeout("no"), "does not answer", "later"),
], ids=["a page", "nobody", "half an answer", "silence"])
def test_an_address_of_something_else_is_told_from_a_system_that_falters(
    answer: httpx.Response | Exception, says: str, remedy: str
):
    """Both are asked again, for a system that is mended shows a page, too; what is to be done is another thing."""
    asked = Asked(*[answer] * 6)

    with pytest.raises(InputError, match=says) as caught:
        asked.api.get("latest.json")
    assert remedy in str(caught.value.remedy)


def test_what_is_gone_is_none_where_that_may_be():
    """A topic that was deleted ends no run."""
    asked = Asked(*map(httpx.Response, (404, 410, 403)))

    assert [asked.api.find("t/1.json") for _ in range(3)] == [None] * 3


def test_it_says_who_asks_and_keeps_the_key_to_the_system():
    """In a header; what leads elsewhere is not followed with a key; an address of a next page is asked of the system itself."""
    asked = Asked(_ok(), httpx.Response(302, headers={"location": "https://elsewhere.example"}), header="Api-Key: ", key="sesame")
    asked.api.get("https://elsewhere.example/api/next?page=2")

    assert str(asked.requests[0].url) == "https://forum.example.org/api/next?page=2"
    assert (asked.requests[0].headers["Api-Key"], asked.requests[0].headers["User-Agent"]) == ("sesame", AGENT)
    with pytest.raises(InputError, match="leads elsewhere"):
        asked.api.get("latest.json")
    assert len(asked.requests) == 2


@pytest.mark.parametrize("url", ["forum.example.org", "ftp://forum.example.org", "https://ama:sesame@forum.example.org", "https://"])
def test_an_address_is_one(url: str):
    """Of the web, and without a secret, which is not said either."""
    with pytest.raises(InputError) as caught:
        Api(url)
    assert "sesame" not in str(caught.value)


def test_a_run_ends_when_it_has_asked_enough():
    """The rest is the next run's."""
    asked = Asked(_ok(), _ok(), most=1)
    asked.api.get("a")

    with pytest.raises(TooManyPages):
        asked.api.get("b")


def test_so_many_requests_a_second(monkeypatch: pytest.MonkeyPatch):
    """One waits for its turn."""
    monkeypatch.setattr("baloo.sources.api.time", SimpleNamespace(monotonic=lambda: 100.0))
    waits: list[float] = []
    api = Api("https://forum.example.org", per_second=0.5, sleep=waits.append)
    api._client = httpx.Client(transport=httpx.MockTransport(lambda _: _ok()))
    for path in ("a", "b", "c"):
        api.get(path)

    assert waits == [2.0, 4.0]  # the clock stands still, so the third waits for both


def test_a_list_that_is_what_it_was_costs_nothing(tmp_path: Path):
    """By its ETag, of the same question alone; a page that was full is asked for whole, for more may follow."""
    pages = [{"path": "/issues?since=1", "json": [1, 2], "headers": {"ETag": '"a"'}},
             {"path": "/issues?since=2", "json": [2], "headers": {"ETag": '"a"'}}]
    (tmp_path / "pages.json").write_text(json.dumps(pages), "utf-8")
    with playing(tmp_path / "pages.json") as player:
        api = Api(player.base, per_second=1000)
        found = [api.listed("issues", 3, since=since) for since in (1, 1, 2)]
        full = [api.listed("issues", 1, since=1) for _ in range(2)]
        api.close()

    assert found == [[1, 2], [], [2]]
    assert full == [[1, 2], [1, 2]]
