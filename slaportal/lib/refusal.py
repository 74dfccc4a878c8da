"""How a service says no."""


class Refused(Exception):
    """The act is not possible now; the message is one or two sentences for the person who tried."""
