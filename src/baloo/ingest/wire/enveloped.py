"""What the protocols of other programs share: their payloads come in envelopes, and a mapping may trust whoever sends them."""

from __future__ import annotations

from baloo.ingest.body import Headers
from baloo.ingest.forms.mapped import apart
from baloo.ingest.tokens import Sender
from baloo.ingest.verdict import Verdict
from baloo.ingest.wire.base import Plain, debug_tag
from baloo.registry.model import PayloadMapping

__all__ = ["Enveloped"]

_NAMESPACE = "baloo"


class Enveloped(Plain):
    """A protocol whose payloads are read by mappings."""

    def mapping(self, protocol: str, name: str) -> PayloadMapping | None:
        """The mapping of a name; None where the registry has none."""
        return self.entry.door.terms().mapping(f"{protocol}:{name}")

    def sender(self, mapping: PayloadMapping | None, headers: Headers) -> Sender:
        """The mapping's system where that trusts everybody, else whose token came. Raises what `Entry.sender` raises."""
        if mapping is not None and mapping.trust == "anybody":
            return self.entry.trusted(mapping.system, headers)
        return self.entry.sender(_NAMESPACE, headers)

    def anybody(self, headers: Headers) -> Sender:
        """Whoever sends, without a look at any token. Raises Forbidden where the namespace takes nothing so."""
        return self.entry.anybody(_NAMESPACE, headers)

    async def deliver(self, envelope: bytes, sender: Sender, headers: Headers) -> Verdict | None:
        """What becomes of an envelope, when it is on disk; None, and nothing is kept, where its mapping ignores all of it."""
        if not any(apart((envelope,), self.entry.door.terms())):
            return None
        return await self.entry.take(envelope, namespace=_NAMESPACE, sender=sender, tag=debug_tag(headers))
