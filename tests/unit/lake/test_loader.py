"""The loader: exactly once, and what becomes of events that were there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from baloo.errors import StorageBroken, StorageFull
from baloo.lake.base import Loaded
from baloo.lake.table import DeltaLog
from baloo.queue.base import Refusal
from baloo.registry.model import Community, Registry
from walls import DAY, NOON, Walls, event, name, request, void


@pytest.fixture
def walls(tmp_path: Path) -> Iterator[Walls]:
    """An empty workspace."""
    made = Walls(tmp_path)
    yield made
    made.close()


def test_an_empty_queue_loads_nothing(walls: Walls):
    """There is nothing to say of a load that had nothing to do."""
    assert walls.loader.load_once() is None


def test_a_row_of_the_lake_says_what_the_event_said(walls: Walls):
    """Each field of the event is a column, the actor is an identity, times are UTC."""
    said = event(1, at=NOON + 5, offset=-480, extra='{"locale":"de"}', account="a")
    loaded = walls.load(request(said, received=NOON + DAY))

    columns = (
        'seq, namespace, environment, id, body, schema, version, system, kind, epoch_us("at"), at_offset, day::VARCHAR,'
        " epoch_us(received), identity_id, observation_id, object, extra"
    )
    assert walls.live(columns) == [(
        loaded.through, "baloo", "production", name(1), said.body, "forum", "1", "forum", "forum.answer", NOON + 5, -480,
        "2023-11-14", NOON + DAY, ord("a"), 1, "https://forum.example.org/1", '{"locale":"de"}',
    )]  # fmt: skip
    assert (loaded.accepted, loaded.duplicates, loaded.revised) == (1, 0, 0)


def test_the_queue_is_empty_after_a_load(walls: Walls):
    """What is in the lake is dropped from the queue."""
    walls.load(request(event(1)), request(event(2)))

    assert walls.queue.depth().rows == 0
    assert walls.loader.load_once() is None


def test_files_lie_in_the_month_of_receipt(walls: Walls):
    """The partition is the month in which the request was received."""
    walls.load(request(event(1)), request(event(2), received=NOON + 30 * DAY))

    assert [f.month for f in walls.lake.events.files()] == ["2023-11", "2023-12"]
    assert walls.numbers() == [1, 2]


def test_the_same_body_again_is_a_duplicate(walls: Walls):
    """In the same request, in the same batch and in a later one."""
    first = walls.load(request(event(1), event(1)), request(event(1)))
    second = walls.load(request(event(1), event(2)))

    assert (first.accepted, first.duplicates) == (1, 2)
    assert (second.accepted, second.duplicates) == (1, 1)
    assert walls.numbers() == [1, 2]


@pytest.mark.parametrize("batches", [1, 2])
def test_another_body_is_a_revision_and_the_last_one_counts(walls: Walls, batches: int):
    """Whether the older one is in the lake or in the same batch."""
    rows = [request(event(1, extra='{"n":1}')), request(event(1, extra='{"n":2}'))]
    loads = [walls.load(*rows)] if batches == 1 else [walls.load(row) for row in rows]

    assert walls.live("extra") == [('{"n":2}',)]
    assert sum(loaded.revised for loaded in loads) == 1
    assert sum(loaded.accepted for loaded in loads) == 2


def test_a_revision_within_one_request_leaves_the_last(walls: Walls):
    """Two bodies of one id in one request share a seq; the later place counts."""
    walls.load(request(event(1, extra='{"n":1}'), event(1, extra='{"n":2}'), event(1, extra='{"n":3}')))

    assert walls.live("extra") == [('{"n":3}',)]


def test_revisions_in_lake_and_batch_leave_the_last(walls: Walls):
    """A chain of revisions over two loads."""
    walls.load(request(event(1, extra='{"n":1}')))
    walls.load(request(event(1, extra='{"n":2}')), request(event(1, extra='{"n":3}')))

    assert walls.live("extra") == [('{"n":3}',)]


def test_an_older_body_that_comes_again_counts_again(walls: Walls):
    """The last received counts, even when it says what was said before."""
    for n in (1, 2, 1):
        walls.load(request(event(1, extra=f'{{"n":{n}}}')))

    assert walls.live("extra") == [('{"n":1}',)]


def test_another_system_never_replaces_a_document(walls: Walls):
    """Its event goes to quarantine with all that it said; the document stands."""
    walls.load(request(event(1)))
    loaded = walls.load(request(event(5), event(1, system="wiki", kind="wiki.edit", account=None, email="jun@example.org")))

    (seq, refusal), = walls.ids.kept
    assert walls.live("id, system") == [(name(1), "forum"), (name(5), "forum")]
    assert (seq, refusal.index, refusal.slug, refusal.pointer) == (loaded.through, 1, "not-yours", "/id")
    assert msgspec.json.decode(refusal.body)["actor"] == {"email": "jun@example.org"}
    assert (loaded.accepted, loaded.refused) == (1, 1)
    assert walls.ids.resolved == 2


def test_a_refusal_of_the_loader_has_its_own_place_beside_the_doors(walls: Walls):
    """Quarantine keeps one refusal a place of a request: neither may hide the other."""
    walls.load(request(event(1), event(2)))
    refusals = [Refusal(place, None, None, None, "/kind", "missing", "There is no kind.", b"{}") for place in (0, 2)]
    walls.load(request(event(1, system="wiki"), event(2, system="wiki"), refusals=refusals))

    assert sorted((r.index, r.slug) for _, r in walls.ids.kept) == [
        (0, "missing"), (1, "not-yours"), (2, "missing"), (3, "not-yours"),
    ]


def test_the_same_id_elsewhere_is_another_document(walls: Walls):
    """Namespace and environment belong to a document's name."""
    apart = {"object": None}
    walls.load(
        request(event(1, **apart)),
        request(event(1, **apart), namespace="other"),
        request(event(1, **apart, environment="staging")),
    )

    assert len(walls.live()) == 3


