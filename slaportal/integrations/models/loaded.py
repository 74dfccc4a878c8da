"""What was brought in from outside, so that bringing it in again changes nothing."""

from django.db import models


class LoadedLine(models.Model):
    """One line of a history that was loaded (spec §8). Written in the transaction of its act.

    `digest` is the SHA-256 of the line's canonical JSON and of how many equal lines stood before it in the file,
    so a file can be loaded again, or continued, and each line acts once.
    """

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(help_text="The line's own instant.")
    act = models.CharField(max_length=40)
    demo = models.BooleanField(default=False, editable=False)

    def __str__(self) -> str:
        return f"{self.act} at {self.at:%Y-%m-%d %H:%M}"
