"""The live page: events as the door takes them in, for everybody without personal data, for their sender whole.

`Ring` is the door's witness and keeps what came last; `baloo.web.live.routes.routes` gives the addresses.
"""
