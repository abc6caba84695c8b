"""Who may ask for what: each address of pages and API, and the least role that it takes. What has no row is closed to everybody.

A row names a method and the path as the router has it. `visitor` is everybody; some of these ask for more by themselves: `/me`
for the visit that a signed link began, `/live` for a sender's token where it shows more than the public view, `/metrics` for its
own token. `BY_TOKEN` are those where a program's token stands for a session. The door's addresses are not here: what comes in
there is judged by the tokens of systems.
"""

from __future__ import annotations

__all__ = ["BY_TOKEN", "LEAST"]

_VISITOR = """
GET /
GET /about
GET /api
GET /api/openapi.json
GET /api/v1/active
GET /api/v1/cohorts
GET /api/v1/cohorts.csv
GET /api/v1/contributor_active
GET /api/v1/contributor_active.csv
GET /api/v1/definitions
GET /api/v1/definitions.csv
GET /api/v1/extract
GET /api/v1/extract.csv
GET /api/v1/feed
GET /api/v1/feed.csv
GET /api/v1/flows
GET /api/v1/flows.csv
GET /api/v1/lapse
GET /api/v1/lapse.csv
GET /api/v1/moves
GET /api/v1/moves.csv
GET /api/v1/overlap
GET /api/v1/overlap.csv
GET /api/v1/pathway
GET /api/v1/pathway.csv
GET /api/v1/scopes
GET /api/v1/scopes.csv
GET /api/v1/series
GET /api/v1/series.csv
GET /api/v1/status
GET /api/v1/{rest}
GET /areas
GET /areas/{path}
GET /badges/{file}
GET /charts/{path}
GET /data/contributor/{file}
GET /definitions
GET /definitions/{area}/{name}
GET /favicon.ico
GET /health
GET /health/ready
GET /join
GET /live
GET /live.csv
GET /live/events
GET /live/events.csv
POST /live/leave
GET /live/rows
POST /live/token
GET /me
POST /me/check
POST /me/choose
POST /me/claim
GET /me/contributions.ndjson
GET /me/erase
POST /me/erase
POST /me/in
GET /me/known.json
POST /me/leave
POST /me/open
POST /me/out
GET /metrics
GET /organisations/{name}
GET /privacy
GET /requests
POST /requests
POST /requests/vote
GET /sign-in
GET /sign-in/back
GET /sign-in/go
POST /sign-in/link
GET /static/{name}
GET /runs
GET /status
GET /systems
GET /systems/{name}
"""

_CONTRIBUTOR = """
POST /sign-out
"""

_LOG_API = """
GET /api/v1/log
GET /api/v1/log/{area}
POST /api/v1/log/{area}
GET /api/v1/log/{area}/{entry}
PATCH /api/v1/log/{area}/{entry}
DELETE /api/v1/log/{area}/{entry}
"""

_LOGGER = _LOG_API + """
GET /log
GET /log/{area}
POST /log/{area}
GET /log/{area}/table
POST /log/{area}/table
GET /log/{area}/{entry}
POST /log/{area}/{entry}
"""

_ANALYST = "\n".join(
    row.replace("/api/v1/", "/api/analyst/") for row in _VISITOR.split("\n")
    if row.startswith("GET /api/v1/") and not row.endswith("{rest}")
)

_OWNER = """
GET /own/{area}
POST /own/{area}
GET /systems/{name}/own
POST /systems/{name}/own
"""

_STEWARD = """
GET /audit
POST /people/answer
POST /people/find
GET /people/history
GET /people/review
GET /people/rules
POST /people/rules
POST /people/split
POST /people/undo
GET /people/{person}
GET /requests/asked
POST /requests/asked
"""

LEAST: dict[str, str] = {
    row: role
    for role, rows in (
        ("visitor", _VISITOR), ("contributor", _CONTRIBUTOR), ("logger", _LOGGER), ("analyst", _ANALYST), ("owner", _OWNER),
        ("steward", _STEWARD),
    )
    for row in rows.split("\n") if row
}
"""Method and path to the least role."""

BY_TOKEN = frozenset(row for row in _LOG_API.split("\n") if row)
"""The addresses that a program's token opens besides a session, to a logger of its area."""
