"""How the server is called from outside: what it prints of its address, and its cookies over HTTPS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asking import asking
from baloo.errors import InputError
from baloo.web.pages.requests import routes as request_routes
from baloo.web.reached import Reached
from persons import persons_parts, signing_in

_OURS = "https://baloo.example.org"


@pytest.mark.parametrize("address", [
    "baloo.example.org", "ftp://baloo.example.org", "https://", "https:baloo", "https://baloo.example.org?a=b", "javascript:x()",
    "http://[", "https://baloo example.org", "https://tove@baloo.example.org", "https://baloo.example.org:x", "https://a/'b",
])
def test_what_is_no_address_is_refused(address: str):
    """A setting that nothing could lead back to is said when the server starts."""
    with pytest.raises(InputError, match="no address"):
        Reached(address)


@pytest.mark.parametrize(("address", "host", "printed"), [
    (_OURS + "/", "elsewhere.example", _OURS), (_OURS, "127.0.0.1:8000", _OURS), ("", "localhost:8000", "http://localhost:8000"),
    ("", "127.0.0.1:9", "http://127.0.0.1:9"), ("", "[::1]:8000", "http://[::1]:8000"), ("", "elsewhere.example", "http://marula.example"),
    ("", "localhost.elsewhere.example", "http://marula.example"), ("", "192.0.2.9:8000", "http://marula.example"),
])
def test_the_host_of_a_request_is_not_printed(tmp_path: Path, address: str, host: str, printed: str):
    """Commands name the address that is set, else a name of this machine, else the socket: whatever else a request calls it."""
    with persons_parts(tmp_path, BALOO_ADDRESS=address) as parts, asking(parts.site, more=request_routes(parts)) as ask:
        pages = [ask(path, host=host).text for path in ("/join", "/live")]

    for page in pages:
        assert set(re.findall(r"(\S+)/submit/", page)) == {printed}
        assert "elsewhere" not in page


def test_over_https_no_other_site_sets_a_cookie(tmp_path: Path):
    """Each cookie's name has the prefix that browsers hold to it, and only what has it is read; over HTTP there is none."""
    with persons_parts(tmp_path, BALOO_ADDRESS=_OURS) as parts, asking(parts.site, more=request_routes(parts)) as ask:
        form = {"content_type": "application/x-www-form-urlencoded"}
        voter = ask("/requests").headers["set-cookie"]
        token = ask("/live/token", "POST", b"token=murof", **form).headers["set-cookie"]
        plain, named = (ask("/live", cookie=f"{name}={_value(token)}").text for name in ("baloo-live", "__Secure-baloo-live"))
    with persons_parts(tmp_path) as parts, asking(parts.site, more=request_routes(parts)) as ask:
        http = ask("/requests").headers["set-cookie"]

    assert voter.startswith("__Secure-baloo-voter=")
    assert token.startswith("__Secure-baloo-live=")
    assert "Secure" in voter.split("; ")
    assert ("/live/leave" in plain, "/live/leave" in named) == (False, True)
    assert http.startswith("baloo-voter=")
    assert "Secure" not in http


def test_a_session_without_the_prefix_is_nobodys_over_https(tmp_path: Path):
    """Over HTTPS a cookie of a session that another host of the domain could have set is not looked at."""
    with persons_parts(tmp_path, BALOO_ADDRESS=_OURS) as parts:
        gate, entry = signing_in(parts)
        cookie = gate.sessions.begin("operator tove", [], how="link", now=gate.now())  # type: ignore[union-attr]
        with asking(parts.site, more=entry, gate=gate) as ask:
            plain, named = (ask("/sign-in", cookie=f"{name}={cookie}").text for name in ("baloo-session", "__Host-baloo-session"))

    assert ("operator tove" in plain, "operator tove" in named) == (False, True)


def _value(cookie: str) -> str:
    return cookie.partition("=")[2].partition(";")[0]
