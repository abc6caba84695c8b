"""Which identities are one person without asking, which are asked about, and which are neither."""

from __future__ import annotations

from typing import Any

import pytest

from baloo.people.blocks import small_blocks, small_frequencies
from baloo.people.matching import against, found
from baloo.people.profiles import DAY, Profile, Sighting, profile
from baloo.people.rules import unite
from baloo.people.scoring import ASKED, Scorer, candidates

OTHERS = [f"Given{chr(97 + n)} Sur{chr(97 + n)}" for n in range(26)]


def people(*actors: str, others: int = 26) -> list[Profile]:
    """Profiles of actors written `system|account|username|email|name|first day|last day`, any of the later ones left out.

    Beside them are others of other names, so that a name can be rare.
    """
    made = []
    for number, actor in enumerate([*actors, *(f"git||||{name}" for name in OTHERS[:others])]):
        system, *rest = [*actor.split("|"), "", "", "", "", "", ""][:7]
        account, username, email, name = (part or None for part in rest[:4])
        first = int(rest[4] or 0) * DAY
        made.append(profile([Sighting(number, system, account, username, email, name, first, int(rest[5] or 0) * DAY or first)]))
    return made


def together(*actors: str, **options: Any) -> set[frozenset[int]]:
    """Who is one person of several identities, by the automatic tier."""
    profiles = {one.identity: one for one in people(*actors, **options)}
    often = small_frequencies(profiles.values())
    edges = found(profiles, small_blocks(profiles.values()), often, lambda *rests_on: "/".join(rests_on).replace(" ", "_"))
    persons = unite(edges + against(profiles, edges), lambda asked: {n: str(n) for n in asked})
    groups: dict[int, set[int]] = {}
    for identity, person in persons.items():
        groups.setdefault(person, set()).add(identity)
    return {frozenset(group) for group in groups.values() if len(group) > 1}


def score(*actors: str) -> float:
    """The score of the suggestion for the first two, 0 where they are not even compared."""
    profiles = {one.identity: one for one in people(*actors)}
    blocks = small_blocks(profiles.values())
    if (0, 1) not in set(candidates(profiles, blocks)):
        return 0.0
    return Scorer(profiles, blocks, small_frequencies(profiles.values())).score(0, 1).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("git|||ama@example.org|ama", "forum|7||Ama@Example.ORG|Ama Kwarteng"),
        ("git|||a.kwarteng+git@gmail.com|x", "forum|||akwarteng@googlemail.com|y"),
        ("git|||12345+ama-k@users.noreply.github.com|Ama", "git|||ama-k@users.noreply.github.com|A."),
        ("git|||12345+ama-k@users.noreply.github.com|Ama", "github.com||ama-k||"),
        ("git|||ama@one.example|Ama Kwarteng", "git|||kwarteng@two.example|Kwarteng, Ama"),
        ("git|||ama@one.example|Tove Lindström", "forum|||tl@two.example|Tove Lindstrom (via the forum)"),
        ("git|||ama@one.example|AmaKwarteng", "git|||k@two.example|Ama Kwarteng"),
        ("git|||ama.kwarteng@one.example|", "git|||k@two.example|Ama Kwarteng"),
        ("git|||x@one.example|Ama Kwarteng", "git|||1+amakwarteng@users.noreply.github.com|"),
        ("git|||1+weaver77@users.noreply.github.com|Jun", "git|||weaver77@two.example|"),
        ("git|||a@one.example|quillfeather|1", "git|||b@two.example|Quillfeather|200"),
    ],
)
def test_what_is_beyond_doubt_is_joined(one: str, other: str) -> None:
    """The same mailbox, login or rare full name, however they are written."""
    assert together(one, other) == {frozenset((0, 1))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("forum|1||ama@example.org|Ama", "forum|2||ama@example.org|Ama"),  # two accounts on one system
        ("git|||home@example.org|Ama Kwarteng", "git|||home@example.org|Idris Bello"),  # a contradiction of names
        ("git|||info@example.org|Ama", "git|||info@example.org|Jun"),  # a role
        ("git|||root@localhost|Ama", "git|||root@localhost|Jun"),
        ("git|||<>|Ama", "git|||<>|Jun"),
        ("git|||?@?|Ama", "git|||?@?|Jun"),
        ("git|||ama@one.example|Ama", "git|||ama@two.example|Ama"),  # a given name is nobody's own
        ("git|||a@one.example|Ama Kwarteng|1|1", "git|||b@two.example|Ama Kwarteng|4000|4000"),  # ten years of silence
        ("git|||a@x.example|Ama K. Boateng", "git|||b@y.example|Ama L. Boateng"),
        ("git|||a@x.example|Givena Surb", "git|||b@y.example|Givena Surb"),  # both words stand in other names, too
        ("git|||givena.surb@x.example|Givena Surb", "git|||givena.surb@y.example|Givena Surb"),  # the name gives the login
        ("git|||gsurb12@x.example|", "git|||a@y.example|Givena Surb"),
        ("git|||a@x.example|quillfeather|1", "git|||b@y.example|quillfeather|700"),  # a word alone, and long after
        ("git|||a@x.example|Weavers Mailing Lists", "git|||b@y.example|Weavers Mailing Lists"),  # no person's name
        ("git|||a@x.example|Unknown Contributor", "git|||b@y.example|Unknown Contributor"),
    ],
)
def test_what_may_be_two_is_left(one: str, other: str) -> None:
    """A veto, or evidence that is too weak, joins nobody."""
    assert together(one, other) == set()


