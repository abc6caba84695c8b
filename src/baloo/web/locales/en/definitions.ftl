# What counts.
definitions-description = What it takes to be counted at { $community }, in words.
definitions-text = Each area says itself what it counts. These sentences are written from the rules that do the counting, so the two cannot disagree.
definitions-on = These were the rules on { $day }.
definitions-today = The rules of today
changes-text = The rule of a day judges that day. Follow a date to see all rules as they were then.
column-since = Since
column-point = Conversion point
rule-now = in force
rule-others = What was before, and after
definitions-else = Where nothing else is said
definition-title = { $level ->
    [active] What does it take to be active in { $scope }?
    [core] What does it take to be core in { $scope }?
    [casual] What does it take to be casual in { $scope }?
   *[other] What makes a visitor of { $scope }?
}
level = { $level ->
    [visitor] Visitor
    [casual] Casual
    [active] Active
   *[core] Core
}
rule-title = The rule, in words and in full
rule-title-words = The rule, in words
rule-yaml = The rule as it is written
rule-same = The sentence is written from the file beside it.
rule-since = This rule has held since { $day }.
rule-from-to = { $start } to { $end }
rule-from = since { $start }
rule-to = until { $end }
rule-always = always
keeps-ever = for ever
worked-title = How it works out
worked-invented = Ama and Jun are invented.
worked-did = Ama { $did }{ $n ->
    [one] , on { $last }.
   *[other] { " " }{ $of ->
        [days] on { $said } days
        [objects] on { $said } different things
        [people] for { $said } different people
       *[contributions] { $n ->
            [2] twice
           *[other] { $said } times
        }
    }, from { $first } to { $last }.
} She counts from { $at ->
    [once] that day on.
   *[later] { $begins } on.
}
worked-ever = She counts for ever, even if she does nothing more.
worked-until = If she does nothing more, she counts up to { $until }.
worked-grace = If she does nothing more, the rule fails on { $out }; with { $keeps } of grace she counts up to { $until }.
worked-core = That is so while she is active too, as the core is.
worked-short = Jun did the same, but { $of ->
    [days] on one day less
    [objects] on one thing less
    [people] for one person less
   *[contributions] once less
}. He does not count yet; one more, soon enough, and he does.
worked-ways = This is one way in. The rule has another one, which does as well.
history-title = What changed, and when
others-title = The other steps in { $scope }
fact-basis = Where it comes from
fact-draft = State
rule-draft = A draft: nobody has agreed on these numbers yet.
