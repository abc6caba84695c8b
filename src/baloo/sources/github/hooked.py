"""Bodies that GitHub's webhooks posted and somebody kept, in files: they bring what the hook itself would have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.github.archive import is_ours, unfold_event
from baloo.sources.recipe import Record, pick

__all__ = ["is_hooked", "unfold_hooked"]

_KINDS = {  # the name of the event stood in a header, and is lost; the first of these that the body has tells it
    ("review",): ("PullRequestReviewEvent", {"submitted": "created"}), ("comment", "issue"): ("IssueCommentEvent", {}),
    ("comment", "pull_request"): ("PullRequestReviewCommentEvent", {}), ("issue",): ("IssuesEvent", {}),
    ("pull_request",): ("PullRequestEvent", {}),
}  # fmt: skip


def is_hooked(answer: Any) -> bool:  # noqa: ANN401 - any JSON object
    """Whether a webhook posted this: it says who made it do so, beside the repository or the hook."""
    return "sender" in answer and (isinstance(answer.get("repository"), dict) or "hook" in answer)


def unfold_hooked(body: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a body
    """What was opened, said, sent, closed or merged; of what was only changed or taken away, nothing."""
    repository = (body.get("repository") or {}).get("full_name", "")
    if "commits" in body and is_ours(repository, addresses):
        yield from (_pushed(repository, commit) for commit in body["commits"])
    name, actions = next((kind for parts, kind in _KINDS.items() if all(part in body for part in parts)), ("", {}))
    payload = body | {"action": actions.get(body.get("action"), body.get("action"))}
    yield from unfold_event(
        {"type": name, "repo": {"name": repository}, "actor": body["sender"], "payload": payload, "created_at": None}, addresses)


def _pushed(repository: str, commit: Any) -> Record:  # noqa: ANN401 - a commit
    merge = commit["message"].startswith("Merge ")
    return pick(commit, "url") | pick(commit["author"], "name email") | {
        "type": "merge" if merge else "commit", "repository": repository, "sha": commit["id"], "at": commit["timestamp"],
        "login": commit["author"].get("username"),
    }  # fmt: skip
