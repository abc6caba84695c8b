# Findings, captions and labels of the figures.
trend-title-plain = Active people over time
trend-title-same = As many as a year ago
trend-title-more = { $n ->
    [one] One more than a year ago
   *[other] { spelt-start } more than a year ago
}
trend-title-fewer = { $n ->
    [one] One fewer than a year ago
   *[other] { spelt-start } fewer than a year ago
}
trend-title-always = { $form ->
    [community] More than { $target } of us, all along
   *[other] { $scope } has been over { $target } all along
}
trend-title-passed = { $form ->
    [community] We passed { $target } in { $month }, and stayed there
   *[other] { $scope } passed { $target } in { $month }, and stayed there
}
trend-title-short = { $form ->
    [community] { $n ->
        [one] One more and we’re at { $target }
       *[other] { spelt-start } more and we’re at { $target }
    }
   *[other] { $n ->
        [one] One more person and { $scope } is there
       *[other] { spelt-start } more people and { $scope } is there
    }
}
trend-text = Active people, week by week: { $first } in { $start }, { $last } in { $end }.
trend-ahead = If nobody did anything more from today on, { $half } would be active in { $first } and { $left ->
    [0] nobody
   *[other] { $year }
} in { $last }: the dotted line.
trend-ahead-show = What if nobody did anything more?
trend-ahead-hide = Back to what is counted
row-ahead = if nobody did more
row-counted = counted
column-ahead = Counted, or ahead
trend-empty = Nothing here yet: nobody has been active in these years.
trend-label = Line of people active in { $scope } from { $start } to { $end }, from { $first } to { $last }
trend-subject = people active in { $scope }
trend-caption = People active in { $scope }, at the end of each week
trend-ago = { $number } a year ago
trend-target = { $number } · { $share ->
    [100] the target
    [25] a quarter of the target
    [50] half of the target
    [75] three quarters of the target
   *[other] the next one
}
trend-note-rule = The rule changed. Figures from this day on follow the new one.
trend-note-link = Both rules

tiles-title = Who came, who stayed, who went quiet
tiles-text = Since this time last year.
tiles-subject = comings and goings in { $scope }
tiles-caption = From { $start } to { $end }
tiles-sum = It adds up: { $before } people a year ago, less { $left }, plus { $joined } and { $returned }, is { $after }.
tile-stayed = Stayed
tile-stayed-text = were here a year ago and still are. Thank you.
tile-joined = Joined
tile-joined-text = became active for the first time.
tile-returned = Returned
tile-returned-text = had been quiet, and came back.
tile-left = Drifted
tile-left-text = have gone quiet. We’d love to see them again.
tiles-kept = A number of fewer than { $k ->
    [5] five
   *[other] { $k }
} people is not shown, and another one with it, so that the sum does not give it away.
flow-before = Active on { $day }
flow-after = Active on { $day }

areas-title = Where people help
areas-text = { $n ->
    [0] Nothing here yet: no area is declared. An area says whose contributions it counts, and by which rule.
    [one] One area, with its own idea of what active means. The small line is the last 26 weeks.
   *[other] { spelt-start } areas, each with its own idea of what active means. The small lines are the last 26 weeks.
}
areas-caption = People active in each area
areas-subject = the areas
course = { $way ->
    [up] rising over 26 weeks
    [down] falling over 26 weeks
   *[other] level over 26 weeks
}
unclaimed = { $n } people are active in what no area claims. Those of them who are active in no area are not in the total.
change-none = as then
change-more = +{ $n }
change-fewer = −{ $n }
newest = newest person: { $month }
change-then = on a year ago
goal-plain = Target { $target }
goal-short = { $n ->
   *[other] { $n } to go to { $target }
}
goal-there = { $n ->
    [0] There, at { $target }
   *[other] There, and { $n } over { $target }
}

once-title = The areas add up to { $sum }. We are { $people }.
once-text = { $n } of us help in more than one place, and in each of those places they count. In the total they count once.
once-why = A total here is never a sum of its parts, and the difference is good news.
once-link = Who helps where else?
once-caption = People, by the number of areas they help in
once-subject = people by the number of areas
in-areas = { spelt-start }
in-areas-or-more = { spelt-start } or more