def test_refusals_of_the_door_are_kept(walls: Walls):
    """They go to quarantine with the seq of their request, and are counted."""
    refusal = Refusal(0, None, None, None, "/kind", "missing", "There is no kind.", b"{}")
    loaded = walls.load(request(refusals=[refusal]))

    assert walls.ids.kept == [(loaded.through, refusal)]
    assert (loaded.accepted, loaded.refused) == (0, 1)


class TestVoids:
    """Events taken back."""

    @pytest.mark.parametrize("batches", [1, 2])
    def test_a_void_takes_back(self, walls: Walls, batches: int):
        """Whether the event is in the lake or in the same batch."""
        rows = [request(event(1), event(2)), request(voids=[void(1)])]
        loads = [walls.load(*rows)] if batches == 1 else [walls.load(row) for row in rows]

        assert walls.numbers() == [2]
        assert sum(loaded.voided for loaded in loads) == 1

    @pytest.mark.parametrize("batches", [1, 3])
    def test_what_is_sent_again_after_a_void_counts_again(self, walls: Walls, batches: int):
        """The same id and the same body, later."""
        rows = [request(event(1)), request(voids=[void(1)]), request(event(1))]
        for some in [rows] if batches == 1 else [[row] for row in rows]:
            walls.load(*some)

        assert walls.numbers() == [1]

    def test_what_came_before_its_void_stays_void_though_loaded_with_a_copy(self, walls: Walls):
        """Order is of arrival: sent, sent again, taken back."""
        walls.load(request(event(1)))
        walls.load(request(event(1)), request(voids=[void(1)]))

        assert walls.numbers() == []

    def test_an_obsolete_document_gives_way_in_the_same_request(self, walls: Walls):
        """Voids of a request come before its events, also for the same id."""
        walls.load(request(event(1), event(2)))
        walls.load(request(event(3), event(2, extra='{"new":1}'), voids=[void(1, "obsolete"), void(2, "obsolete")]))

        assert walls.numbers() == [2, 3]

    def test_only_the_documents_own_system_takes_it_back(self, walls: Walls):
        """A void of another system, or without a token, does nothing in production."""
        walls.load(request(event(1)))
        loaded = walls.load(request(voids=[void(1)], sender="wiki"), request(voids=[void(1)], sender=None))

        assert walls.numbers() == [1]
        assert (loaded.voided, loaded.refused) == (0, 2)

    def test_without_a_token_staging_can_be_taken_back(self, walls: Walls):
        """An open namespace has no owner."""
        walls.load(request(event(1, environment="staging"), sender=None))
        loaded = walls.load(request(voids=[void(1, environment="staging")], sender=None))

        assert walls.numbers() == []
        assert loaded.voided == 1

    def test_a_void_of_nothing_does_nothing(self, walls: Walls):
        """An unknown id is not an error, and not remembered."""
        loaded = walls.load(request(voids=[void(7)]))

        assert loaded.voided == 0
        assert walls.load(request(event(7))).accepted == 1
        assert walls.lake.voids.files() == ()


