"""GitLab: commits, issues, comments, merge requests opened, merged and reviewed; by REST, or from files of its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.recipe import Cursor, Page, Recipe, Record, behind, by_time, in_turn, pick

__all__ = ["RECIPE"]

_SIZE = 100  # of a page
_PLACE = re.compile(r"https?://[^/]+/(.+?)(?:/-)?/(?:issues|merge_requests|work_items|commit)/")
_VERDICTS = {"approved this merge request": "approved", "requested changes": "changes requested"}  # GitLab's own notes
_GHOST = "ghost"  # whose account is gone


def _asked_at(url: str) -> str:
    """`https://HOST/GROUP` or `https://HOST/GROUP/PROJECT` as the API has it; an address of the API as it is."""
    parts = urlsplit(url)
    path = parts.path.strip("/").removesuffix(".git")
    if "api/v4" in path:
        return url
    what = "" if not path else f"/projects/{quote(path, safe='')}" if "/" in path else f"/groups/{quote(path, safe='')}"
    return f"{parts.scheme}://{parts.netloc}/api/v4{what}" + (f"?{parts.query}" if parts.query else "")


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    return in_turn(at, {f"{name} {what}": walk for name in _projects(api) for what, walk in _walks(api, name).items()})


def _projects(api: Api) -> Iterator[str]:
    """Paths of the projects, below the address of the API: the one that is named, or all of a group, or of the whole GitLab."""
    root, _, named = api.base.partition("/api/v4")
    asked: dict[str, Any] = {"per_page": _SIZE, "order_by": "id", "sort": "asc", "simple": "true"}
    if "/projects/" in named:
        found = api.find("")
        if found is not None:
            yield f"/projects/{found['id']}"
            return
        named = named.replace("/projects/", "/groups/")  # a group within a group looks like a project
    if named:
        asked["include_subgroups"] = "true"
    else:
        asked["pagination"] = "keyset"
    path: str | None = f"{root}/api/v4{named}/projects"
    while path:
        page = api.ask(path, asked)
        if page is None:
            raise InputError("The system does not tell its projects.", where=api.base, remedy="Name one project, or a group.")
        yield from (f"/projects/{one['id']}" for one in page.data)
        path, asked = page.next, {}


def _walks(api: Api, project: str) -> dict[str, Callable[[Cursor], Iterator[Page]]]:
    """What there is to walk of a project. What changes gets behind, so a page is asked for by the time of the last one's end."""
    url = f"{api.base.partition('/api/v4')[0]}/api/v4{project}"

    def changed(what: str) -> Callable[[str | None, int], list[Any]]:
        def ask(since: str | None, page: int) -> list[Any]:
            asked = {"scope": "all", "state": "all", "order_by": "updated_at", "sort": "asc", "updated_after": since,
                     "per_page": _SIZE, "page": page}
            found = api.find(f"{url}/{what}", **asked) or []  # a project may have none, and not show that
            return [one | {"notes": _notes(api, f"{url}/{what}/{one['iid']}/notes", one)} for one in found]

        return ask

    def newest() -> str | None:
        found = api.find(f"{url}/repository/commits", per_page=1)
        return found[0]["id"] if found else None

    def commits(seen: str | None, tip: str, page: int, since: str | None) -> list[Any] | None:
        path = f"{url}/repository/commits"
        if seen and page == 1 and api.find(f"{path}/{seen}") is None:
            return None
        asked = {"ref_name": f"{seen}..{tip}"} if seen else {"ref_name": tip, "since": since}
        return list(api.get(path, **asked, per_page=_SIZE, page=page))

    return {
        "issues": lambda at: by_time(at, changed("issues"), _updated, _SIZE),
        "merge requests": lambda at: by_time(at, changed("merge_requests"), _updated, _SIZE),
        "commits": lambda at: behind(at, newest, commits, _SIZE),
    }


def _updated(one: Any) -> str:  # noqa: ANN401 - an issue or merge request
    return str(one["updated_at"])


def _notes(api: Api, path: str, one: Any) -> list[Any]:  # noqa: ANN401 - an issue or merge request
    """What was said of it; of a merge request also what GitLab itself noted, among which reviews are."""
    if not one.get("user_notes_count") and not _is_merge(one):
        return []
    found: list[Any] = []
    page = api.ask(path, {"per_page": _SIZE, "sort": "asc", "order_by": "created_at"}, gone=True)
    while page is not None:
        found += page.data
        page = api.ask(page.next, {}, gone=True) if page.next else None
    return found


def _unfold(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401, ARG001 - what the walk or a file has
    if "committed_date" in answer:
        yield pick(answer, "web_url author_name author_email authored_date") | {
            "type": "merge" if len(answer.get("parent_ids", ())) > 1 else "commit", "sha": answer["id"],
            "repository": _repository(answer),
        }  # fmt: skip
    elif "iid" in answer and not answer.get("confidential"):
        yield from _thing(answer, "merge" if _is_merge(answer) else "issue")


def _thing(one: Any, what: str) -> Iterator[Record]:  # noqa: ANN401 - an issue or merge request
    """Who opened and ended it, and what was said of it."""
    around = {"url": one["web_url"], "number": one["iid"], "repository": _repository(one), "author": one["author"]["username"]}
    ended = one.get("merged_at") if what == "merge" else one.get("closed_at")
    who = one.get("merge_user") or one.get("merged_by") if what == "merge" else one.get("closed_by")
    yield from _did(around, f"{what} opened", f"{what} {one['id']}", one["created_at"], one["author"])
    if ended and who:
        yield from _did(around, f"{what} ended", f"{what} {one['id']} ended {ended}", ended, who)
    for note in (*one.get("notes", ()), *one.get("notes_data", ())):
        verdict = _VERDICTS.get(note["body"].lower()) if note.get("system") and what == "merge" else None
        if note.get("internal") or note.get("confidential") or (note.get("system") and verdict is None):
            continue
        kind = "review" if verdict else "line" if note.get("type") == "DiffNote" else "comment"
        for record in _did(around, kind, f"note {note['id']}", note["created_at"], note["author"]):
            yield record | ({"verdict": verdict} if verdict else {})


def _did(around: Record, kind: str, key: str, at: str, who: Any) -> Iterator[Record]:  # noqa: ANN401 - a user
    if who["username"] != _GHOST:
        yield around | {"type": kind, "key": key, "at": at, "who": pick(who, "username name")}


def _is_merge(one: Any) -> bool:  # noqa: ANN401 - an issue or merge request
    return "source_branch" in one


def _repository(one: Any) -> str | None:  # noqa: ANN401 - anything with a page
    found = _PLACE.match(one["web_url"])
    return found[1] if found else None


RECIPE = Recipe("GitLab", _walk, _unfold, header="PRIVATE-TOKEN: ", asked_at=_asked_at)
