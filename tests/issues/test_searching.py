"""Finding issues by words: what is found, what is forgiven, and what nobody finds."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from hypothesis import given
from hypothesis import strategies as st

from slaportal.accounts.models import Membership, Organization
from slaportal.issues.models import Comment, Issue
from slaportal.issues.searching import ALPHABETS, LONGEST, neighbors, one_typo, search, words_of
from slaportal.issues.services import work
from tests.world import HOUR, MONDAY, World, fresh, report

pytestmark = pytest.mark.django_db


def found(by: Membership, text: str) -> set[str]:
    return {issue.title for issue in search(Issue.objects.visible_to(by), text)}


@pytest.mark.parametrize(
    "text",
    ["tokens", "TOKENS", "tok", "empty tokens", "tokens second call", "tokens-empty", " tokens,  ", "oken"],
)
def test_words_beginnings_and_parts_of_words_find_an_issue(world: World, text: str) -> None:
    report(world.alice, title="Tokens come back empty", description="Every second call.")
    report(world.alice, title="Printer on fire", description="It burns.")
    assert found(world.alice, text) == {"Tokens come back empty"}


@pytest.mark.parametrize(
    "typed", ["tokans", "tokns", "tookens", "tokesn", "otkens", "tokenss", "rokens", "Tokenz"]
)
def test_a_typo_finds_it(world: World, typed: str) -> None:
    report(world.alice, title="Tokens come back empty")
    assert found(world.alice, typed) == {"Tokens come back empty"}


def test_a_typo_finds_a_word_deep_in_the_description_or_in_a_message(world: World) -> None:
    issue = report(
        world.alice, title="Tokens", description="Every second call. " * 60 + "Then the webhook stalls."
    )
    report(world.alice, title="Another")
    work.comment(issue=fresh(issue), body="It is the flux capacitor.", actor=world.sam, now=MONDAY + HOUR)
    assert found(world.alice, "wehbook") == {"Tokens"}
    assert found(world.alice, "capasitor") == {"Tokens"}
    assert found(world.alice, "wehbook capasitor tokns") == {"Tokens"}


def test_a_typo_in_another_script_is_forgiven_too(world: World) -> None:
    report(world.alice, title="Печать не работает")
    assert found(world.alice, "печвть") == {"Печать не работает"}


@pytest.mark.parametrize("typed", ["capasitor", "sabotge"])
def test_a_typo_opens_neither_notes_nor_the_issues_of_strangers(world: World, typed: str) -> None:
    issue = report(world.charlie, title="Flux capacitor")
    mine = report(world.alice)
    for one in (issue, mine):
        work.note(issue=fresh(one), body="Probably sabotage.", actor=world.sam, now=MONDAY + HOUR)
    assert found(world.alice, typed) == set()


def test_two_typos_in_one_word_find_nothing_but_one_in_each_word_is_forgiven(world: World) -> None:
    report(world.alice, title="Tokens come back empty")
    assert found(world.alice, "tkoenz") == set()
    assert found(world.alice, "tokans emtpy") == {"Tokens come back empty"}


def test_what_is_spelled_as_typed_comes_without_its_neighbors(world: World) -> None:
    report(world.alice, title="Login fails")
    report(world.alice, title="Logic fails")
    assert found(world.alice, "login") == {"Login fails"}


@pytest.mark.parametrize(
    "typed", ["ubergabe", "Übergabe", "ÜBERGABE", "übergabe", "Prüfung übergabe", "prufung"]
)
def test_diacritics_make_no_difference(world: World, typed: str) -> None:
    report(world.alice, title="Übergabe der Prüfung scheitert")
    assert found(world.alice, typed) == {"Übergabe der Prüfung scheitert"}


def test_a_word_of_a_message_finds_it(world: World) -> None:
    issue = report(world.alice)
    work.comment(issue=fresh(issue), body="It is the flux capacitor.", actor=world.sam, now=MONDAY + HOUR)
    assert found(world.alice, "capacitor") == {issue.title}
    assert found(world.alice, "empty capacitor") == {issue.title}


def test_a_word_of_an_internal_note_finds_nothing_for_anybody(world: World) -> None:
    issue = report(world.alice)
    work.note(issue=fresh(issue), body="Probably sabotage.", actor=world.sam, now=MONDAY + HOUR)
    for member in (world.alice, world.sam, world.lena):
        assert found(member, "sabotage") == set()


def test_a_word_of_a_stranger_finds_nothing(world: World) -> None:
    report(world.alice, title="Tokens come back empty")
    assert found(world.charlie, "tokens") == set()
    assert found(world.charlie, "tokans") == set()
    assert found(world.sam, "tokens") == {"Tokens come back empty"}


def test_a_stranger_s_word_does_not_keep_a_typo_from_being_forgiven(world: World) -> None:
    report(world.alice, title="Tokens come back empty")
    report(world.charlie, title="Tokans are new here")
    assert found(world.alice, "tokans") == {"Tokens come back empty"}


def test_a_reporter_finds_only_what_they_may_read(world: World) -> None:
    report(world.alice, title="Tokens of Alice")
    report(world.bob, title="Tokens of Bob")
    assert found(world.bob, "tokens") == {"Tokens of Bob"}


def test_a_reference_is_found_whole_begun_and_as_people_type_it(world: World) -> None:
    issue = report(world.alice)
    report(world.alice, title="Another")
    for typed in (issue.reference, issue.reference.lower(), f" {issue.reference} ", issue.reference[4:9]):
        assert found(world.alice, typed) == {issue.title}
    misread = "ISS-" + issue.reference[4:].replace("0", "O").replace("1", "I")
    assert found(world.alice, misread) == {issue.title}


@pytest.mark.parametrize(
    "odd",
    [
        '"',
        "'",
        '"""',
        "tokens AND",
        "NOT tokens OR",
        "tok*ens",
        "(tokens",
        "tokens:*&!|",
        "NEAR(a b, 2)",
        "%_\\",
        "a\x00b",
    ],
)
def test_signs_of_the_engines_are_only_signs(world: World, odd: str) -> None:
    report(world.alice)
    list(search(Issue.objects.visible_to(world.alice), odd))


