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
tile-hidden = few
flow-before = Active on { $day }
flow-after = Active on { $day }

areas-title = Where people help
areas-text = { $n ->
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
change-none = as then
change-more = +{ $n }
change-fewer = −{ $n }
newest = newest: { $month }
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
once-title-equal = Everybody helps in one area
once-text = { $n ->
    [one] One of us helps in more than one place, and in each of those places counts. In the total everybody counts once.
   *[other] { $several } of us help in more than one place, and in each of those places they count. In the total they count once.
}
once-text-nobody = Nobody helps in two places yet, so the areas add up to the total.
once-why = A total here is never a sum of its parts, and the difference is good news.
once-caption = People, by the number of areas they help in
once-subject = people by the number of areas
in-areas = { spelt-start }
in-areas-or-more = { spelt-start } or more
