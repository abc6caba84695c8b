"""What `check` says of work: ids that stand twice, systems that are not there, and what it would keep from going on."""

from __future__ import annotations

from baloo.registry._names import Names

__all__ = ["check_work"]


def check_work(names: Names) -> None:
    """Ids and systems of work; what blocks says which stage of which system."""
    seen: dict[str, str] = {}
    for entry in names.draft.work:
        work = str(entry.data["work"])
        if work in seen:
            names.report(entry, ("work",), f"The work `{work}` is declared in {seen[work]} too.", slug="declared-twice")
        seen.setdefault(work, f"{entry.source.file}:{entry.source.line((*entry.base, 'work'))}")
        for i, system in enumerate(entry.data.get("systems", ())):
            wrong = names.unknown("system", system, names.systems)
            if wrong:
                names.report(entry, ("systems", i), **wrong)
        if entry.data.get("blocks") and not ("stage" in entry.data and "systems" in entry.data):
            names.report(entry, ("blocks",), "What blocks names the `stage` and the `systems` that wait for it.", slug="blocks")
