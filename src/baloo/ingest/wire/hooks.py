"""Webhooks: `POST /hooks/{name}`, read by the mapping `name`, and `POST /hooks/github/{system}` as GitHub sends them.

A hook may have a secret, in the environment as `BALOO_HOOK_SECRET_<NAME>` (`..._GITHUB_<SYSTEM>`): then the signature must be
right, and who signs is the mapping's system. Without a secret, a token says who sends, or nobody does and the events are staging.

201 says that every event was accepted, 202 that what arrived is kept and not accepted, or that its mapping ignores it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
from urllib.parse import parse_qs

import msgspec

from baloo.errors import Forbidden, InputError
from baloo.ingest.answer import Answer, WrongMethod, outcomes
from baloo.ingest.body import Headers, Incoming, Scope
from baloo.ingest.refusals import Refused, remedy_for
from baloo.ingest.text import Unreadable, read
from baloo.ingest.tokens import Sender
from baloo.ingest.verdict import Verdict
from baloo.ingest.wire.base import NotFound
from baloo.ingest.wire.enveloped import Enveloped
from baloo.registry.envelope import wrap
from baloo.registry.model import PayloadMapping

__all__ = ["Hooks"]

_PATH = re.compile(r"/hooks/(?:(?P<github>github)/)?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})/?")
_SIGNATURES = (b"x-hub-signature-256", b"x-discourse-event-signature", b"x-gitea-signature", b"x-baloo-signature")
_DELIVERY = re.compile(r"[0-9a-fA-F-]{1,64}")
_IGNORED = b'{"accepted":0,"refused":0,"outcomes":[],"ignored":true}'
_EVENT = re.compile(r"[a-z_]{1,64}")
_log = logging.getLogger("baloo.ingest")
_encode = msgspec.json.Encoder().encode


class Hooks(Enveloped):
    """Takes what other programs send of their own accord."""

    @staticmethod
    def claims(path: str) -> bool:
        """`/hooks/…`."""
        return path.startswith("/hooks/")

    async def answer(self, scope: Scope, incoming: Incoming) -> Answer:
        """What became of each event."""
        if scope["method"] != "POST":
            raise WrongMethod("POST")
        mapping = self._named(scope["path"])
        headers = incoming.headers
        body = await self.entry.bodies.read(incoming)
        sender = self._signer(mapping, headers, body) or self.sender(mapping, headers)
        payload = _json(headers, body)
        if mapping.protocol == "github":
            payload = _github(headers, payload)
        verdict = await self.deliver(wrap(mapping.protocol, mapping.id, payload), sender, headers)
        if mapping.protocol == "github":
            _note_delivery(headers, verdict)
        if verdict is None:
            return Answer(202, b"application/json", _IGNORED)
        return outcomes(verdict, 201 if verdict.accepted and not verdict.refused else 202)

    def _named(self, path: str) -> PayloadMapping:
        """The mapping that a path names. Raises NotFound."""
        found = _PATH.fullmatch(path)
        protocol = "github" if found and found["github"] else "hook"
        mapping = self.mapping(protocol, found["name"]) if found else None
        if mapping is not None:
            return mapping
        if protocol == "github":
            remedy = "Name a system that declares kinds such as `git.commit` or `github.pull-opened`."
            raise NotFound("There is no such system that takes GitHub's webhooks.", remedy=remedy)
        raise NotFound("There is no such hook.", remedy="Write a mapping for it in registry/mappings/.")

    def _signer(self, mapping: PayloadMapping, headers: Headers, body: bytes) -> Sender | None:
        """The mapping's system, by its signature; None where the hook has no secret. Raises Forbidden for a wrong signature."""
        name = mapping.id if mapping.protocol == "hook" else f"github_{mapping.id}"
        secret = os.environ.get(f"BALOO_HOOK_SECRET_{re.sub('[^A-Za-z0-9]', '_', name).upper()}")
        if not secret:
            return None
        if not _is_signed(headers, secret.encode(), body):
            raise Forbidden("The signature is missing or not right.", remedy="Give the sender the secret of this hook.")
        return self.entry.proven(mapping.system)


def _is_signed(headers: Headers, secret: bytes, body: bytes) -> bool:
    """Whether a signature of the body, HMAC of SHA-256, is right; or GitLab's token. Compared in constant time."""
    right = hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
    for name in _SIGNATURES:
        given = headers.get(name)
        if given is not None:
            return hmac.compare_digest(given.lower().removeprefix("sha256=").encode(), right)
    token = headers.get(b"x-gitlab-token")
    return token is not None and hmac.compare_digest(token.encode(), secret)


def _json(headers: Headers, body: bytes) -> bytes:
    """The JSON of a body, which may stand in the field `payload` of a form. Raises InputError."""
    form = (headers.get(b"content-type") or "").lower().startswith("application/x-www-form-urlencoded")
    if form and not body.lstrip().startswith((b"{", b"[")):  # what curl sends has this type too, whatever it is
        body = parse_qs(body.decode("latin-1"), encoding="utf-8", errors="replace").get("payload", [""])[0].encode()
    try:
        read(body)
    except Unreadable as bad:
        raise InputError(bad.reason, where=bad.place_in(body, 0), remedy=remedy_for(bad.slug)) from None
    except Refused:
        pass  # it is JSON, and the door says what is wrong with it
    return body.strip()


def _github(headers: Headers, payload: bytes) -> bytes:
    """GitHub's payload with the name of its event. Raises InputError where the name is missing, or is none."""
    event = headers.get(b"x-github-event") or ""
    if not _EVENT.fullmatch(event):
        wrong = "is no name of an event" if event else "is missing"
        raise InputError(f"`X-GitHub-Event` {wrong}.", remedy="Send it as GitHub does.")
    return b'{"event":%b,"body":%b}' % (_encode(event), payload)


def _note_delivery(headers: Headers, verdict: Verdict | None) -> None:
    """Write down GitHub's own id of a delivery, by which it can be found there."""
    delivery = headers.get(b"x-github-delivery") or ""
    became = f"{verdict.accepted} accepted, {verdict.refused} refused" if verdict else "ignored"
    _log.info("GitHub's delivery %s: %s.", delivery if _DELIVERY.fullmatch(delivery) else "-", became)
