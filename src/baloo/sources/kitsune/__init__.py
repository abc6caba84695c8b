"""Kitsune (support.mozilla.org): questions, answers, solutions by its API; forums and articles from its database's dump."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, newest_first, pick

__all__ = ["RECIPE"]


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The questions by their last change: an answer changes its question."""

    def ask(_since: str | None, page: int) -> tuple[list[Any], bool]:
        found = api.get("api/2/question/", format="json", ordering="-updated", page=page + 1, **api.query)
        return found["results"], bool(found["next"])

    def whole(question: Any) -> list[Any]:  # noqa: ANN401 - a question
        return [question | {"answers_data": list(_answers(api, question["id"])) if question["num_answers"] else []}]

    return newest_first(at, ask, lambda question: str(question["updated"]), whole)


def _answers(api: Api, question: int) -> Iterator[Any]:
    page, more = 0, True
    while more:
        page += 1
        found = api.get("api/2/answer/", format="json", question=question, ordering="id", page=page)
        yield from found["results"]
        more = bool(found["next"])


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - an answer of the API, or a row of a dump
    if "model" in answer:
        yield from _row(answer, addresses[0])
        return
    for one in answer.get("results", [answer]):
        yield from _reply(one, None, addresses[0]) if "question" in one else _question(one, addresses[0])


def _question(one: Any, base: str) -> Iterator[Record]:  # noqa: ANN401 - a question
    if one.get("is_spam"):
        return
    yield {"type": "question", "key": f"question {one['id']}", "url": f"{base}/questions/{one['id']}", "at": one["created"],
           "who": _who(one["creator"]), "it": pick(one, "id locale product topic")}
    for reply in one.get("answers_data", ()):
        yield from _reply(reply, one, base)


def _reply(reply: Any, question: Any, base: str) -> Iterator[Record]:  # noqa: ANN401 - an answer, and its question where it is known
    if reply.get("is_spam"):
        return
    around = {"url": f"{base}/questions/{reply['question']}#answer-{reply['id']}", "at": reply["created"],
              "who": _who(reply["creator"])}
    if question is None:
        yield around | {"type": "answer", "key": f"answer {reply['id']}", "it": {"id": reply["question"]}}
        return
    about = {"it": pick(question, "id locale product topic"), "author": _who(question["creator"])["username"]}
    yield around | about | {"type": "answer", "key": f"answer {reply['id']}"}
    if question.get("solution") == reply["id"]:  # when it was chosen is not said: its own time stands for it
        yield around | about | {"type": "solution", "key": f"solution {reply['id']}"}


def _who(profile: Any) -> Record:  # noqa: ANN401 - a profile
    return {"username": profile["username"], "name": profile.get("display_name") or None}


_ROWS = {"wiki.revision": "revision", "forums.post": "post", "kbforums.post": "discussion"}


def _row(row: Any, base: str) -> Iterator[Record]:  # noqa: ANN401 - a row as Django's dumpdata writes it
    """Who wrote what, and who reviewed it; the times are those of the site's own zone."""
    kind, fields = _ROWS.get(row["model"]), row["fields"]
    who = fields.get("creator") or fields.get("author")
    if kind is None or not who:
        return
    document = fields.get("document")
    locale, slug = document if isinstance(document, list) else (fields.get("locale"), None)  # of a number nobody knows the page
    key, url = f"{kind} {row['pk']}", f"{base}/{locale}/kb/{slug}/revision/{row['pk']}" if slug else None
    around = {"local": True, "url": url, "it": {"locale": locale}}
    yield around | {"type": kind, "key": key, "at": fields["created"], "who": {"username": _named(who)}}
    if kind == "revision" and fields.get("reviewed") and fields.get("reviewer"):
        yield around | {"type": "review", "key": f"review {row['pk']}", "at": fields["reviewed"], "author": _named(who),
                        "who": {"username": _named(fields["reviewer"])}, "approved": bool(fields.get("is_approved"))}


def _named(key: Any) -> str:  # noqa: ANN401 - a name, or a natural key with one in it
    if isinstance(key, int):
        raise TypeError  # a number of the database is nobody's name
    return str(key[0] if isinstance(key, list) else key)


RECIPE = Recipe("Kitsune", _walk, _unfold, header="Authorization: Token ")