def test_nobody_is_joined_through_a_mailbox_that_several_use() -> None:
    """Neither the mailbox nor what stands before its `@` joins those who use it, or a handle in between."""
    users = [f"git|||team-commits@example.org|{name}" for name in ("Ama Kwarteng", "Idris Bello", "Tove Lind", "weaver", "Jun")]

    assert together(*users, "git|||9+teamcommits@users.noreply.github.com|") == set()


def test_an_account_is_one_s_own_whatever_it_is_called() -> None:
    """Those who were seen under one account's number are one person, though three names have nothing in common."""
    actors = [f"git|||7+weaver77@users.noreply.github.com|{name}" for name in ("ama", "jun", "tove")]

    assert together(*actors) == {frozenset((0, 1, 2))}


def test_who_is_rare_in_the_community_may_be_common_on_a_system() -> None:
    """A name whose words are frequent where both are is not rare because many elsewhere are called otherwise."""
    both = ("git|||a@x.example|Givena Surb", "git|||b@y.example|Givena Surb")
    elsewhere = [f"forum||user{n}||Otherwise{chr(97 + n % 26)}{chr(97 + n // 26)} Called{chr(97 + n // 26)}" for n in range(300)]

    assert together(*both, *elsewhere) == set()


def test_a_mailbox_of_strangers_is_nobodys() -> None:
    """Three users with nothing in common but the mailbox are not joined, though none of them gives a full name."""
    assert together(*(f"git|||depot@example.org|{name}" for name in ("ama", "jun", "tove"))) == set()


def test_a_shared_nobody_address_joins_nobody() -> None:
    """Fourteen people behind `devnull@localhost` are fourteen."""
    assert together(*(f"git|||devnull@localhost|user{n}" for n in range(14))) == set()


def test_a_name_that_many_may_have_is_asked_about() -> None:
    """The same common name joins nobody by itself, and is suggested."""
    one, other = "git|||a@x.example|Givena Surb", "git|||b@y.example|Givena Surb"

    assert together(one, other) == set()
    assert score(one, other) >= ASKED


FULL, OTHER, INITIAL = "git|||a@x.example|Ama Kwarteng", "git|||b@y.example|Ama Kwarteng", "git|||a@x.example|A. Kwarteng"
NICK, CONTRARY, PLAIN = "git|||a@x.example|Ama", "git|||a@x.example|Ama Oda", "git|||a@x.example|Jun Ito"
THEN, SOON, LATE = (f"git|||kwarteng@{place}.example|Ama|{day}" for place, day in (("x", 1), ("y", 2), ("y", 9_000)))


@pytest.mark.parametrize(
    ("stronger", "weaker"), [((FULL, OTHER), (INITIAL, OTHER)), ((NICK, PLAIN), (CONTRARY, PLAIN)), ((THEN, SOON), (THEN, LATE))]
)
def test_more_evidence_scores_higher(stronger: tuple[str, str], weaker: tuple[str, str]) -> None:
    """An equal name beats a similar one, silence and contradiction take away."""
    assert score(*stronger) > score(*weaker)


