"""What real systems answered, as events: read by hand from the pages of docs/sources, with nothing of `baloo`.

`read(files)` gives events of version 1 as `arrivals` takes them, in the order of the files. Which system a file is of is told by
Perceval's items themselves, and by the folder where there are none; which of the systems of the seeds that is, by `SYSTEMS`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from oracle.arrivals import Event

SYSTEMS = {
    "BugzillaREST": "bugzilla", "Discourse": "discourse", "Gerrit": "gerrit", "GitHub": "github", "Kitsune": "sumo",
    "MediaWiki": "wiki", "ReMo": "remo",
}
FOLDERS = {"kitsune": "sumo", "remo": "remo", "github-webhooks": "hooks"}
PATCHES = ("text/x-review-board-request", "text/x-phabricator-request", "text/x-github-pull-request")
FLAG = re.compile(r"(review|feedback|needinfo|superreview|ui-review|sec-approval)([?+-])")
SIGNS = {"?": "asked", "+": "granted", "-": "denied"}
_nameless = count()


def read(files: Iterable[Path]) -> Iterator[Event]:
    """The events of all files: those of version 1 as they are, and those that an answer tells of."""
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as text:
            if ".ndjson" in file.name:
                yield from (event for event in map(json.loads, text) if any(event["actor"].values()))
            else:
                whole = text.read()
                yield from _answers(json.loads(whole), file) if whole.strip() else ()


def _answers(found: Any, file: Path) -> Iterator[Event]:
    for one in found if isinstance(found, list) else [found]:
        item = "backend_name" in one
        name = SYSTEMS[one["backend_name"]] if item else next(FOLDERS[part] for part in file.parts if part in FOLDERS)
        yield from READERS[name](one["data"] if item else one)


def _event(system: str, kind: str, key: object, at: str, who: dict[str, Any], url: str | None, **extra: Any) -> Event:
    """One event; without a key it is a document of its own, which only a natural key can join to another."""
    return {
        "id": f"{system} {kind.partition('.')[0]} {key}" if key is not None else f"nameless {next(_nameless)}",
        "system": system, "kind": kind, "at": _utc(at), "object": url,
        "actor": {part: str(value) for part, value in who.items() if value}, "extra": extra,
    }


def _utc(at: str) -> str:
    """A time, or the beginning of a day, that is UTC where it says nothing."""
    moment = dt.datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()


def bugzilla(bug: Any) -> Iterator[Event]:
    """Filed, commented, patched, changed, and flags that were set or cleared."""
    url = f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug['id']}"
    what = {"product": bug["product"], "component": bug["component"]}
    detail = bug.get("creator_detail", {})
    filer = {"username": bug["creator"], "email": detail.get("email"), "name": detail.get("real_name")}
    yield _event("bugzilla", "bugzilla.filed", f"bug {bug['id']}", bug["creation_time"], filer, url, **what)
    for comment in bug.get("comments", ())[1:]:
        if not comment["is_private"]:
            yield _event("bugzilla", "bugzilla.comment", comment["id"], comment["time"], _login(comment["creator"]), url,
                         author=bug["creator"], **what)
    patches = {}
    for file in bug.get("attachments", ()):
        patches[file["id"]] = file["creator"]
        if (file["is_patch"] or file["content_type"] in PATCHES) and not file["is_private"]:
            yield _event("bugzilla", "bugzilla.patch", f"patch {file['id']}", file["creation_time"], _login(file["creator"]), url,
                         **what)
    for change in bug.get("history", ()):
        about = (bug["id"], change["when"], change["who"])
        fields = {part["field_name"] for part in change["changes"]} - {"flagtypes.name", "cc"}
        if fields:
            yield _event("bugzilla", "bugzilla.change", ("change", *about), change["when"], _login(change["who"]), url,
                         author=bug["creator"], **what)
        for part in (part for part in change["changes"] if part["field_name"] == "flagtypes.name"):
            owner = patches.get(part.get("attachment_id"), bug["creator"])
            for n, kind in enumerate(_flags(part)):
                yield _event("bugzilla", kind, ("flag", n, part.get("attachment_id"), *about), change["when"],
                             _login(change["who"]), url, author=owner, **what)


def _flags(part: Any) -> Iterator[str]:
    added = FLAG.findall(part["added"])
    known = {name for name, _ in added}
    for name, state in [(n, SIGNS[sign]) for n, sign in added] + [
            (n, "cleared") for n, _ in FLAG.findall(part["removed"]) if n not in known]:
        yield f"bugzilla.{name}-{state}" if name in ("review", "feedback", "needinfo") else "bugzilla.flag"


def _login(who: str) -> dict[str, str]:
    return {"username": who, "email": who if "@" in who else ""}


def discourse(topic: Any) -> Iterator[Event]:
    """The first post of a topic, and those that answer."""
    for post in topic["post_stream"]["posts"]:
        if post["post_type"] == 1:
            kind = "discourse.topic" if post["post_number"] == 1 else "discourse.post"
            who = {"username": post["username"], "name": post["name"]}
            yield _event("discourse", kind, post["id"], post["created_at"], who, f"t/{topic['id']}/{post['post_number']}")


def gerrit(change: Any) -> Iterator[Event]:
    """Sent, sent anew, voted on, and talked about."""
    def event(kind: str, key: object, seconds: int, who: Any) -> Event:
        actor = {part: who.get(part) for part in ("username", "email", "name")}
        return _event("gerrit", kind, (change["number"], key), _moment(seconds), actor, change["url"])

    if "owner" in change:  # else the account is gone
        yield event("gerrit.change", "sent", change["createdOn"], change["owner"])
    for one in change["patchSets"]:
        if str(one["number"]) != "1":
            yield event("gerrit.patch-set", ("patch set", one["number"]), one["createdOn"], one["uploader"])
    for said in change["comments"]:
        head = said["message"].splitlines()[0]
        if "reviewer" in said and not head.startswith("Uploaded patch set"):
            kind = "gerrit.review" if re.search(r"Code-Review[+-]\d", head) else "gerrit.comment"
            about = re.match(r"Patch Set \d+", head)
            key = (kind, about and about[0], said["reviewer"].get("username"), said["timestamp"])
            yield event(kind, key, said["timestamp"], said["reviewer"])


def _moment(seconds: int | str) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).isoformat()


def github(one: Any) -> Iterator[Event]:
    """Issues and pull requests as Perceval has them, with what was said about them."""
    if "number" not in one:
        return  # a repository
    where = {"repository": "/".join(one["html_url"].split("/")[3:5])}
    pull = "pull_request" in one or "merged_at" in one
    author = one["user"]["login"]
    yield _github("github.pull-opened" if pull else "github.issue-opened", one["created_at"], author, one, **where)
    for kind, at, several in (
        ("github.comment", "created_at", "comments_data"), ("github.review", "submitted_at", "reviews_data"),
        ("github.review-comment", "created_at", "review_comments_data"),
    ):
        for said in (said for said in one.get(several, ()) if said["user"]):  # else the account is gone
            yield _github(kind, said[at], said["user"]["login"], said, author=author, **where)
    if one.get("merged_at") and one.get("merged_by"):
        yield _github("github.pull-merged", one["merged_at"], one["merged_by"]["login"], one, author=author, **where)


def hooks(body: Any) -> Iterator[Event]:
    """What GitHub's webhooks posted."""
    where = {"repository": body.get("repository", {}).get("full_name")}
    for commit in body.get("commits", ()):
        kind = "git.merge" if commit["message"].startswith("Merge ") else "git.commit"
        yield _event("github", kind, None, commit["timestamp"], commit["author"], commit["url"], **where)
    action, of = body.get("action"), body.get("issue") or body.get("pull_request")
    name = "issue" if "issue" in body else "pull"
    if "review" in body or "comment" in body:
        said = body.get("review") or body["comment"]
        kind = "github.review" if "review" in body else "github.comment"
        if action in ("submitted", "created"):
            at = said.get("submitted_at") or said["created_at"]
            yield _github(kind, at, said["user"]["login"], said, author=of["user"]["login"], **where)
    elif action == "opened":
        yield _github(f"github.{name}-opened", of["created_at"], of["user"]["login"], of, **where)
    elif action == "closed" and name == "issue":
        yield _github("github.issue-closed", of["closed_at"], body["sender"]["login"], of, author=of["user"]["login"], **where)
    elif action == "closed" and of["merged"]:
        yield _github("github.pull-merged", of["merged_at"], of["merged_by"]["login"], of, author=of["user"]["login"], **where)


