# The home page.
home-description = { $people } people are active at { $community }, each counted once.
home-yes = Yes.
home-nearly = Nearly.
home-no = Not yet.
home-answer-yes = { $n ->
    [one] One of us is lending a hand.
   *[other] { $n } of us are lending a hand.
}
home-answer-nearly = { $n ->
    [one] One more and we’re there.
   *[other] { $n } more and we’re there.
}
home-answer-no = { $n ->
    [one] One of us is lending a hand; { $missing } more and we’re there.
   *[other] { $n } of us are lending a hand; { $missing } more and we’re there.
}
home-answer-plain = { $n ->
    [one] One of us is lending a hand.
   *[other] { $n } of us are lending a hand.
}
home-answer-nobody = Nobody is active here yet. The first contribution will change that.
home-answer-quiet = Nobody is active at the moment. We’d love to see everybody again.
home-answer-no-area = No area is declared yet, so nobody counts as active. An area says who does.
home-us = “Us” is everybody who was active in at least one area on { $day }, each counted once across { $systems ->
    [0] all systems. None is declared yet.
    [one] one system.
   *[other] all { $systems } systems.
}
home-us-link = What counts as lending a hand?

delta-more = { $n ->
    [one] One more than this time last year. Hello, you.
   *[other] { spelt-start } more than this time last year. Hello, you { spelt }.
}
delta-fewer = { $n ->
    [one] One fewer than this time last year.
   *[other] { spelt-start } fewer than this time last year.
}
delta-same = As many as this time last year.

week-title = This week
week-new = { $n ->
    [0] Nobody new came in the week from { $day }. The next one is welcome.
    [one] One person did their first thing here in the week from { $day }.
   *[other] { spelt-start } people did their first thing here in the week from { $day }.
}
week-target = { $scope } passed its target of { $target }.
week-growth = { $n ->
    [one] { $scope } has one person more than four weeks ago.
   *[other] { $scope } has { spelt } people more than four weeks ago.
}
week-nearest = { $n ->
    [one] { $scope } needs one more person to reach { $target }.
   *[other] { $scope } needs { spelt } more people to reach { $target }.
}
