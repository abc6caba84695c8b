"""Errors say what happened, where, and what to do."""

from __future__ import annotations

import errno
import inspect

import pytest

from baloo import errors
from baloo.errors import (
    BalooError,
    ExitCode,
    InputError,
    Problem,
    RegistryError,
    StorageBroken,
    StorageFull,
    UnknownName,
    WorkspaceError,
    in_words,
    is_full,
    nearest,
)


def _family() -> list[type[BalooError]]:
    found = [BalooError]
    for parent in found:
        found.extend(parent.__subclasses__())
    return [kind for kind in found if kind.__module__ == errors.__name__]


def test_the_tree_in_the_docstring_is_the_tree():
    """Each class of the module stands in the tree that its docstring draws."""
    drawn = inspect.getdoc(errors) or ""

    assert [kind.__name__ for kind in _family() if kind.__name__ not in drawn] == []


def test_every_kind_of_error_has_its_slug():
    """No two kinds share a slug."""
    slugs = [kind.slug for kind in _family()]

    assert len(set(slugs)) == len(slugs)


def test_an_error_reads_as_place_message_remedy():
    """The text of an error begins with its place and ends with what to do."""
    error = InputError("It is cut off.", where="events.gz:12", remedy="Fetch it again.")

    assert str(error) == "events.gz:12: It is cut off. Fetch it again."
    assert error.exit_code is ExitCode.INPUT


def test_an_unknown_name_gets_the_nearest():
    """A typing error is answered with what was probably meant, and with what is valid."""
    error = UnknownName("area", "suport", ["support", "coding"])

    assert "Did you mean `support`?" in str(error)
    assert "coding, support" in str(error)
    assert nearest("zzz", ["support"]) is None


def test_a_registry_error_counts_its_problems():
    """It names the first problem and how many more there are."""
    problems = [Problem("areas/a.yaml", line, "titel", "Unknown key.", nearest="title") for line in (2, 5)]

    assert str(RegistryError(problems)).startswith("areas/a.yaml:2: Unknown key. (and 1 more)")
    assert str(problems[0]) == "areas/a.yaml:2: titel: error: Unknown key. Did you mean `title`?"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.EIO, "x"), False),
        (ValueError("database or disk is full"), True),
        (ValueError("no"), False),
    ],
)
def test_a_full_disk_is_known_by_its_number_or_its_words(error: Exception, full: bool):
    """ENOSPC, and the words of SQLite, mean that there is no room."""
    assert is_full(error) is full


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull),
        (ValueError("(OperationalError) database or disk is full"), StorageFull),
        (PermissionError(errno.EACCES, "Permission denied", "/srv/community/data"), WorkspaceError),
        (OSError(errno.EROFS, "Read-only file system"), WorkspaceError),
        (ValueError("(OperationalError) attempt to write a readonly database"), WorkspaceError),
        (InputError("no"), InputError),
        (OSError(errno.EIO, "Input/output error"), StorageBroken),
        (ValueError("(OperationalError) disk I/O error"), StorageBroken),
        (ValueError("(DatabaseError) database disk image is malformed"), StorageBroken),
        (ValueError("(DatabaseError) file is not a database"), StorageBroken),
        (ValueError("no"), type(None)),
    ],
)
def test_what_the_system_refuses_is_said_in_words(error: Exception, means: type[BalooError]):
    """No room, no leave to write, a bad disk, a damaged file: a person can put them right; any other error is none of them."""
    assert type(in_words(error)) is means
