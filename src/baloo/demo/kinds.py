"""What people do on Marula's systems, as text: the part of an event's JSON from `schema` to its end.

Each function makes one contribution of a person. `r` is a number in [0, 1) that it may spend, `n` a number that no other
contribution has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from baloo.demo.cast import Person

__all__ = ["MIXES", "Kind", "who"]

Kind: TypeAlias = Callable[[Person, float, int], str]

_OPEN = '"schema":"contribution","version":1,'
_CODE = ("marula", "marula", "marula", "core", "core", "app", "toolbox", "core")
_SEVERITY = ("normal", "normal", "normal", "trivial", "trivial", "major", "major", "critical")
_PRODUCTS = ("Marula", "Marula", "Core", "App", "App", "Help")
_COUNTRIES = (
    "Kenya", "Ghana", "India", "Brazil", "Germany", "Mexico", "Vietnam", "South Africa", "Japan", "Peru", "Nigeria", "Poland",
)
_STATES = ("suggested", "suggested", "approved", "suggested", "returned")


def who(person: Person, system: str) -> str:
    """The person as a system knows them: `"system":…,"actor":…,`, made once."""
    found = person.who.get(system)
    if found is None:
        found = person.who[system] = f'"system":"{system}","actor":{_actor(person, system)},'
    return found


def _actor(person: Person, system: str) -> str:
    if system == "git":
        return f'{{"name":"{person.name}","email":"{person.email}"}}'
    if system in ("tracker", "forum", "kb"):  # the forum and the help articles share their accounts
        base = 1000 if system == "tracker" else 500_000
        return f'{{"account":"{base + person.number}","username":"{person.login}","email":"{person.email}"}}'
    if system == "wiki":
        return f'{{"username":"{person.name.replace(" ", "_")}_{person.number}","email":"{person.email.upper()}"}}'
    if system == "chat":
        email = "" if person.number % 12 == 5 else f',"email":"{person.email}"'  # some tell the chat no address
        return f'{{"username":"{person.login}_"{email}}}'
    if system == "gatherings":
        return f'{{"account":"{person.login}","email":"{person.email}","name":"{person.name}"}}'
    return f'{{"account":"{person.login}","email":"{person.email}"}}'


def _peer(person: Person, r: float) -> Person:
    return person.peers[int(r * 997) % 8]


def _commit(person: Person, repository: str, n: int, r: float) -> str:
    if person.second and r < 0.3:
        actor = f'"system":"git","actor":{{"name":"{person.name}","email":"{person.second}"}},'
    else:
        actor = who(person, "git")
    return (
        f'{actor}{_OPEN}"kind":"git.commit","object":"https://git.marula.example/{repository}/commit/{n:010x}",'
        f'"extra":{{"repository":"{repository}"}}}}\n'
    )


def commit(person: Person, r: float, n: int) -> str:
    """A change to the program."""
    return _commit(person, _CODE[int(r * 71) % 8], n, r)


def handbook(person: Person, r: float, n: int) -> str:
    """A change to the handbook, which lies in git."""
    return _commit(person, "handbook", n, r)


def deploy(person: Person, r: float, n: int) -> str:
    """A change to what is deployed."""
    return _commit(person, "infra-deploy", n, r)


def theme(person: Person, r: float, n: int) -> str:
    """A change to the look."""
    return _commit(person, "theme", n, r)


def merge(person: Person, r: float, n: int) -> str:
    """Somebody's change, merged."""
    repository = _CODE[int(r * 8)]
    return (
        f'{who(person, "git")}{_OPEN}"kind":"git.merge","object":"https://git.marula.example/{repository}/commit/{n:010x}",'
        f'"extra":{{"repository":"{repository}"}}}}\n'
    )


def patch(person: Person, r: float, n: int) -> str:
    """A patch; every tenth of those with a second address are sent from it."""
    actor = who(person, "patches")
    if person.second and r < 0.1:
        actor = f'"system":"patches","actor":{{"account":"{person.login}","email":"{person.second}"}},'
    return f'{actor}{_OPEN}"kind":"patch.sent","object":"https://patches.marula.example/{n}"}}\n'


