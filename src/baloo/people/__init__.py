"""Who is who: identities to persons, by evidence."""
