"""What is understood of a mail."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Enclosed:
    """One attachment. `content` is base64, so that a letter is plain JSON between two processes."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True)
class Letter:
    """A mail, read. Addresses are in lower case; `text` is what was written anew, `whole` with what was quoted.

    `verdicts`: the values of each Authentication-Results header, the topmost first, unverified.
    """

    author: str = ""
    author_name: str = ""
    subject: str = ""
    to: list[str] = field(default_factory=list)
    message_id: str = ""
    references: list[str] = field(default_factory=list)
    text: str = ""
    whole: str = ""
    verdicts: list[str] = field(default_factory=list)
    automatic: str = ""
    enclosed: list[Enclosed] = field(default_factory=list)
