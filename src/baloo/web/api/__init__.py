"""The read API: JSON and CSV under /api/v1, the seeds' feed under /data/contributor, health; all of it public and read only.

`baloo.web.api.routes.routes()` gives the handlers. They find the answers and the workspace in `app.state.answers` and
`app.state.workspace`.
"""
