"""Tables for spreadsheets: nothing that a person typed is run as a formula."""

import csv
import io

import pytest

from slaportal.lib.sheets import safe_cell, to_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  @"])
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("value", ["Tokens come back empty", "a=b", "1.5", "ISS-7Q4K2M9D"])
def test_other_text_stays_as_it_is(value: str) -> None:
    assert safe_cell(value) == value


def test_nothing_is_an_empty_cell() -> None:
    assert safe_cell(None) == ""


def test_a_table_reads_back_as_it_was_written() -> None:
    text = to_csv(["title", "count"], [["Größe, „zwei“", 2], ["two\nlines", None]])
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["title", "count"], ["Größe, „zwei“", "2"], ["two\nlines", ""]]
