"""The API: JSON and CSV under /api/v1, the seeds' feed under /data/contributor, health. All but the log is public and read only.

`baloo.web.api.routes.routes()` gives the handlers. They find what they ask in `app.state`: `answers` and `workspace`; those of
the log `registry` and `book`.
"""