def patch_review(person: Person, r: float, n: int) -> str:
    """A review, seldom of one's own patch."""
    author = person.login if r < 0.03 else _peer(person, r).login
    return (
        f'{who(person, "patches")}{_OPEN}"kind":"patch.reviewed","object":"https://patches.marula.example/{n - 40}",'
        f'"extra":{{"author":"{author}"}}}}\n'
    )


def _bug(person: Person, kind: str, n: int, r: float, reporter: str = "") -> str:
    severity, product = _SEVERITY[int(r * 8)], _PRODUCTS[int(r * 601) % 6]
    said = f',"reporter":"{reporter}"' if reporter else ""
    return (
        f'{who(person, "tracker")}"schema":"bug","version":1,"kind":"bug.{kind}","object":"https://bugs.marula.example/{n}",'
        f'"extra":{{"product":"{product}","severity":"{severity}"{said}}}}}\n'
    )


def bug(person: Person, r: float, n: int) -> str:
    """A new bug."""
    return _bug(person, "filed", n, r)


def verify(person: Person, r: float, n: int) -> str:
    """A fix that was tried, often for somebody else."""
    return _bug(person, "verified", n - 900, r, str(1000 + (person if r < 0.2 else _peer(person, r)).number))


def bug_comment(person: Person, r: float, n: int) -> str:
    """Something useful said on a bug."""
    return _bug(person, "commented", n - 300, r, str(1000 + _peer(person, r).number))


def testcase(person: Person, r: float, n: int) -> str:
    """A test case that was run."""
    result = "passed" if r < 0.8 else "failed"
    return (
        f'{who(person, "testdays")}{_OPEN}"kind":"testday.case","object":"https://testdays.marula.example/cases/{n}",'
        f'"extra":{{"result":"{result}"}}}}\n'
    )


def answer(person: Person, r: float, n: int) -> str:
    """An answer, mostly to people who only ask, now and then on a question of one's own."""
    asker = 500_000 + person.number if r < 0.04 else 900_000 + int(r * 6000)
    return (
        f'{who(person, "forum")}{_OPEN}"kind":"forum.answer",'
        f'"object":"https://help.marula.example/questions/{n // 2}#answer-{n}",'
        f'"extra":{{"asker":"{asker}","locale":"en"}}}}\n'
    )


def question(person: Person, r: float, n: int) -> str:  # noqa: ARG001 - all kinds are called alike
    """A question, which is no contribution."""
    return f'{who(person, "forum")}{_OPEN}"kind":"forum.question","object":"https://help.marula.example/questions/{n}"}}\n'


def chat(person: Person, r: float, n: int) -> str:
    """Help in the chat."""
    room = ("help", "newcomers", "help", "general")[int(r * 4)]
    return f'{who(person, "chat")}{_OPEN}"kind":"chat.helped","object":"https://chat.marula.example/{room}/{n}"}}\n'


def article(person: Person, r: float, n: int) -> str:
    """A change to a help article, in English or in the person's language."""
    locale = "en" if r < 0.7 else person.locale
    minor = ',"minor":true' if int(r * 90) % 3 == 0 else ""
    return (
        f'{who(person, "kb")}{_OPEN}"kind":"kb.edit","object":"https://kb.marula.example/{locale}/{n % 977}#{n}",'
        f'"extra":{{"locale":"{locale}"{minor}}}}}\n'
    )


def article_review(person: Person, r: float, n: int) -> str:
    """A review of somebody's change to an article."""
    return (
        f'{who(person, "kb")}{_OPEN}"kind":"kb.review","object":"https://kb.marula.example/en/{n % 977}#{n}",'
        f'"extra":{{"locale":"en","writer":"{500_000 + _peer(person, r).number}"}}}}\n'
    )


def wiki(person: Person, r: float, n: int) -> str:
    """A changed page of the wiki."""
    minor = "true" if r < 0.3 else "false"
    return (
        f'{who(person, "wiki")}{_OPEN}"kind":"wiki.edit","object":"https://wiki.marula.example/{n % 1409}",'
        f'"extra":{{"minor":{minor}}}}}\n'
    )


