# What stands on every page, numbers in words, and the words of figures and tables.
skip = Skip to the page
brand = Baloo
brand-at = at { $community }
menu = Main
menu-people = People
menu-areas = Areas
menu-systems = Systems
menu-definitions = Definitions
menu-status = Status
menu-about = About
demo-label = About these numbers
demo-title = This community is invented.
demo-text = Every person and every number here was made up to show what Baloo does.

foot-count = How we count
foot-count-text = A person is counted once, however many accounts they have.
foot-count-link = What counts, and why
foot-keep = What we keep to ourselves
foot-keep-text = Groups of fewer than { $k ->
    [5] five
   *[other] { $k }
}, addresses, and anybody who asked not to be counted.
foot-keep-link = Privacy, and how to be forgotten
foot-take = Take it with you
foot-take-text = All figures are CC0: each has its table, and its picture as a file.
foot-take-link = How to use them
foot-api = The API, for programs
foot-help = Help
foot-help-text = Baloo is free software.
foot-source = The source, and how to take part
foot-report = Report a fault
foot-help-link = What it is, and whom to ask

# Small numbers are written out in sentences. $n is the number.
spelt = { $n ->
    [0] none
    [1] one
    [2] two
    [3] three
    [4] four
    [5] five
    [6] six
    [7] seven
    [8] eight
    [9] nine
    [10] ten
    [11] eleven
    [12] twelve
   *[other] { $n }
}
spelt-start = { $n ->
    [0] None
    [1] One
    [2] Two
    [3] Three
    [4] Four
    [5] Five
    [6] Six
    [7] Seven
    [8] Eight
    [9] Nine
    [10] Ten
    [11] Eleven
    [12] Twelve
   *[other] { $n }
}
no-number = no number yet
not-shown = not shown
few = fewer than { $k ->
    [5] five
   *[other] { $k }
}
few-kept = Fewer than { $k ->
    [5] five
   *[other] { $k }
} people, so we keep that to ourselves.
all = All

download = Download
download-of = of { $subject }
download-link = Link
download-to = to { $subject }
download-embed = Embed
show-numbers = Show the numbers

column-week = Week to
column-people = People
column-who = Who
column-area = Area
column-organisation = Organisation
column-now = Active now
column-change = On a year ago
column-weeks = 26 weeks
column-target = Target
column-areas = Areas
column-counted = Counted in areas

error-home = Go to the first page
missing-title = No page here.
missing-text = Baloo looked under the rocks too.
method-title = This page can only be read.
method-text = What came with the request was not looked at, and nothing was changed.
refused-title = That address asks for something we can’t give.
broken-title = Something broke on our side.
broken-text = Nothing you sent is lost. Reference { $reference }.
registry-broken = The registry of this community cannot be read. If you run this: `baloo check` says where.
empty-title = Nothing here yet.
empty-text = Nothing has been counted so far. As soon as the first contributions are in, this page fills.