def test_what_has_no_word_in_it_finds_nothing_and_nothing_typed_leaves_all(world: World) -> None:
    report(world.alice)
    assert found(world.alice, "🔥🔥 !?") == set()
    assert len(found(world.alice, "   ")) == 1


def test_ten_thousand_characters_are_a_question_too(world: World) -> None:
    report(world.alice)
    assert found(world.alice, "tokens " * 2_000) == {"Tokens come back empty"}
    assert found(world.alice, "x" * 10_000) == set()
    assert len(words_of("ab cd " * 5_000)) == 2
    assert sum(len(word) for word in words_of("abcdefg " * 5_000)) <= LONGEST


@given(text=st.text(max_size=60))
def test_no_input_is_an_error(text: str) -> None:
    list(search(Issue.objects.all(), text))


def test_the_longest_texts_are_taken_and_found(world: World) -> None:
    text = " ".join(f"wört{number:x}" for number in range(6_000))[:49_900]
    issue = report(world.alice, title="Long", description=text)
    work.comment(issue=fresh(issue), body=text + " lastword", actor=world.sam, now=MONDAY + HOUR)
    assert found(world.alice, "lastword") == {"Long"}


def test_a_changed_title_is_found_by_its_new_words_only(world: World) -> None:
    issue = report(world.alice)
    Issue.objects.filter(pk=issue.pk).update(title="Sessions end early", description="Since Monday.")
    assert found(world.alice, "tokens") == set()
    assert found(world.alice, "tokans") == set()
    assert found(world.alice, "sesions") == {"Sessions end early"}
    assert found(world.alice, "monday") == {"Sessions end early"}


def test_a_changed_message_is_found_by_its_new_words_only(world: World) -> None:
    issue = report(world.alice)
    message = work.comment(issue=fresh(issue), body="Call Mr. Miller.", actor=world.sam, now=MONDAY + HOUR)
    Comment.objects.filter(pk=message.pk).update(body="[removed]")
    assert found(world.alice, "miller") == set()
    assert found(world.alice, "removed") == {issue.title}


def test_what_is_gone_is_found_no_more(world: World) -> None:
    Organization.objects.filter(pk=world.acme.pk).update(demo=True)
    world.acme.refresh_from_db()
    issue = report(fresh_member(world.alice))
    kept = report(world.charlie, title="Tokens stay")
    with connection.cursor() as cursor:
        votes = issue.proposals.values_list("votes", flat=True)
        cursor.execute("DELETE FROM issues_vote WHERE id = %s", [votes.get()])
        for table in ("obligation", "reminder", "proposal"):
            cursor.execute(f"DELETE FROM issues_{table} WHERE issue_id = %s", [issue.pk])
        cursor.execute("DELETE FROM issues_issue WHERE id = %s", [issue.pk])
    assert found(world.sam, "tokens") == {kept.title}
    assert found(world.sam, "tokans") == {kept.title}


def fresh_member(member: Membership) -> Membership:
    return Membership.objects.select_related("organization", "user").get(pk=member.pk)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("tokens", "tokens", True),
        ("tokens", "token", True),
        ("tokens", "xtokens", True),
        ("tokens", "toekns", True),
        ("tokens", "tokxns", True),
        ("tokens", "toxxns", False),
        ("tokens", "tok", False),
        ("tokens", "snekot", False),
    ],
)
def test_one_typo_is_one_letter_or_two_neighbors(one: str, other: str, near: bool) -> None:
    assert one_typo(one, other) is near
    assert one_typo(other, one) is near


@given(st.text("abcz", min_size=4, max_size=6), st.text("abcz", min_size=3, max_size=7))
def test_the_neighbors_of_a_word_are_all_words_one_typo_away(word: str, other: str) -> None:
    assert (other in neighbors(word)) is (one_typo(word, other) and word != other)


@pytest.mark.parametrize("letters", ALPHABETS)
def test_an_alphabet_has_letters_as_words_are_kept(letters: str) -> None:
    assert words_of(letters) == [letters]
    assert len(set(letters)) == len(letters)


def test_a_search_asks_a_fixed_number_of_questions(
    world: World, django_assert_max_num_queries: object
) -> None:
    for minute in range(5):
        report(world.alice, at=MONDAY + timedelta(minutes=minute))
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert len(list(search(Issue.objects.visible_to(world.alice), "tokens empty"))) == 5


@pytest.mark.django_db(transaction=True)
def test_the_search_can_be_taken_away_and_fills_itself_when_it_comes_back(world: World) -> None:
    report(world.alice, title="Tokens come back empty")
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        MigrationExecutor(connection).migrate([("issues", "0004_attachments")])
    finally:
        MigrationExecutor(connection).migrate(newest)
    assert found(world.alice, "tokens") == {"Tokens come back empty"}
    assert found(world.alice, "tokans") == {"Tokens come back empty"}
