"""The index of many says what dictionaries say of few."""

from __future__ import annotations

import random

from baloo.people.blocks import small_blocks, small_frequencies
from baloo.people.evidence import naming
from baloo.people.index import Index
from baloo.people.matching import counted
from baloo.people.profiles import Profile, Sighting, profile
from baloo.records.store import Records

FIRST, LAST = ("Ama", "Jun", "Tove", "Idris", "Åsa"), ("Mensah", "Tanaka", "Berg Ama", "Okoro", "Åsa")


def crowd(number: int) -> list[Profile]:
    """Profiles of people who share words, names, logins and addresses; some are called the same twice over."""
    rng = random.Random(5)
    made = [profile([Sighting(number + 1, "git", None, None, None, "Petra Nair", 0, 0)])]
    for identity in range(1, number + 1):
        one, other = rng.choice(FIRST), rng.choice(LAST)
        name = rng.choice((f"{one} {other}", f"{other}, {one}", f"{one} {one}", one))
        mail = f"{rng.choice((one, other, one + other.split()[0]))}{rng.choice(('', '7'))}@example.org".replace(" ", ".").lower()
        made.append(profile([Sighting(identity, rng.choice(("git", "wiki")), None, None, mail, name, 0, 0)]))
    return made


def test_names_are_counted_as_dictionaries_count_them(records: Records) -> None:
    """Each word of each name once, in all and by system; with those of an earlier run that its files tell, for whom is new."""
    everybody = crowd(90)
    expected = small_frequencies(everybody)
    told = {word: number for word, number in expected.words.items() if number > 1 or "@" not in word}
    index, later = Index(records.secret), Index(records.secret)
    index.add(everybody[:50])
    index.write(records, 1, 0, None)
    index.keep()
    later.read(Index.files(records, 1, 1) or [])
    later.add(everybody[50:])
    index.add(everybody[50:])

    whole, part = index.frequencies(), later.frequencies()

    new = {word for one in everybody[50:] for name in one.names.values() if name.spaced for word in counted(name, one.system)}
    assert (whole.names, whole.words) == (expected.names, told)
    assert (part.names, part.words) == (expected.names, {word: number for word, number in told.items() if word in new})
    index.close()
    later.close()


def test_who_meets_whom_is_what_dictionaries_say(records: Records) -> None:
    """The same members under the same keys, but for forms of a name that are nobody's login."""
    everybody = crowd(90)
    blocks = small_blocks(everybody)
    logins = blocks["joint"].keys() | blocks["stem"].keys()
    index = Index(records.secret)
    index.add(everybody)

    found = index.blocks()

    assert blocks["form"].keys() - logins
    for kind, of in blocks.items():
        assert found[kind] == {key: who for key, who in of.items() if kind not in ("form", "short") or key in logins}
    index.close()


def test_parts_of_a_block_have_names_of_their_own() -> None:
    """What an edge rests on begins with rule and key, and tells one part of a block from another."""
    name = naming(b"secret")

    given = [name("rare-name", "ama mensah", special) for special in ("", "git 1", "git 2")]

    assert len(set(given)) == 3
    assert len({one.partition(".")[0] for one in (*given, name("rare-name", "jun tanaka", ""))}) == 2