def _github(kind: str, at: str, login: str, of: Any, **extra: Any) -> Event:
    return _event("github", kind, None, at, {"username": login}, of["html_url"], **extra)


def sumo(one: Any) -> Iterator[Event]:
    """Questions, answers, and the answer that solved it. An answer that came without its question does not say whose that is."""
    for result in one.get("results", [one]):
        if "question" in result:
            yield from _answer(result, {})
        else:
            about = {"locale": result["locale"], "product": result["product"]}
            yield _event("sumo", "sumo.question", f"question {result['id']}", result["created"], _person(result["creator"]),
                         f"questions/{result['id']}", **about)
            for reply in result.get("answers_data", ()):
                yield from _answer(reply, about | {"question_creator": result["creator"]["username"]}, result["solution"])


def _answer(reply: Any, about: dict[str, Any], solution: int | None = None) -> Iterator[Event]:
    who, url = _person(reply["creator"]), f"questions/{reply['question']}#answer-{reply['id']}"
    yield _event("sumo", "sumo.answer", f"answer {reply['id']}", reply["created"], who, url, **about)
    if solution == reply["id"]:
        yield _event("sumo", "sumo.solution", f"solution {reply['id']}", reply["created"], who, url, **about)


def _person(creator: Any) -> dict[str, Any]:
    return {"username": creator["username"], "name": creator["display_name"]}


def wiki(page: Any) -> Iterator[Event]:
    """Edits, and the first revisions of pages, of who has an account."""
    for one in page["revisions"]:
        if one.get("user") and "anon" not in one and one.get("userid") != 0:
            kind = "mediawiki.edit" if one["parentid"] else "mediawiki.creation"
            who = {"account": one.get("userid"), "username": one["user"]}
            yield _event("wiki", kind, one["revid"], one["timestamp"], who, f"index.php?oldid={one['revid']}")


def remo(one: Any) -> Iterator[Event]:
    """Reports, events, and who joined; the lists themselves say nothing."""
    url = one.get("remo_url")
    if "report_date" in one:
        yield _event("remo", "remo.report", f"report {url}", one["report_date"], _rep(one["user"]), url)
    elif "owner" in one:
        yield _event("remo", "remo.event", f"event {url}", one["start"], _rep(one["owner"]), url)
    elif one.get("date_joined_program"):
        yield _event("remo", "remo.joined", f"joined {url}", one["date_joined_program"], _rep(one), url)


def _rep(user: Any) -> dict[str, Any]:
    number = user.get("_url", "").rstrip("/").rpartition("/")[2]
    return {"account": number, "username": user["display_name"], "name": f"{user['first_name']} {user['last_name']}"}


READERS: dict[str, Callable[[Any], Iterator[Event]]] = {
    "bugzilla": bugzilla, "discourse": discourse, "gerrit": gerrit, "github": github, "hooks": hooks, "sumo": sumo, "wiki": wiki,
    "remo": remo,
}
