"""What people typed is kept; what could only mislead is not."""

import pytest

from slaportal.lib.text import tidy, tidy_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("a\x00b", "ab"),
        ("bell\x07", "bell"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tstays", "tab\tstays"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2067שלום\u2069", "שלום"),
        ("family 👩\u200d👧 stays whole", "family 👩\u200d👧 stays whole"),
        ("  ends  ", "ends"),
    ],
)
def test_control_and_direction_characters_go_and_the_rest_stays(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


def test_a_title_is_one_line() -> None:
    assert tidy_line("Tokens\r\n  come\tback empty\n") == "Tokens come back empty"
