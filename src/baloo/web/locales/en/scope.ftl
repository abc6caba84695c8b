# Pages of areas, systems and organisations.
crumbs = Where you are
scope-title = { $scope }: { $people } people
scope-description = People active in { $scope }, each counted once: { $people }.
scope-lead = { $n ->
    [one] One person is active here.
   *[other] { $n } people are active here.
}
scope-none = Nobody is active here at the moment.
scope-goal = { $n ->
    [one] One more and we’re at { $target }.
   *[other] { spelt-start } more and we’re at { $target }.
}
scope-goal-there = The target of { $target } is reached.
counted-on = Counted for { $day }.
check-source = How fresh is each source?
provisional = Provisional: the rule looks at days that are not over or not known yet, so this number may still change.
warming-up = Warming up: the rule looks back to before anything is known of a system, so this number may be a few people short.
without-staff = Leave out staff
staff-left-out = Staff is left out here.
with-staff = Count everybody

def-title = What active means here
def-link = The rule itself, and what was before
def-link-only = The rule itself
def-all = All definitions
organisation-rule = You count here when you are active in at least one of the areas below.
fact-rule = Rule
fact-grace = Grace
fact-next = Next step
fact-rewards = Thanks
fact-address = Address
fact-staging = Tried out
staging-text = { $n ->
    [one] One event, on { $moment }. It is staging: stored, and never counted.
   *[other] { $n } events, the last on { $moment }. They are staging: stored, and never counted.
}
fact-areas = Counts for
fact-force = In force
fact-level = Level
fact-used = Used by
fact-total = and the total of { $community }

feeds-title = Where these contributions come from
feeds-text = Some people use more than one system, so the area is smaller than their sum, and a system may feed other areas too.
column-system = System
column-what = What counts
column-active-there = Active there
column-state = State
then-active = active
column-first = First seen
column-last = Last seen
column-kind = What people do
column-name = Name
column-counts = Does it count?
kinds-title = What is done here
kind-counts = A contribution
kind-fact = Known, but not a contribution
system-title = What active means here, and how fresh it is
system-rule = A system is counted by the community’s own rule; its areas have theirs.
systems-text = { $n ->
    [0] Nothing here yet: no system is declared. A system is a place where contributions happen.
    [one] One system tells us what people do.
   *[other] { spelt-start } systems tell us what people do.
}
systems-description = The systems in which people contribute to { $community }.
fresh-state = { $state ->
    [fresh] On time
    [late] Late
    [closed] No longer counted
   *[silent] Nothing yet
}
fresh-never = never

inner-title = What it is made of
inner-text = Who is active in one of these is active in the whole, once.
areas-description = The areas of { $community } and the people who are active in each.
within = Inside { $scope }
organisations = Organisations
organisations-text = Everybody who is active in at least one area of an organisation, counted once.
