# What loggers write down by hand.
log-title = Who helped, and with what?
log-description = What no system sees is written down by hand, by loggers of an area.
log-menu = Write down
log-many = A table
log-many-link = Write down many at once
log-no-area = No area that you are a logger of is logged for by hand: its file in the registry says so with `log`.
log-of = Who helped { $area }?
log-said = { $said ->
    [logged] Written down. It counts as soon as it is taken in.
    [there] This was written down before. Nothing is added.
    [edited] Changed. It counts as soon as it is taken in.
    [same] It says this already.
    [void] Taken back. It counts no more.
   *[table] { $n ->
        [one] One entry is written down.
       *[other] { $n } entries are written down.
    }
}
log-not-yet = Nothing is written down yet.
log-who = Who was it?
log-look = Name, username or address
log-look-help = Three letters will do. An account is written `system:account`.
log-find = Look for them
log-same = { $who }, as it is
log-nobody = Nobody is known by this.
log-new = Somebody new
log-name = Their name
log-email = Their address
log-date = Day
log-type = What sort of thing?
log-choose = Choose
log-text = What did they do?
log-link = Where can it be seen?
log-link-maybe = Where can it be seen, if anywhere?
log-private = Private
log-private-help = It counts, and is shown to nobody but you.
log-already = There is something of theirs on that day already.
log-already-one = { $system }: { $what }.
log-already-link = It has the very link.
log-sure = It is another thing: write it down
log-write = Write it down
log-save = Save the changes
log-stands = What is written down
log-waiting = { $n ->
    [one] One more is being taken in.
   *[other] { $n } more are being taken in.
}
log-what = What
log-hidden = A private entry of another logger
log-is-private = Private
log-see = See it
log-edit = Edit
log-more = The latest { $n } days' worth is shown; the others count as well.
log-none = Nothing is written down for this area yet.
log-entry = An entry of { $day }
log-trail = Its trail
log-by = Written down by { $who }.
log-step = { $what ->
    [logged] Written down
    [edited] Changed
   *[other] Taken back
} by { $who }, { $how ->
    [form] on the page.
    [file] as a line of a table.
    [api] by a program.
   *[other] by command.
}
log-step-fields = Other than before: { $fields }.
log-void = Take it back
log-void-text = It counts no more. Its trail stays.
log-void-button = Take this entry back
log-table = Many at once, for { $area }
log-table-lead = A table in CSV with one entry a line. You see what is wrong with each before anything is written down.
log-table-columns = Its first line names the columns:
log-table-text = The table
log-table-file = Or a file, at most 1 MB and 1,000 lines
log-table-look = Look at it
log-table-right = Put the lines right here, or in your file, and look again. Nothing is written down before all are in order.
log-table-write = { $n ->
    [one] Write this entry down
   *[other] Write { $n } entries down
}
log-preview = What would become of it
log-preview-sum = { $new } to be written down, { $there } there before, { $faulty } with something wrong.
log-line = Line
log-becomes = What becomes of it
log-state = { $state ->
    [new] To be written down
    [there] There before
    [gone] Taken back before
   *[twice] An earlier line says the same
}
log-stranger = Somebody new.
log-beside = That day there is already: { $what } ({ $system }).
log-too-large = This is too much at once.
log-too-large-text = Nothing was written down. Cut the table into parts of at most 1,000 lines and 1 MB, and send one after the other.
log-join = Write it down