file-period = { $start } to { $end }
file-day = { $end }
file-definition = Definitions of registry { $hash }
file-licence = CC0-1.0
file-publisher = Baloo at { $community }

badge = { $n ->
    [one] 1 active
   *[other] { $n } active
}
chart-picture = The figure
chart-numbers = The numbers
chart-embed = To show it elsewhere, put the address of this site before these:
chart-code = Code to copy
chart-period = Period
chart-definition = Definition
chart-licence = Licence
chart-cite = To cite it
chart-form = { $form ->
    [csv] the table, cell for cell
    [json] the table with its title, period and definition
    [metadata-json] all but the numbers: what they are, how fresh, under which rules
    [svg] the picture, at any size
    [png] the picture for mail and slides
    [vl-json] the picture as a Vega-Lite specification with its data
   *[embed] the figure alone, for a frame on another page
}

column-step = Step
column-level = Level
column-rate = Of the step before
column-quarter = To
column-after = Active then
column-from = From
column-to = To
percent = { $n }%
path-title = The hardest step is “{ $step }”
path-title-plain = How far along the path
path-text = People who hold each step of the pathway today, and how many of a hundred went on from the one before.
path-whole = The areas that it is made of have points of their own, so more people can be active than stand here.
path-label = Bars of the people at each step of { $scope }
path-subject = the pathway of { $scope }
path-caption = People at each step
path-rate = { $n } in 100 go on
quarters-title = { $way ->
    [more] More came than went
    [fewer] More went than came
   *[same] As many came as went
}
quarters-text = All in all { $came } people joined or returned, and { $left } drifted. Each period is compared with its eve, so a person who went and came back counts in both.
quarters-kept = Who joined and returned stands above the line, who drifted below. Numbers of fewer than { $k ->
    [5] five
   *[other] { $k }
} people are left out of the drawing.
quarters-label = Bars of people who joined, returned and drifted in { $scope }, period by period
quarters-subject = comings and goings in { $scope } over time
quarters-caption = Comings and goings in { $scope }
moves-title = { $n } people moved from { $source } to { $target }
moves-text = People who were active in one area a year ago and are active in another now. Moves of fewer than { $k ->
    [5] five
   *[other] { $k }
} people are left out.
moves-caption = From where, to where, in a year
moves-subject = the moves between areas

flow-title = { $way ->
    [none] Nobody came to { $scope } in a year
    [kept] Who came to { $scope }, and who went
    [new] Most of those who came to { $scope } were active nowhere a year ago
   *[areas] Most of those who came to { $scope } were active in other areas
}
flow-said = { $way ->
    [came] { $n } came from { $area }
    [appeared] { $n } were active nowhere a year ago
    [went] { $n } went to { $area }
   *[quiet] { $n } have gone quiet
}
flow-sides = On the left is { $start }, on the right { $end }; who stayed is pale.
flow-not-active = not active
flow-quiet = gone quiet
flow-several = several areas
flow-others = others
flow-label = Bands from the people of { $scope } a year ago to those of today, with who came and who left
flow-subject = the flows in and out of { $scope }
flow-caption = From where, to where, between { $start } and { $end }

stay-title = { $way ->
    [more] This year’s newcomers stay longer
    [fewer] Fewer newcomers stay than a year ago
    [same] As many newcomers stay as a year ago
   *[unknown] Do newcomers stay?
}
stay-text = Of a hundred people who first became active in { $period }, { $n } were active { $grain ->
    [year] { $after ->
        [one] a year later
       *[other] { $after } years later
    }
   *[quarter] { $after ->
        [one] a quarter later
       *[other] { $after } quarters later
    }
}. A year earlier it was { $then }.
stay-note = Each column is a { $grain ->
    [year] year
   *[quarter] quarter
} further on; the star marks the one that is not over.
stay-provisional = { $n }*
stay-caption = Of a hundred people who first became active in a { $grain ->
    [year] year
   *[quarter] quarter
}, how many were active at the end of each later one
stay-subject = newcomers who stay in { $scope }
column-first-active = First active

overlap-title = Who helps in several places: mostly { $areas }
overlap-text = { $n } people are active in just these and in no other. Groups of fewer than { $k ->
    [5] five
   *[other] { $k }
} people are left out.
overlap-caption = People by exactly the areas that they are active in
overlap-subject = who helps in several places
column-exactly = Active in just these
