"""The agreement for programs: terms, calendars, and when what is due."""
