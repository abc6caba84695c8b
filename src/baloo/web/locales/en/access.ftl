# Signing in, the gate, and the audit.
gate-closed = This page is for those who look after it.
gate-busy = Nobody can be signed in just now.

sign-in-title = Sign in
sign-in-refused = You could not be signed in.
sign-in-text = The pages that follow hold names and addresses of people. The link opens once; you stay signed in for eight hours, in this browser alone.
sign-in-begin = Begin
sign-in-as = You are signed in as { $who }.
sign-in-provider = Your community's own accounts are used; Baloo has none.
sign-in-go = Go to your community's sign-in
sign-in-none = There is no provider here. An operator prints a link on the server: `baloo login`.
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
sign-out-here = You are signed out here. At your community's sign-in you may still be signed in.
sign-out-there = Sign out there, too

desk-audit = Audit
audit-title = What was changed
audit-description = Who changed what, and when, by ids.
audit-none = Nothing was changed so far.
audit-when = When
audit-who = Who
audit-what = What
audit-detail = Of
audit-older = Older
