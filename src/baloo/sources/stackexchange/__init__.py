"""Stack Exchange: questions, answers, comments, accepted answers of one site; by its API, or from its public data dump."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, by_time, in_turn
from baloo.sources.stackexchange.dump import parse

__all__ = ["RECIPE"]

_SIZE = 100  # of a page
_FIELDS = (
    ".items .backoff .quota_remaining question.question_id question.owner question.creation_date question.last_activity_date "
    "question.link question.answers question.comments answer.answer_id answer.owner answer.creation_date answer.is_accepted "
    "answer.comments comment.comment_id comment.post_id comment.owner comment.creation_date comment.link post.post_id post.owner "
    "shallow_user.user_id shallow_user.display_name"
)  # what is asked for: no texts


def _asked_at(url: str) -> str:
    """The API of the site at an address, which is the same for all; an address of the API as it is."""
    parts = urlsplit(url)
    if parts.path.startswith("/2."):
        return url
    return f"https://api.stackexchange.com/2.3?{urlencode([('site', parts.netloc), *parse_qsl(parts.query)])}"


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    site = _Site(api)
    walks = {"questions": lambda cursor: by_time(cursor, site.questions, lambda one: _iso(one["last_activity_date"]), _SIZE)}
    if "tagged" not in api.query:  # comments cannot be asked for by tag: then those stay that stand at a question that changed
        walks["comments"] = lambda cursor: by_time(cursor, site.comments, lambda one: _iso(one["creation_date"]), _SIZE)
    return in_turn(at, walks)


class _Site:
    """One site, asked no more than it allows."""

    def __init__(self, api: Api) -> None:
        self._api, self._filter, self._left = api, "", 1

    def questions(self, since: str | None, page: int) -> list[Any]:
        """Questions by their last activity, with their answers, and the comments on both."""
        return self._ask("questions", since, page, "activity", **self._api.query)

    def comments(self, since: str | None, page: int) -> list[Any]:
        """Comments, with whose post they are on: one question for a page of them."""
        found = self._ask("comments", since, page, "creation", site=self._api.query.get("site"))
        posts = sorted({one["post_id"] for one in found})
        whose: dict[int, str | None] = {}
        if posts:
            asked = self._items(f"posts/{';'.join(map(str, posts))}", site=self._api.query.get("site"), pagesize=_SIZE)
            whose = {one["post_id"]: _account(one) for one in asked}
        return [one | {"author": whose.get(one["post_id"])} for one in found]

    def _ask(self, what: str, since: str | None, page: int, sort: str, **asked: object) -> list[Any]:
        since_epoch = int(dt.datetime.fromisoformat(since).timestamp()) if since else None
        return self._items(what, sort=sort, order="asc", min=since_epoch, page=page, pagesize=_SIZE, **asked)

    def _items(self, path: str, **asked: object) -> list[Any]:
        """A page, by a filter that says which fields we want. Raises InputError where the day's quota is spent."""
        if not self._filter:
            made = self._api.get("filters/create", base="none", include=";".join(_FIELDS.split()), unsafe="false")
            self._filter = made["items"][0]["filter"]
        if self._left < 1:
            raise InputError("The system's quota of requests is spent for today.", where=self._api.base,
                             remedy="What was read is kept: run this again tomorrow, or with a key, which has more.")
        found = self._api.get(path, filter=self._filter, **asked)
        self._left = found.get("quota_remaining", 1)
        self._api.rest(found.get("backoff", 0))
        return list(found["items"])


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - what the walk or a file has
    if "type" in answer:  # of a dump, which has a row for each
        path = answer.pop("path")
        yield answer | {"url": f"{addresses[0]}/{path}"}
    elif "comment_id" in answer:
        yield from _comment(answer, answer.get("author"))
    elif "items" in answer:
        for one in answer["items"]:
            yield from _unfold(one, addresses)
    elif "question_id" in answer:
        yield from _question(answer)


def _question(one: Any) -> Iterator[Record]:  # noqa: ANN401 - a question
    number, root = one["question_id"], _root(one)
    yield from _did("question", f"question {number}", one, f"{root}/q/{number}", number=number)
    for comment in one.get("comments", ()):
        yield from _comment(comment, _account(one))
    for answer in one.get("answers", ()):
        key, around = answer["answer_id"], {"number": number, "author": _account(one)}
        yield from _did("answer", f"answer {key}", answer, f"{root}/a/{key}", **around)
        if answer.get("is_accepted"):
            yield from _did("accepted", f"accepted {key}", answer, f"{root}/a/{key}", **around)
        for comment in answer.get("comments", ()):
            yield from _comment(comment, _account(answer))


def _comment(one: Any, author: str | None) -> Iterator[Record]:  # noqa: ANN401 - a comment
    url = f"{_root(one)}/posts/comments/{one['comment_id']}"
    return _did("comment", f"comment {one['comment_id']}", one, url, number=one["post_id"], author=author)


def _did(kind: str, key: str, one: Any, url: str, **more: object) -> Iterator[Record]:  # noqa: ANN401 - a post or comment
    """What somebody did whose account is there still."""
    if _account(one):
        yield {"type": kind, "key": key, "at": _iso(one["creation_date"]), "account": _account(one),
               "name": one["owner"].get("display_name"), "url": url, **more}


def _account(one: Any) -> str | None:  # noqa: ANN401 - a post or comment
    number = (one.get("owner") or {}).get("user_id")
    return None if number is None else str(number)


def _root(one: Any) -> str:  # noqa: ANN401 - a question or comment
    parts = urlsplit(one["link"])
    return f"{parts.scheme}://{parts.netloc}"


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


RECIPE = Recipe("Stack Exchange", _walk, _unfold, parse, per_second=1.0, asked_at=_asked_at)
