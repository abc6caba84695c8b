# The live page: events as they come.
menu-live = Live
live-title = What is arriving?
live-description = Events as they arrive: what was accepted, what was refused, and what to do about it.
live-lead = Each event that a system sends, as the door takes it in. What people did stays between them and the system that sent it.
live-lead-mine = Each event that a system sends, as the door takes it in. You see the whole of what { $system } sends.
live-lead-tag = The events that are sent with the debug tag { $tag }, as they arrived and as they were read.
live-events = Events
live-hour = { $refused ->
    [0] { $accepted ->
        [one] One event was accepted { $span }.
       *[other] { NUMBER($accepted) } events were accepted { $span }.
    }
   *[other] { $accepted ->
        [one] One event was accepted { $span }, and { $refused } refused.
       *[other] { NUMBER($accepted) } events were accepted { $span }, and { NUMBER($refused) } refused.
    }
}
live-hour-none = Nothing has arrived { $span }.
live-span-hour = in the last hour
live-span-since = since { $time }, when this server began
live-hour-text = Accepted above the line, refused below it, in each minute; times are UTC. What was refused is kept for { $days } days, and can be taken in again when it was put right.
live-hour-label = Events in each of the last sixty minutes, accepted above and refused below
live-hour-subject = the last hour
live-minute = Minute, UTC
live-now = now
live-events-subject = the events that came last
live-list = Events, newest first
live-accepted = Accepted
live-refused = Refused
live-staging = staging
live-staging-text = Staging: it was judged and kept like any other, and is never counted.
live-verdict = Verdict
live-schema = Schema
live-kind = Kind
live-environment = Environment
live-received = Received
live-where = Where
live-whole = the event as a whole
live-wrong = We couldn’t take this one
live-do = What to do
live-arrived = What arrived
live-read = How it was read
live-cut = This is where it begins: it is too long to be shown.
live-again = Send it again
live-not-yours = Who did it and what it says is shown to its sender alone: by debug tag or by token.
live-tag = Debug tag
live-tag-help = The value of `X-Debug-ID` that you send your events with. Whoever knows it sees these events whole: choose one that nobody guesses.
live-show = Show
live-pause = Pause
live-go-on = Go on
live-reload = Reload
live-copy = Copy as curl
live-copied = Copied.
live-state-live = New events appear at the top.
live-state-held = Nothing moves while you read one. New events wait.
live-state-paused = Paused. New events wait.
live-state-crowded = More arrives than can be shown: these are the newest.
live-state-lost = The connection is gone; trying again.
live-state-full = As many watch now as this server lets in. Reload to see what came last.
live-empty = Nothing has arrived yet. Send something, and it is here within two seconds.
live-try = Try it
live-try-text = No token is needed: what comes without one is staging, and never counted. `X-Debug-ID` makes the event yours on this page.
live-try-watch = Watch this tag
live-own = See your own events whole
live-own-text = Show the token of your system, and you see what it sends as it arrived: the body, who did it, how it was read. Programs send it to `/live/events` as `Authorization: Bearer TOKEN`.
live-own-now = You see what { $system } sends, for half an hour from when you showed its token.
live-leave = Stop
live-token = Token
live-token-wrong = This token is unknown, revoked or expired.
live-token-text = It goes into no address and is written down nowhere.
live-show-own = Show mine