def test_a_relay_joins_nobody_in_bulk() -> None:
    """Neither the address of a relay nor the name that it gives is evidence for those who wrote through it."""
    names = ("Ama Kwarteng", "jun", "Idris Bello", "Tove Lind", "Ayo Sunde")
    users = [f"git|||defects-relayed@example.org|{name}" for name in names]

    assert score(*users) < 0.5


def test_numbers_after_a_letter_are_no_login_in_common() -> None:
    """Numbers as a school gives them are of two pupils."""
    assert score("git|||t8130064@x.example|Ama Kwarteng", "git|||t8130048@x.example|Idris") < 0.97


ODD = ["x" * 10_000, "\u202eneteb\u202c A", "\u200f", "﷽", "김 민수", "A\x00K.", "🧶", "=", "", "  ", "'; --", "(via)", "[A]"]


@pytest.mark.parametrize("name", ODD)
def test_no_name_is_too_odd(name: str) -> None:
    """Names of any length and script are compared with anything, and join nobody by being odd."""
    assert together(f"git|||a@x.example|{name}", f"git|||b@y.example|{name[::-1]}", others=0) in (set(), {frozenset((0, 1))})
    assert together(f"git|||a@x.example|{name}", "git|||b@y.example|Idris Bello") == set()


@pytest.mark.parametrize(("address", "few", "many"), [("{}@x.example", "small-domain", "same-organisation"),
                                                      ("info@x.example", "same-role", "same-organisation")])  # fmt: skip
def test_what_too_many_share_to_be_compared_is_not_rare(address: str, few: str, many: str) -> None:
    """A domain that a dozen and more have is no small one, and nobody's own is the address of a role that they have."""
    two = [f"{system}|||{address.format(system)}|Ama Kwarteng" for system in ("git", "wiki")]
    others = [f"git|||{address.format(n)}|{name}" for n, name in enumerate(OTHERS[:12])]
    places = []
    for actors in (two, two + others):
        profiles = {one.identity: one for one in people(*actors)}
        scored = Scorer(profiles, small_blocks(profiles.values()), small_frequencies(profiles.values())).score(0, 1)
        places += [set(scored.rules) & {"small-domain", "same-organisation", "same-role"}]

    assert places == [{few}, {many}]


def test_marks_that_cannot_be_seen_change_no_name() -> None:
    """A name with a right-to-left mark and one without are the same."""
    assert together("git|||a@x.example|Ama\u200f Kwarteng\u202c", "git|||b@y.example|Ama Kwarteng") == {frozenset((0, 1))}


def _evidence(*actors: str) -> tuple[str, ...]:
    """What speaks for the first two being one person."""
    profiles = {one.identity: one for one in people(*actors)}
    return Scorer(profiles, small_blocks(profiles.values()), small_frequencies(profiles.values())).score(0, 1).rules


@pytest.mark.parametrize(("one", "other", "rule"), [
    ("git|||petunia352@one.example|", "forum||petunia1154||", "login-but-digits"),
    ("git|||efu.apop352@one.example|", "forum|||efu.apop.1154@two.example|", "login-but-digits"),
    ("git|||petunia352@one.example|", "forum||petunia352||", "same-login"),
])
def test_logins_that_differ_in_digits_are_not_called_the_same(one: str, other: str, rule: str) -> None:
    """Whoever reviews reads what is so."""
    assert rule in _evidence(one, other)
    assert score(one, other) >= ASKED


def test_a_short_name_alone_is_compared_with_whoever_has_it() -> None:
    """One word of three letters is all that somebody is called."""
    assert "same-word" in _evidence("git||||Ama", "forum||||Ama")
    assert score("git||||Ama", "forum||||Ama") >= ASKED


@pytest.mark.parametrize("turn", [1, -1])
def test_each_login_of_somebody_is_compared(turn: int) -> None:
    """Whichever of several it is that begins with one of the other's."""
    one, other = people("git||zinnober|marigold@one.example|", "forum||quillfeather|marigoldberg@two.example|")[:2]
    for known in (one, other):
        known.handles = dict(list(known.handles.items())[::turn])
    profiles = {0: one, 1: other}

    assert (0, 1) in set(candidates(profiles, small_blocks([one, other])))