def strings(person: Person, r: float, n: int) -> str:
    """A sitting at the translation desk."""
    return (
        f'{who(person, "translate")}"schema":"translation","version":1,"kind":"translate.strings",'
        f'"object":"https://translate.marula.example/{person.locale}/{n}",'
        f'"extra":{{"locale":"{person.locale}","strings":{2 + int(r * r * 70)},"state":"suggested"}}}}\n'
    )


def strings_review(person: Person, r: float, n: int) -> str:
    """A review of strings."""
    return (
        f'{who(person, "translate")}"schema":"translation","version":1,"kind":"translate.review",'
        f'"object":"https://translate.marula.example/{person.locale}/{n - 60}",'
        f'"extra":{{"locale":"{person.locale}","strings":{1 + int(r * 30)},"state":"{_STATES[int(r * 5)]}",'
        f'"translator":"{_peer(person, r).login}"}}}}\n'
    )


def _gathering(person: Person, kind: str, n: int, r: float) -> str:
    return (
        f'{who(person, "gatherings")}"schema":"gathering","version":1,"kind":"event.{kind}",'
        f'"object":"https://events.marula.example/{n}",'
        f'"extra":{{"country":"{_COUNTRIES[int(r * 12)]}","people":{6 + int(r * 977) % 80}}}}}\n'
    )


def organise(person: Person, r: float, n: int) -> str:
    """An event, organised."""
    return _gathering(person, "organised", n, r)


def speak(person: Person, r: float, n: int) -> str:
    """A talk at an event."""
    return _gathering(person, "spoke", n, r)


def welcome(person: Person, r: float, n: int) -> str:
    """People welcomed at an event."""
    return _gathering(person, "hosted", n, r)


def proposal(person: Person, r: float, n: int) -> str:
    """A design put up; some are chosen, for now or for good."""
    state = ("open", "open", "open", "declined", "chosen", "chosen-for-release")[int(r * 6)]
    return (
        f'{who(person, "gallery")}{_OPEN}"kind":"design.proposal","object":"https://design.marula.example/{n}",'
        f'"extra":{{"state":"{state}"}}}}\n'
    )


def design_comment(person: Person, r: float, n: int) -> str:
    """Something helpful said on a design."""
    designer = person.login if r < 0.1 else _peer(person, r).login
    return (
        f'{who(person, "gallery")}{_OPEN}"kind":"design.comment","object":"https://design.marula.example/{n - 20}#{n}",'
        f'"extra":{{"designer":"{designer}"}}}}\n'
    )


def _ops(person: Person, kind: str, n: int, extra: str = "") -> str:
    said = f',"extra":{{{extra}}}' if extra else ""
    return f'{who(person, "ops")}{_OPEN}"kind":"ops.{kind}","object":"https://ops.marula.example/{n}"{said}}}\n'


def ops_change(person: Person, r: float, n: int) -> str:
    """A change to something that runs."""
    return _ops(person, "change", n, '"stage":"sandbox"' if r < 0.25 else '"stage":"live"')


def incident(person: Person, r: float, n: int) -> str:  # noqa: ARG001 - all kinds are called alike
    """Help when something broke."""
    return _ops(person, "incident", n)


def shift(person: Person, r: float, n: int) -> str:  # noqa: ARG001 - all kinds are called alike
    """A day's watch."""
    return _ops(person, "shift", n)


MIXES: dict[str, tuple[Kind, ...]] = {
    "coding": (commit,) * 7 + (patch,) * 5 + (patch_review,) * 2 + (merge, bug),
    "support": (answer,) * 10 + (chat,) * 4 + (bug_comment, question),
    "translation": (strings,) * 11 + (strings_review,) * 3 + (article,) * 2,
    "quality": (bug,) * 6 + (verify,) * 4 + (testcase,) * 5 + (bug_comment,),
    "documentation": (article,) * 7 + (wiki,) * 6 + (article_review,) * 2 + (handbook,),
    "events": (organise,) * 6 + (speak,) * 5 + (welcome,) * 5,
    "design": (proposal,) * 6 + (design_comment,) * 8 + (theme,) * 2,
    "infrastructure": (ops_change,) * 7 + (deploy,) * 4 + (incident,) * 2 + (shift,) * 3,
}
"""Area to sixteen kinds, as often as they are done."""

