"""The Parquet files of `data/derived`: named once, durable before they are published, deleted one manifest after they were
last named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from baloo.metrics.conditions import literal
from baloo.metrics.derived import Manifest
from baloo.metrics.session import Session
from baloo.workspace import fsync_path, settling

__all__ = ["Files", "named", "reading"]


class Files:
    """Writes the files of one new manifest."""

    def __init__(self, folder: Path, version: int) -> None:
        self.folder = folder
        self._version = version
        self._written = 0

    def write(self, session: Session, name: str, select: str) -> str:
        """Write the rows of a query as a durable file of the new manifest; its name."""
        path = self.folder / f"{name}-{self._version}-{self._written}.parquet"
        with settling(path):
            session.write(select, path)
        fsync_path(path)
        self._written += 1
        return path.name

    def paths(self, names: Iterable[str]) -> list[Path]:
        """Where files are."""
        return [self.folder / name for name in names]

    def settle(self) -> None:
        """See that the names of what was written are durable."""
        fsync_path(self.folder)

    def sweep(self, *kept: Manifest | None) -> None:
        """Delete every data file that none of the manifests names."""
        keep = {name for manifest in kept if manifest for name in named(manifest)}
        for path in self.folder.glob("*.parquet"):
            if path.name not in keep:
                path.unlink(missing_ok=True)


def named(manifest: Manifest) -> set[str]:
    """Every file that a manifest names."""
    own = (name for files in manifest.engine.values() for name in files)
    return {*manifest.intervals, *manifest.patch, *manifest.replaced, *manifest.changes, *own}


def reading(paths: Iterable[Path | str], columns: str = "*") -> str:
    """A query that reads Parquet files as one table."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"SELECT {columns} FROM read_parquet([{listed}])"
