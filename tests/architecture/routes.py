"""Each address and the act a person needs for it: a row of slaportal/accounts/permissions.csv, or one of the two words.

A new page does not exist for the tests until it stands here. What the act lets whom do is in permissions.csv; this
table only says which act guards the door.
"""

PUBLIC = "public"  # anybody, signed in or not
SIGNED_IN = "signed in"  # every person, for what is their own

ROUTES: dict[str, str] = {
    "healthz": PUBLIC,
    "notifications:mailbox": SIGNED_IN,  # one's own mail; administrators all, in trials only
    "notifications:mail": SIGNED_IN,
    "notifications:mail-html": SIGNED_IN,
}
