"""How a service says no."""

from typing import ClassVar


class Refused(Exception):
    """The act is not possible now; the message is one or two sentences for the person who tried.

    `code` is the same in a word that never changes, for programs.
    """

    code: ClassVar[str] = "refused"
