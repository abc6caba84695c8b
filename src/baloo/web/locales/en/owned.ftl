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
owned-refused-text = Each waits for some weeks, until somebody has mended what is wrong and replays it: `baloo quarantine replay`.
owned-events = Events
owned-why = Why
owned-where = Where
owned-do = What to do
owned-runs = How it was read
owned-runs-none = No source has read it.
owned-mine = What you look after
analyst-extract = Every number, however small (CSV)
