"""Discourse: who opens topics and who answers them, from `/latest.json` and the topics behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, newest_first, pick

__all__ = ["RECIPE"]

_POSTS = 50  # that are asked for at once; a topic comes with its first twenty
_POST = "id post_number post_type username name created_at"


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The topics by their last activity; that of those which are pinned says nothing of the order."""

    def ask(_since: str | None, page: int) -> tuple[list[Any], bool]:
        listed = api.get("latest.json", order="activity", page=page)["topic_list"]
        return [topic for topic in listed["topics"] if topic.get("bumped_at")], "more_topics_url" in listed

    def whole(topic: Any) -> list[Any]:  # noqa: ANN401 - a topic of the list
        first = api.find(f"t/{topic['id']}.json")
        return [] if first is None else [first, *_more(api, first)]

    return newest_first(at, ask, lambda topic: str(topic["bumped_at"]), whole)


def _more(api: Api, topic: Any) -> Iterator[Any]:  # noqa: ANN401 - a topic
    """The topic again, with the posts that it came without."""
    here = {post["id"] for post in topic["post_stream"]["posts"]}
    rest = [post for post in topic["post_stream"].get("stream", ()) if post not in here]
    for first in range(0, len(rest), _POSTS):
        found = api.find(f"t/{topic['id']}/posts.json", **{"post_ids[]": rest[first : first + _POSTS]})
        if found is not None:
            yield topic | {"post_stream": found["post_stream"]}


def _unfold(topic: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a topic
    around = pick(topic, "id category_id") | {"author": topic["details"]["created_by"]["username"]}
    for post in topic["post_stream"]["posts"]:
        yield {"topic": around, "post": pick(post, _POST), "url": f"{addresses[0]}/t/{topic['id']}/{post['post_number']}"}


RECIPE = Recipe("Discourse", _walk, _unfold, header="Api-Key: ")
