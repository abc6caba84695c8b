# The desk: who may be one person, asked one by one and by rule; what was decided; one person. Only operators see these pages.
people-refused = That could not be done.
and-more = and { NUMBER($n) } more

desk-menu = Your desk
desk-review = Review
desk-rules = By rule
desk-history = Decided
desk-find = Find
desk-find-who = Find a person by id, system:account or address
desk-find-hint = id, system:account, address
desk-leave = Leave

review-title = Are these the same person?
review-description = Who may be one person.
review-left = { $n ->
    [one] One pair is left to look at.
   *[other] { NUMBER($n) } pairs are left to look at, of { NUMBER($people) } people.
}
review-nobody = Nobody to look at.
review-nobody-text = No two people look like one. New pairs appear here as new contributions arrive.
review-two = The two people
review-stays = This one stays.
review-joins = Becomes part of the other.
review-arrow = would join
review-answer = Your answer
review-yes = Yes, same person
review-no = No, two people
review-later = Not sure, ask me later
review-yes-short = Yes
review-no-short = No
review-later-short = Later
review-no-all = No to all { NUMBER($n) }
review-keys = A key answers at once: Y yes, N no, L later. U takes the last answer back.
review-keys-off = Keys are off.
review-keys-stop = Turn keys off
review-keys-begin = Turn keys on
review-two-people = A yes changes a published number, so a second person is asked too.
review-second = Somebody else has said yes. A second yes joins them.
review-first = You have said yes. Another person’s yes joins them.
review-why = Why we ask
review-score = Together { $score }, from 0 to 1.
review-score-head = Score
review-effect = What a yes changes
review-rest = { $n ->
    [one] One more that may be the same person
   *[other] { NUMBER($n) } more that may be the same person
}
review-alike = { $n ->
    [one] One more pair rests on the same evidence
   *[other] { NUMBER($n) } more pairs rest on the same evidence
}
review-alike-link = Look at them together
review-recent = Decided last
review-all-decided = All that was decided
review-undo = Undo
review-undo-of = decision { $n }

fact-names = Names
fact-accounts = Accounts
fact-mail = Addresses
fact-first = First seen
fact-last = Last seen
fact-did = Has done
fact-out = Counted
out-bot = in no count: a program
out-opted-out = in no count: opted out
did-kind = { $kind } { $n }
did-times = Times
did-nothing = Nothing is counted yet.

evidence-strong = strongly for
evidence-for = for
evidence-against = against

effect-unknown = Nothing has been counted yet, so no number changes.
effect-none = No published number changes.
effect-fewer = They are counted twice now. As one person they are one fewer.
effect-perhaps = Neither is active there now. What they did together may be enough.
effect-caption = Published numbers
effect-number = Number
effect-now = Now
effect-then = If yes
effect-or = { $n } or { $more }
effect-unclaimed = In no area yet
effect-point = { $scope }: { $point }
effect-moved = { $n ->
    [0] What they did stays as it is.
    [one] One contribution changes its person.
   *[other] { NUMBER($n) } contributions change their person.
} Open releases stay as they were published.

rules-title = Pairs by what speaks for them
rules-lead = Pairs that rest on the same evidence, to be answered together. Look at the pairs first: what is said counts for all that are shown.
rules-group = { $n ->
    [one] One pair
   *[other] { NUMBER($n) } pairs
}
rules-n = { $n ->
    [one] One pair
   *[other] { NUMBER($n) } pairs
}
rules-more = { NUMBER($n) } more follow after these.
rules-scores = Scores from { $low } to { $high }.
rules-stays = Stays
rules-joins = Would join
rules-moved = Contributions
rules-changes = Numbers may change
rules-same = Numbers stay
rules-two = Where a number changes, a second person is asked too.
rules-yes = Join all { NUMBER($n) }
rules-no = Keep all { NUMBER($n) } apart
rules-later = Ask about all { NUMBER($n) } later
rules-all = All groups
rules-gone = Nothing rests on this any more.

decided-title = What was decided
decided-lead = Each answer can be taken back, and every count is then what it was.
decided-accepted = { $n ->
    [one] Joined:
   *[other] Joined { NUMBER($n) } pairs:
}
decided-rejected = { $n ->
    [one] Kept apart:
   *[other] Kept { NUMBER($n) } pairs apart:
}
decided-later = { $n ->
    [one] Put off for a month:
   *[other] Put { NUMBER($n) } pairs off for a month:
}
decided-proposed = { $n ->
    [one] Waits for a second yes:
   *[other] { NUMBER($n) } pairs wait for a second yes:
}
decided-and = and
decided-by = Decision { $n }, by { $who }.
decided-undone = Taken back
decided-none = Nothing was decided by hand.
said-refused = They stay apart: somebody said that others of the two are different people.
said-own = You have said yes already. Another person’s yes joins them.
said-undone = Taken back.
said-waits = A number changes, so a second person is asked too.

person-title = A person
person-number = Person { $n }
person-chosen = This is the name that they chose.
person-waiting = { $n ->
    [one] One pair to look at
   *[other] { NUMBER($n) } pairs to look at
}
person-identities = { $n ->
    [one] One identity
   *[other] { NUMBER($n) } identities
}
person-why = Why
person-step = { $a } and { $b }:
person-said = By { $who }.
person-reason = Why are they somebody else?
person-split = Part the ticked ones from the others
person-split-text = No later rule joins them again. It can be taken back.
person-did = What they did
person-decided = What was decided about them