class TestNaturalKeys:
    """Two ids for one thing that was done."""

    @pytest.mark.parametrize("batches", [1, 2])
    def test_a_push_and_its_import_count_once(self, walls: Walls, batches: int):
        """The same system, kind, object, account and second."""
        push, later = event(1, at=NOON + 100), event(2, at=NOON + 999_999, object="https://forum.example.org/1")
        rows = [request(push), request(later, via="import x")]
        loads = [walls.load(*rows)] if batches == 1 else [walls.load(row) for row in rows]

        assert walls.numbers() == [1]
        assert sum(loaded.duplicates for loaded in loads) == 1

    @pytest.mark.parametrize("other", [
        {"account": "jun"}, {"kind": "forum.vote"}, {"system": "wiki"}, {"at": NOON + 1_000_000}, {"object": "https://o.example.org"},
        {"object": None}, {"environment": "staging"},
    ])  # fmt: skip
    def test_a_difference_in_any_part_makes_two(self, walls: Walls, other: dict[str, object]):
        """Each part of the key matters."""
        said = {"at": NOON, "object": "https://forum.example.org/1"}
        walls.load(request(event(1, **said), event(2, **(said | other))))

        assert walls.numbers() == [1, 2]

    def test_without_an_object_nothing_is_joined(self, walls: Walls):
        """The default key needs an object."""
        walls.load(request(event(1, object=None, at=NOON), event(2, object=None, at=NOON)))

        assert walls.numbers() == [1, 2]

    def test_addresses_are_compared_folded(self, walls: Walls):
        """An actor without an account is known by the address."""
        said = {"account": None, "at": NOON, "object": "https://forum.example.org/1"}
        walls.load(request(
            event(1, **said, email="Tove@Example.org"), event(2, **said, email=" tove@example.org", name="Tove"),
            event(3, **said, username="tove@example.org"),
        ))  # fmt: skip

        assert walls.numbers() == [1, 3]

    def test_a_kind_may_declare_its_own_key(self, walls: Walls):
        """Of the day, or of a field of extra."""
        vote = {"kind": "forum.vote", "object": "https://forum.example.org/1"}
        commit = {"kind": "forum.commit"}
        walls.load(request(
            event(1, **vote, at=NOON), event(2, **vote, at=NOON + 1_000_000, account="jun"), event(3, **vote, at=NOON + DAY),
            event(4, **commit, extra='{"sha":"abc"}'), event(5, **commit, extra='{"sha":"abc"}'), event(6, **commit, extra="{}"),
            event(7, **commit, extra="{}"),
        ))  # fmt: skip

        assert walls.numbers() == [1, 3, 4, 6, 7]

    def test_a_key_is_free_again_when_its_event_is_taken_back(self, walls: Walls):
        """A void frees the natural key, in the lake and in the batch."""
        said = {"at": NOON, "object": "https://forum.example.org/1"}
        walls.load(request(event(1, **said)))
        walls.load(request(voids=[void(1)]), request(event(2, **said)), request(voids=[void(2)]), request(event(3, **said)))

        assert walls.numbers() == [3]

    def test_a_revision_is_never_a_duplicate_of_itself(self, walls: Walls):
        """A document that keeps its natural key is revised."""
        walls.load(request(event(1, at=NOON)))
        loaded = walls.load(request(event(1, at=NOON, extra='{"n":2}')))

        assert walls.live("extra") == [('{"n":2}',)]
        assert (loaded.revised, loaded.duplicates) == (1, 0)

    def test_the_key_depends_on_the_secret(self, tmp_path: Path):
        """Nobody can find an address by hashing guesses."""
        found = set()
        for secret in (b"one", b"two"):
            walls = Walls(tmp_path / secret.decode())
            walls.loader._secret = secret
            walls.load(request(event(1)))
            found |= {walls.live('"natural"')[0][0]}
            walls.close()

        assert len(found) == 2


