# Status: how far each system is, and what is planned.
status-title = How far are we with our systems?
status-description = How far each system is, when it last told us something, what is planned, and what we could not read.
status-coverage = { $known ->
    [0] No system is known yet.
   *[other] { $integrated ->
        [0] None
       *[other] { $integrated }
    } of { $known } known { $known ->
        [one] system
       *[other] systems
    } { $integrated ->
        [0] has
        [one] has
       *[other] have
    } gone through every stage.
}
status-coverage-parts = { $automatic } of { $automatic-known } send by themselves or are read by a program, { $manual-known ->
    [0] and none is
    [one] { $manual } of { $manual-known } is
   *[other] { $manual } of { $manual-known } are
} written down by hand.
banner-none = No system is declared yet.
banner-part = { $known ->
    [one] The one known system has not gone through every stage yet.
   *[other] { $integrated ->
        [0] None
       *[other] { $integrated }
    } of { $known } known systems { $integrated ->
        [0] has
        [one] has
       *[other] have
    } gone through every stage yet.
}
stages-title = Each system, stage by stage
stages-text = Each stage is told by what is true, and is done only after the one before it. A system’s history and its live pushes are two ways to the same: one of them is enough to go on.
stage-schema = Schema
stage-import = History
stage-push = Live push
stage-aggregation = Rule
stage-dashboard = On the dashboard
stage-state = { $state ->
    [done] Done
    [in-process] In process
    [blocked] Blocked
   *[none] Not begun
}
stage-why = { $why ->
    [met] { $stage ->
        [schema] Each kind names its schema.
        [import] Read to its end.
        [push] What it pushes is accepted, and counts.
        [aggregation] A rule asks for what people do there.
       *[dashboard] Its people are counted.
    }
    [work] Work is open.
    [before] The stage before is not done.
    [some] Some kinds name a schema.
    [unfinished] Something of it is known; no import of its history was read to the end.
    [staging] It tries out, in staging.
    [draft] The rule is a draft.
    [rule] It feeds an area whose rule does not ask for what people do there.
   *[nothing] Nothing yet.
}
status-fresh = When each last told us something
silent-title = Silent for longer than usual
silent-text = { $system }: nothing for { $days } days, where { $usual } are usual.
roadmap-title = The plan, quarter by quarter
roadmap-state = { $state ->
    [done] Done
    [ongoing] Ongoing
   *[planned] Planned
}
work-totals = { $total } in all; { $open } open ({ $open-percent } %); { $resolved } resolved ({ $resolved-percent } %); { $verified } verified ({ $verified-percent } %).
work-list = What there was to do
work-caption = Work of { $quarter }
column-work = Work
column-stage = Stage
column-blocks = State
work-state = { $state ->
    [open] Open
    [verified] Verified
   *[resolved] Resolved
}
work-blocks = Open: the stage waits for it
status-programs = The same for programs
runs-title = Runs of sources
runs-description = When each system was read, what that brought, and why it failed.
runs-none = No source was read yet. A line of cron in a system's file, or baloo import, begins.
runs-alarms = What is the matter
runs-overdue = { $system }: none of the last two runs that were due went well. Last well: { $since }.
runs-failed = { $system }: the last run failed. Last well: { $since }.
runs-silent = { $system }: nothing came since { $since }, which is longer than usual.
runs-never = never
runs-list = The latest
runs-link = When each was read, and what that brought
column-began = Began (UTC)
column-took = Took
column-new = New
column-read = Read
column-again = Known already
column-refused = Refused
run-outcome = { $outcome ->
    [running] Running
    [done] Done
    [stopped] Stopped
   *[failed] Failed
}
run-took = { $seconds } s
