"""What one load did, in numbers: for all of it, and for each import in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from baloo.lake.base import Loaded
from baloo.lake.batch import Batch
from baloo.lake.dedupe import Verdicts
from baloo.lake.told import HEARTBEAT, tell

__all__ = ["tally"]


def tally(batch: Batch, verdicts: Verdicts) -> Loaded:
    """Count what became of the batch. `accepted` has the revisions and the events of staging in it, and nothing suppressed.

    What came by HTTP is not counted by itself: nobody waits for the report of a request.
    """
    via = {seq: request.via for seq, request in batch.rows}
    seqs = batch.seqs

    def by_via(places: Iterable[int]) -> Counter[str]:
        return Counter(via[seqs[n]] for n in places)

    staging = [n for n, event in enumerate(batch.events) if event.environment == "staging"]
    counts: dict[str, Counter[str]] = {
        "accepted": Counter(),
        "duplicates": by_via(verdicts.duplicates),
        "revised": by_via(verdicts.revised),
        "voided": Counter(via[taken.seq] for taken in verdicts.voided),
        "refused": by_via(verdicts.not_yours) + Counter(via[taken.seq] for taken in verdicts.voids_refused),
        "suppressed": Counter(via[seq] for seq, _ in batch.suppressed),
        "staging": by_via(n for n in staging if n not in verdicts.gone),
    }
    for _, request in batch.rows:
        counts["accepted"][request.via] += len(request.events)
        counts["refused"][request.via] += len(request.refusals)
    counts["accepted"] -= counts["duplicates"] + by_via(verdicts.not_yours)
    imports = {name for name in via.values() if name not in ("http", HEARTBEAT)}
    return Loaded(
        through=batch.through,
        **{name: count.total() for name, count in counts.items()},
        by_via={one: {name: count[one] for name, count in counts.items()} for one in sorted(imports)},
        told=tell(batch, verdicts),
    )