class TestOwners:
    """Accounts on whose things contributions were done."""

    def test_owners_get_an_identity(self, walls: Walls):
        """Of kinds with an owner field."""
        walls.load(request(event(1, extra='{"asked/by":"idris"}'), event(2, extra='{"asked/by":"idris"}'), event(3, extra="{}")))
        walls.load(request(event(4, extra='{"asked/by":"idris"}'), event(5, kind="forum.vote", extra='{"asked/by":"tove"}')))

        assert walls.ids.owners == {("forum", "idris")}

    def test_without_owner_fields_nothing_is_asked(self, walls: Walls):
        """`extra` is not even parsed."""
        walls.loader._registry = lambda: Registry(Community("test", "Test", "How many?"), {}, {}, {}, "")
        walls.load(request(event(1, extra="not JSON")))

        assert walls.ids.owners == set()


class TestReport:
    """What a load says of itself."""

    def test_each_import_is_counted_by_itself(self, walls: Walls):
        """Requests by HTTP are in the sums only."""
        loaded = walls.load(
            request(event(1), event(1), via="import a"),
            request(event(2), via="http"),
            request(event(2), event(3, environment="staging"), event(4, system="wiki"), via="import b"),
            request(event(4), via="import b"),
        )

        a = {"accepted": 1, "duplicates": 1, "revised": 0, "voided": 0, "refused": 0, "staging": 0, "suppressed": 0}
        b = {"accepted": 2, "duplicates": 1, "revised": 0, "voided": 0, "refused": 1, "staging": 1, "suppressed": 0}
        assert loaded.by_via == {"import a": a, "import b": b}
        assert (loaded.accepted, loaded.duplicates, loaded.refused, loaded.staging) == (4, 2, 1, 1)

    def test_loads_add_up(self, walls: Walls):
        """Several loads together are a load: sums in all and for each import, up to the last row; an empty one adds nothing."""
        first = walls.load(request(event(1), via="import a"))
        second = walls.load(request(event(1), via="import a"), request(event(2), via="import b"))
        both = Loaded() + first + second

        assert (both.through, both.accepted, both.duplicates) == (second.through, 2, 1)
        assert (both.by_via["import a"]["accepted"], both.by_via["import a"]["duplicates"]) == (1, 1)
        assert both.by_via["import b"]["accepted"] == 1


