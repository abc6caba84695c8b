"""GitHub: commits, issues, comments, pull requests opened, merged and reviewed; by REST, or from files of GH
Archive and of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from baloo.sources.api import Api
from baloo.sources.github.archive import unfold_event
from baloo.sources.github.graph import Graph
from baloo.sources.github.hooked import is_hooked, unfold_hooked
from baloo.sources.recipe import Cursor, Page, Recipe, Record, behind, by_time, in_turn, newest_first, pick

__all__ = ["RECIPE", "Repository", "asked_at", "login", "updated"]

_SIZE = 100  # of a page
_SAYING = ("issue", "pull", "comment", "review comment", "review")  # done by whose thing it is, and by nobody else


def asked_at(url: str) -> str:
    """`https://github.com/OWNER[/REPOSITORY]` as the API has it; an address of the API as it is."""
    parts = urlsplit(url)
    names = [name for name in parts.path.removesuffix(".git").split("/") if name]
    if names[:1] in (["repos"], ["orgs"], ["users"], ["api"]) or not names:
        return url
    root = "https://api.github.com" if parts.hostname == "github.com" else f"{parts.scheme}://{parts.netloc}/api/v3"
    return f"{root}/orgs/{names[0]}" if len(names) == 1 else f"{root}/repos/{names[0]}/{names[1]}"


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    repositories = list(_repositories(api))
    return in_turn(at, {name: walk for repository in repositories for name, walk in Repository(api, repository).walks().items()})


def _repositories(api: Api) -> Iterator[str]:
    """The addresses of the repositories: the one that was named, or all of an organisation that are no forks."""
    if "/repos/" in f"{urlsplit(api.base).path}/":
        yield api.base
        return
    page = 0
    while True:
        page += 1
        found = api.get("repos", per_page=_SIZE, page=page, sort="full_name")
        yield from (one["url"] for one in found if not one["fork"])
        if len(found) < _SIZE:
            return


class Repository:
    """One repository, `url` its address in the API."""

    def __init__(self, api: Api, url: str) -> None:
        self.api, self.url = api, url
        self.name = "/".join(urlsplit(url).path.split("/")[-2:])
        self.graph = Graph(api, url)
        self.authors: dict[str, str] = {}  # address of an issue to the login of who opened it

    def walks(self) -> dict[str, Callable[[Cursor], Iterator[Page]]]:
        """What there is to walk; comments come after the issues, so that it is known whose they are."""
        return {
            f"{self.name} issues": lambda at: by_time(at, self.issues, updated, _SIZE),
            f"{self.name} comments": lambda at: by_time(at, self.said("issues/comments"), updated, _SIZE),
            f"{self.name} review comments": lambda at: by_time(at, self.said("pulls/comments"), updated, _SIZE),
            f"{self.name} ends": lambda at: newest_first(at, self.ends, lambda one: str(one["created_at"])),
            f"{self.name} commits": lambda at: behind(at, self.newest, self.commits, _SIZE),
        }

    def issues(self, since: str | None, page: int) -> list[Any]:
        """Issues and pull requests, the latter with their reviews."""
        asked = {"state": "all", "sort": "updated", "direction": "asc", "since": since, "per_page": _SIZE, "page": page}
        found = self.api.listed(f"{self.url}/issues", _SIZE, **asked)
        for one in found:
            self.authors[_opened_at(one["url"])] = login(one)
        pulls = [one for one in found if "pull_request" in one]
        known = self.graph.reviews(one["number"] for one in pulls)
        for one in pulls:
            number = one["number"]
            one["reviews"] = known[number] if number in known else list(self.reviews(number))
        return [{"repository": self.name, "issue": one, "updated_at": one["updated_at"]} for one in found]

    def reviews(self, number: int) -> Iterator[Any]:
        """The reviews of a pull request, by REST."""
        page, more = 1, True
        while more:
            found = self.api.find(f"{self.url}/pulls/{number}/reviews", per_page=_SIZE, page=page if page > 1 else None) or []
            yield from found
            page, more = page + 1, len(found) == _SIZE

    def said(self, path: str) -> Callable[[str | None, int], list[Any]]:
        """Comments on issues, or on the lines of pull requests."""

        def ask(since: str | None, page: int) -> list[Any]:
            asked = {"sort": "updated", "direction": "asc", "since": since, "per_page": _SIZE, "page": page}
            found = self.api.listed(f"{self.url}/{path}", _SIZE, **asked)
            about = [one.get("issue_url") or one["pull_request_url"] for one in found]
            self.learn(about)
            return [{"repository": self.name, "comment": one, "updated_at": one["updated_at"], "author": self.author(url)}
                    for one, url in zip(found, about, strict=True)]

        return ask

    def learn(self, urls: Iterable[str]) -> None:
        """Look up who opened the issues and pull requests at these addresses, many at once."""
        unknown = {int(path.rpartition("/")[2]): path for path in map(_opened_at, urls) if path not in self.authors}
        for number, who in self.graph.authors(unknown).items():
            self.authors[unknown[number]] = who

    def author(self, url: str) -> str | None:
        """Who opened the issue or pull request at an address of the API."""
        path = _opened_at(url)
        if path not in self.authors:
            found = self.api.find(url.replace("/pulls/", "/issues/"))
            self.authors[path] = login(found or {})
        return self.authors[path] or None

    def ends(self, _since: str | None, page: int) -> tuple[list[Any], bool]:
        """Issues closed and pull requests merged, and by whom."""
        found = self.api.find(f"{self.url}/issues/events", per_page=_SIZE, page=page + 1) or []
        return [one | {"repository": self.name} for one in found], len(found) == _SIZE

    def newest(self) -> str | None:
        """The commit at the tip of the default branch."""
        found = self.api.find(f"{self.url}/commits", per_page=1)
        return found[0]["sha"] if found else None

    def commits(self, seen: str | None, tip: str, page: int, since: str | None) -> list[Any] | None:
        """Commits behind `tip` that are not behind `seen`."""
        if seen is None:
            found = self.api.find(f"{self.url}/commits", sha=tip, since=since, per_page=_SIZE, page=page) or []
        else:
            compared = self.api.find(f"{self.url}/compare/{seen}...{tip}", per_page=_SIZE, page=page)
            if compared is None:
                return None
            found = compared["commits"]
        return [one | {"repository": self.name} for one in found]


def _opened_at(url: str) -> str:
    """Where an issue stands in the API, or a pull request as one."""
    return urlsplit(url).path.replace("/pulls/", "/issues/")


def updated(one: Any) -> str:  # noqa: ANN401 - an answer
    """When it changed last."""
    return str(one["updated_at"])


def login(one: Any) -> str:  # noqa: ANN401 - an answer
    """Who opened or wrote it; empty where the account is gone."""
    return str((one.get("user") or {}).get("login") or "")


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - what the walk or a file has
    """The records of an answer, but for what accounts said that are gone: nobody did it."""
    yield from (one for one in _records(answer, addresses) if one["type"] not in _SAYING or one["it"].get("login"))


def _records(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - what the walk or a file has
    if "payload" in answer:
        yield from unfold_event(answer, addresses)
    elif is_hooked(answer):
        yield from unfold_hooked(answer, addresses)
    elif "comment" in answer or ("number" not in answer and ("pull_request_url" in answer or "issue_url" in answer)):
        comment = answer.get("comment", answer)
        kind = "review comment" if "pull_request_url" in comment else "comment"
        yield {"type": kind, "repository": _name(answer, comment), "author": answer.get("author"), "it": _said(comment)}
    elif "commit" in answer and "sha" in answer:
        yield from _commit(answer)
    elif "event" in answer:
        yield from _end(answer)
    elif "number" in answer.get("issue", answer):  # else a repository, say, among Perceval's items
        yield from _opened(answer.get("issue", answer), _name(answer, answer.get("issue", answer)))


def _opened(issue: Any, repository: str) -> Iterator[Record]:  # noqa: ANN401 - an issue
    """An issue or a pull request; with its reviews and comments, where they came along (Perceval's do)."""
    pull = "pull_request" in issue or "merged_at" in issue
    author = login(issue)
    yield {"type": "pull" if pull else "issue", "repository": repository, "it": _said(issue)}
    for review in (*issue.get("reviews", ()), *issue.get("reviews_data", ())):
        if review.get("submitted_at"):  # one that is being written has none
            yield {"type": "review", "repository": repository, "author": author, "number": issue["number"], "it": _said(review)}
    for kind, comments in (("comment", "comments_data"), ("review comment", "review_comments_data")):
        for comment in issue.get(comments, ()):
            yield {"type": kind, "repository": repository, "author": author, "it": _said(comment)}
    if issue.get("merged_at") and issue.get("merged_by"):
        yield {"type": "merged", "repository": repository, "author": author, "at": issue["merged_at"],
               "who": issue["merged_by"]["login"], "it": _said(issue)}


def _end(event: Any) -> Iterator[Record]:  # noqa: ANN401 - an event of an issue
    what = {"closed": "closed", "merged": "merged"}.get(event["event"])
    issue = event.get("issue") or {}
    if what and event.get("actor") and not (what == "closed" and "pull_request" in issue):
        yield {"type": what, "repository": event["repository"], "author": login(issue), "at": event["created_at"],
               "who": event["actor"]["login"], "it": _said(issue)}


def _commit(answer: Any) -> Iterator[Record]:  # noqa: ANN401 - a commit
    author = answer["commit"]["author"]
    yield pick(author, "name email") | {
        "type": "merge" if len(answer.get("parents", ())) > 1 else "commit", "repository": _name(answer, answer),
        "sha": answer["sha"], "url": answer["html_url"], "at": author["date"],
        "login": (answer.get("author") or {}).get("login"),
    }  # fmt: skip


def _said(one: Any) -> Record:  # noqa: ANN401 - an issue, comment or review
    return pick(one, "number created_at submitted_at html_url state") | {"login": login(one) or None}


def _name(answer: Any, one: Any) -> str:  # noqa: ANN401 - an answer
    """OWNER/REPOSITORY, of the walk or of the page that people see."""
    known = answer.get("repository")
    return known if isinstance(known, str) else "/".join(urlsplit(one["html_url"]).path.split("/")[1:3])


RECIPE = Recipe("GitHub", _walk, _unfold, per_second=1.0, asked_at=asked_at)
