"""Files of GH Archive, and answers of `/events`: events of all of GitHub, of which those of the system's own are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from baloo.sources.recipe import Record, pick

__all__ = ["is_ours", "unfold_event"]


def unfold_event(event: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401, C901 - an event; one case a kind
    """What the REST API would say of the same: an issue, comment, pull request, review or commit, or somebody's star."""
    repository, payload, kind = event["repo"]["name"], event["payload"], event["type"]
    if not is_ours(repository, addresses):
        return
    action, actor = payload.get("action"), event["actor"]["login"]
    around = {"repository": repository, "number": (payload.get("issue") or payload.get("pull_request") or {}).get("number")}
    match kind, action:
        case ("IssuesEvent", "opened"):
            yield around | {"type": "issue", "it": _said(payload["issue"])}
        case ("IssuesEvent", "closed"):
            yield around | _end("closed", payload["issue"], actor, payload["issue"].get("closed_at") or event["created_at"])
        case ("PullRequestEvent", "opened"):
            yield around | {"type": "pull", "it": _said(payload["pull_request"])}
        case ("PullRequestEvent", "closed") if payload["pull_request"].get("merged"):
            pull = payload["pull_request"]
            who = (pull.get("merged_by") or {}).get("login", actor)
            yield around | _end("merged", pull, who, pull.get("merged_at") or event["created_at"])
        case ("IssueCommentEvent", "created"):
            yield around | {"type": "comment", "author": _login(payload["issue"]), "it": _said(payload["comment"])}
        case ("PullRequestReviewEvent", "created"):
            yield around | {"type": "review", "author": _login(payload["pull_request"]), "it": _said(payload["review"])}
        case ("PullRequestReviewCommentEvent", "created"):
            yield around | {"type": "review comment", "author": _login(payload["pull_request"]), "it": _said(payload["comment"])}
        case ("PushEvent", _):
            for commit in payload.get("commits", ()):
                if commit.get("distinct"):  # else another push had it
                    yield _pushed(repository, commit, event["created_at"])
        case ("WatchEvent", "started"):
            yield around | {"type": "star", "at": event["created_at"], "who": actor, "url": f"https://github.com/{repository}"}


def _pushed(repository: str, commit: Any, at: str) -> Record:  # noqa: ANN401 - a commit
    merge = commit["message"].startswith("Merge ")
    return {"type": "merge" if merge else "commit", "repository": repository, "sha": commit["sha"], "at": at,
            "url": f"https://github.com/{repository}/commit/{commit['sha']}", **pick(commit["author"], "name email")}


def _end(what: str, one: Any, who: str, at: str) -> Record:  # noqa: ANN401 - an issue or pull request
    return {"type": what, "author": _login(one), "at": at, "who": who, "it": _said(one)}


def _said(one: Any) -> Record:  # noqa: ANN401 - an issue, comment or review
    return pick(one, "number created_at submitted_at html_url state") | {"login": _login(one)}


def _login(one: Any) -> str | None:  # noqa: ANN401 - an answer
    return (one.get("user") or {}).get("login")


def is_ours(repository: str, addresses: Sequence[str]) -> bool:
    """Whether an address names this repository or its owner; without addresses all are taken."""
    asked = [urlsplit(address).path.removeprefix("/repos").strip("/").lower() for address in addresses]
    name = repository.lower()
    return not any(asked) or any(one in (name, name.partition("/")[0]) for one in asked if one)