class TestCrashes:
    """A crash at each step, then the same again."""

    def begin(self, walls: Walls) -> None:
        """An event in the lake; its revision, its neighbour's deletion and a new one in the queue."""
        walls.load(request(event(1), event(2)))
        walls.send(request(event(1, extra='{"n":2}')), request(event(3), voids=[void(2)]), request(event(3)))

    def test_between_voids_and_events(self, walls: Walls, monkeypatch: pytest.MonkeyPatch):
        """The load is finished with the same rows, whatever came meanwhile; readers see none of it before."""
        self.begin(walls)
        commit = DeltaLog.commit

        def cut(log: DeltaLog, *args: object, **options: object) -> None:
            if log.columns.name == "events":
                raise StorageFull("The disk is full.")
            commit(log, *args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(DeltaLog, "commit", cut)
        with pytest.raises(StorageFull):
            walls.loader.load_once()
        monkeypatch.undo()
        again = walls.reopened()
        again.send(request(event(4)))

        assert again.live("id, extra") == [(name(1), "{}"), (name(2), "{}")]

        loaded = again.load()

        assert (loaded.accepted, loaded.revised, loaded.voided, loaded.duplicates) == (2, 1, 1, 1)
        assert again.live("id, extra") == [(name(1), '{"n":2}'), (name(3), "{}")]
        assert again.load().accepted == 1
        assert len(again.lake.voids.files()) == 1
        again.close()

    def test_between_events_and_drop(self, walls: Walls, monkeypatch: pytest.MonkeyPatch):
        """What is in the lake is dropped and not loaded again."""
        self.begin(walls)
        monkeypatch.setattr(walls.queue, "drop", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            walls.loader.load_once()
        monkeypatch.undo()
        again = walls.reopened()

        assert again.queue.depth().rows == 3
        assert again.loader.load_once() is None
        assert again.queue.depth().rows == 0
        assert again.numbers() == [1, 3]
        again.close()

    def test_rows_lost_from_the_queue_are_noticed(self, walls: Walls):
        """A queue restored without its lake is refused rather than loaded by halves."""
        walls.lake.voids.commit([], through=9)

        with pytest.raises(StorageBroken, match="lacks rows"):
            walls.loader.load_once()

    def test_a_seq_is_loaded_once(self, walls: Walls):
        """Batches of one row each come to the same as one batch."""
        self.begin(walls)
        through = [walls.load(limit_rows=1).through for _ in range(3)]

        assert through == sorted(set(through))
        assert walls.numbers() == [1, 3]


def test_equal_hashes_of_two_documents_lose_nothing(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """Two names that share `doc` are told apart by their names."""
    monkeypatch.setattr("baloo.lake.batch._DOC", "7")
    walls.load(request(event(1)), request(event(2)))
    loaded = walls.load(request(event(3)), request(event(1)))

    assert walls.numbers() == [1, 2, 3]
    assert loaded.duplicates == 1


def test_a_batch_holds_what_a_row_says_of_time(walls: Walls):
    """Moments far back and with microseconds survive."""
    early = replace_at(event(1), 1)
    walls.load(request(early, event(2, at=4_102_444_800_123_456)))

    assert [row[0] for row in walls.live('epoch_us("at")')] == [1, 4_102_444_800_123_456]


def replace_at(one: object, at: int) -> object:
    """The same event at another moment."""
    return msgspec.structs.replace(one, at=at)  # type: ignore[type-var]


def test_a_queue_younger_than_the_lake_is_refused(walls: Walls):
    """A new queue beside an old lake has seqs that the lake takes for loaded: nothing is dropped, and it is said."""
    walls.load(request(event(1)), request(event(2)))
    walls.close()
    for file in (walls.folder / "queue").iterdir():
        file.unlink()
    again = walls.reopened()
    again.send(request(event(3)))

    with pytest.raises(StorageBroken, match="younger than the lake"):
        again.loader.load_once()

    assert again.queue.depth().rows == 1
    again.close()


def test_who_has_long_loaded_nothing_holds_nothing_and_loads_on(walls: Walls, monkeypatch: pytest.MonkeyPatch):
    """When the keys are sorted the engine is let go of, once; the next load has it again."""
    given: list[None] = []
    monkeypatch.setattr("baloo.lake.loader._REST", 0.0)
    monkeypatch.setattr("baloo.lake.loader.give_back", lambda: given.append(None))
    walls.load(request(event(1)))
    for _ in range(5):
        walls.loader.get_ready()

    assert walls.lake._duckdb is None
    assert len(given) == 1
    assert walls.load(request(event(1)), request(event(2))).accepted == 1
