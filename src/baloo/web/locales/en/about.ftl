# Status, privacy and about.
banner-late = { $n ->
    [0] Every system is on time.
    [one] { $systems } has sent nothing for longer than usual, so numbers may be a few people short.
    [2] { $systems } have sent nothing for longer than usual, so numbers may be a few people short.
    [3] { $systems } have sent nothing for longer than usual, so numbers may be a few people short.
   *[other] { spelt-start } of { $all } systems have sent nothing for longer than usual, so numbers may be a few people short.
}
banner-counted = Counted up to { $moment }.
refused-events = What we couldn’t read
refused-text = { $n ->
    [0] Nothing waits. Every event that came in could be read.
   *[other] Events that did not fit are kept aside with the reason, and are not counted until they are put right.
}
column-reason = Reason
column-events = Events
unknown-system = not known
empty-remedy = If you run this: `baloo refresh` counts what has come in.

privacy-title = Privacy, and how to be forgotten
privacy-description = What is kept of you, for how long, and how to be left out.
privacy-lead = We count people, and show nobody.
privacy-shown = What these pages show
privacy-shown-text = Numbers of people, never names. Groups of fewer than { $k ->
    [5] five
   *[other] { $k }
} are not shown, and where a sum would give them away, another number stays hidden with them.
privacy-kept = What is kept
column-kept = What
column-why = What for
column-how-long = How long
kept-events = What was done, when and where
kept-events-why = To count, and to count again when a rule changes.
kept-events-long = As long as the community keeps its data.
kept-names = Accounts, names and addresses
kept-names-why = To know that two accounts are one person. They stand apart from what was done.
kept-names-long = Until somebody asks to be forgotten.
kept-refused = Events that could not be read
kept-refused-why = To put them right and count them.
kept-refused-long = { $days } days.
kept-live = The last events as they arrived
kept-live-why = To show a system’s owner on the live page what became of their own. Nobody else sees who did something.
kept-live-long = In memory alone, until later ones take their place.
privacy-never = What is never stored
privacy-never-text = Passwords, what you wrote, where you are, which browser you use. These pages load nothing from elsewhere and set no cookie, but for who shows a system’s token on the live page, and a random number on the page of requests so that a vote counts once.
privacy-out = How to be left out
privacy-out-text = Ask the people who run this community’s Baloo for a link to your own page. There you see what is known of you, take it along, choose how you appear, opt out of every count, past ones included, or have everything of yours erased.

about-title = Who counts the people of { $community }?
about-description = What Baloo is, how it counts, and how to use its figures.
about-lead = Baloo takes in what people do in every place where they do it, works out who is who, and answers one question: how many of us are there?
about-how = How it counts
about-how-text = Each area has its own rule for who is active. A person is counted once in each area and once in the total, however many accounts they have.
about-figures = Take the figures with you
about-figures-text = Every figure is CC0: use it for anything. Below each stand its numbers as a table, and the same as files. This one is the number of active people over time:
about-page = a page of its own: the figure, how to cite it, to show it on another site, and more forms of it
about-csv = the table, cell for cell
about-json = the table with its title, period and definition
about-svg = the picture, at any size
about-png = the picture for mail and slides
about-query = Behind the address of a page or a file you can ask for another day, for the numbers without people who are paid by the community, or for what lies ahead. Links keep what you asked for:
about-query-day = the people as they were on that day
about-query-staff = without staff
about-query-ahead = lines go on for a year, as if nobody did anything more
about-words = Words used here
word-area = Area
word-area-text = A part of the community that counts its people. Areas can lie inside each other.
word-system = System
word-system-text = A place where contributions happen. One system can feed several areas.
word-active = Active
word-active-text = The area’s first rule of that level holds for you today.
word-point = Conversion point
word-point-text = A rule on what somebody did: a step on the path from a first visit to the core.
word-person = Person
word-person-text = All the accounts that are known to be one human.
about-help = Ask the people who run this for your community; the privacy page says what they can do for you.

api-title = For programs
api-text = What the pages show, to be read; and at the end the addresses that events are sent to.
api-rely = What to rely on
api-openapi = This page for programs: OpenAPI
api-csv = as a table
api-log = Writing down who helped
api-log-text = For loggers of an area and their programs. A program shows the token that `baloo log token create AREA NAME` made, or the area's owner; whoever is signed in needs the header `X-Baloo-Form` to change something. Entries are told to nobody else.
api-door = Sending events
api-door-text = A token says who sends; without one events are staging, which is shown and never counted. Bodies may be under gzip.
api-parameters = Parameters of { $path }
column-parameter = Parameter
column-takes = Takes
column-meaning = Meaning
