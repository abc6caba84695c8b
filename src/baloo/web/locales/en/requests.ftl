# Asking for a system, and bringing one in.
requests-title = Which system is missing?
requests-description = Systems that people would like to see counted, with votes.
requests-lead = Tell us where people help, and nobody counts it yet. Or vote for what others have asked for.
requests-own = Do you look after the system? Bring it in yourself.
requests-shown = What people asked for
requests-none = Nothing is asked for at present.
requests-votes = { $n ->
    [0] No votes yet
    [one] { $n } vote
   *[other] { $n } votes
}
requests-vote = Vote for it
requests-voted = You voted for it
requests-said = { $said ->
    [asked] Thank you. It is shown here as soon as a steward has said yes.
    [voted] Thank you. Your vote is counted.
   *[again] Your vote was counted before.
}
requests-ask = Ask for a system
requests-name = Its name
requests-url = Its address, if it has one
requests-goal = What do people do there, and what would you like to see of it?
requests-volume = How much happens there?
requests-private = A steward reads it before anybody else does. Write no names and addresses of people: they are not needed.
requests-send = Ask for it
volume = { $volume ->
    [few] Less than ten things a month
    [some] Less than a thousand things a month
   *[many] More
}
join-title = Bring your system in
join-description = The steps from a system that nobody counts to people on the dashboard.
join-lead = You look after a system where people help. In five steps what they do is counted.
join-which = Which system is it?
join-new = A new one
join-show = Show its steps
join-low = So little is better written down by hand
join-low-text = For less than ten things a month it is not worth changing a program. Somebody of your area writes down who helped, when, and with what.
join-low-where = Here people write into: { $systems }.
join-low-none = No system of this community is for that yet: its registry needs one with `manual: true`.
join-first = Say what it is
join-first-text = Write down what can be done there, and who looks after it. A schema says which fields its events carry; `contribution` takes any.
join-token = Get a token
join-token-text = Whoever runs this server makes it. It is shown once.
join-staging = Send something, and see 201
join-staging-text = What a new system sends is staging: it is judged and shown, and never counted. The answer 201 says that it is on the disk.
join-live = Look at what became of it
join-live-text = The live page shows each event with its verdict, and why it was refused.
join-live-link = The live page, for this trial
join-production = Let it into production
join-production-text = Its owner decides that. It is refused before one of its events was accepted in staging: until then nobody knows whether what it sends is right.
join-history = And what happened before?
join-history-text = Import its history once, from files, a database or its own addresses. A conversion point of an area then says who is active.
join-rules = The rules of all areas
join-status = How far each system is
step-done = Done
step-not = Not yet
status-ask = Is a system missing?
status-ask-text = Ask for it, and vote for what others have asked for.
status-join = Bring your own system in
# A steward's answers.
desk-requests = Requests
asked-title = What people ask for
asked-description = Systems that people ask for, for a steward to answer.
asked-lead = What you say yes to is shown, voted for, and stands as work in the registry: commit its file.
asked-state = { $state ->
    [waiting] Waiting for an answer
    [accepted] Shown
   *[declined] Not shown
}
asked-none = None.
asked-quarter = When, if it is known (2026-Q4)
asked-yes = Yes
asked-no = No
asked-said = { $said ->
    [yes] It is shown now, and stands as work in the registry.
    [planned] It is not shown. Its work still stands in the registry, and so in the plan: delete the file.
   *[no] It is not shown.
}
