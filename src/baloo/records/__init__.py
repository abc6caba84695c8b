"""What is known of people, tokens, quarantine and audit: SQLite here, PostgreSQL on a cluster, both through SQLAlchemy."""

from baloo.records.store import Records

__all__ = ["Records"]
