# What whoever looks after a system sees of it.
owned-title = { $system }: for its owner
owned-lead = What it sent that was refused, how it was read, and whether what it sends counts.
owned-public = The system's public page
owned-state = What it sends
owned-counts = What its tokens send counts.
owned-tries = It tries out: what its tokens send is judged, shown on the live page, and never counted. You let it in when what it sends is right; before one of its events was accepted, that is refused.
owned-promote = Let it into production
owned-demote = Put it back into staging
owned-said = { $said ->
    [promoted] It is in production: what it sends from now on counts.
   *[demoted] It is in staging: what it sends is not counted. What it sent before stays counted.
}
owned-refused = What was refused, and waits
owned-refused-none = Nothing waits.
owned-refused-text = Each waits for some weeks, until somebody has mended what is wrong and replays it here, or with `baloo quarantine replay`.
owned-replay = Replay what waits
owned-replay-text = Once what is wrong is mended in the registry, what waits goes through the door again, at most 2,000 events at a time. Nothing counts twice; what is refused again stays.
owned-replayed = { $done ->
    [one] One event was accepted now,
   *[other] { $done } events were accepted now,
} { $again } refused again.
owned-events = Events
owned-why = Why
owned-where = Where
owned-do = What to do
owned-runs = How it was read
owned-runs-none = No source has read it.
area-own-title = { $area }: for its owner
area-own-lead = The systems that feed it, who logs for it by hand, and which programs do.
area-own-public = The area's public page
area-own-log = What is written down by hand
area-own-systems = What feeds it
area-own-system-none = No system feeds it, and nobody logs for it.
area-own-far = How far it is in
area-own-integrated = On the dashboard
area-own-percent = { $percent } percent of the way
area-own-last = Heard of
area-own-refused = Refused, and waiting
area-own-loggers = Who may log
area-own-group = The group { $group }
area-own-role = { $role ->
    [owner] owns { $of }
   *[other] logs for { $of }
}
area-own-loggers-none = The registry gives this to no group: `may` in `community.yaml`. Owners of the area, stewards and admins may log.
area-own-trail = What was written down by hand
area-own-trail-none = Nothing so far.
area-own-written = Written down
area-own-edited = Changed
area-own-taken-back = Taken back
area-own-latest = Latest
area-own-programs = Programs that log
area-own-programs-text = A program logs by the API with a token: it is shown once, ends after 90 days, and opens nothing but the log of this area and its parts.
area-own-programs-none = There is no token.
area-own-token-name = What is the program called?
area-own-token-help = Small letters, digits and hyphens, such as front-desk.
area-own-token-make = Make a token
area-own-token-made = This is the token. Copy it now: it is shown this once.
area-own-token-revoke = End it
area-own-token-revoked = The token is no longer good. What was logged with it stays.
area-own-until = Good until
area-own-used = Last used
area-own-never = Never
area-own-over = Over
owned-mine = What you look after
analyst-extract = Every number, however small (CSV)
