"""What a merchant is told of a count: rough, sticky, and nothing of a few."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashpromo.notify import disclosure
from flashpromo.notify.disclosure import Question, Rule

counts = st.integers(0, 1_000_000)
steps = st.integers(1, 50)
minimums = st.integers(1, 50)
questions = st.text(max_size=40)
rules = st.builds(Rule, st.text(max_size=20), steps, minimums)
asked = st.builds(
    Question,
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.decimals(Decimal("0.000001"), 50, places=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple),
)


@given(rules, counts, questions)
def test_a_shown_number_is_near_a_multiple_and_never_of_a_few(rule, count, question):
    shown = rule.shown(count, question)
    assert shown % rule.step == 0
    if count < rule.minimum:
        assert shown == 0
    elif shown == 0:
        assert count < rule.minimum + rule.step
    else:
        assert rule.minimum <= shown
        assert abs(shown - count) < rule.step


@given(rules, counts, questions)
def test_one_client_more_changes_a_number_by_one_step_at_most(rule, count, question):
    before, after = rule.shown(count, question), rule.shown(count + 1, question)
    if before and after:
        assert after - before in {0, rule.step}
    else:
        assert 0 <= after - before < rule.minimum + 2 * rule.step


@given(rules, st.integers(1, 1_000_000), counts, questions)
def test_one_client_who_moves_from_part_to_part_changes_no_sum_by_more(rule, one, other, question):
    """Like one who mutes promos: two parts change, each by a step or by a group that is hidden."""
    before = rule.shown(one, f"a {question}") + rule.shown(other, f"b {question}")
    after = rule.shown(one - 1, f"a {question}") + rule.shown(other + 1, f"b {question}")
    assert abs(after - before) < rule.minimum + 2 * rule.step


@given(rules, counts, counts, questions)
def test_more_clients_are_never_shown_as_fewer(rule, one, other, question):
    fewer, more = sorted((one, other))
    assert rule.shown(fewer, question) <= rule.shown(more, question)


@given(rules, counts, questions)
def test_the_same_question_always_gets_the_same_answer(rule, count, question):
    again = Rule(rule.secret, rule.step, rule.minimum)
    assert again.shown(count, question) == rule.shown(count, question)


def test_where_a_number_jumps_is_different_for_each_question_and_each_secret():
    """A fixed threshold could be found by adding clients of one's own; this one tells nothing."""
    jumps = Counter(
        next(count for count in range(1000, 1020) if rule.shown(count, question) > 1000)
        for rule, question in (
            (Rule(f"secret {each % 20}", 10, 10), f"question {each}") for each in range(2000)
        )
    )
    assert set(jumps) == set(range(1001, 1011))
    assert all(120 < many < 280 for many in jumps.values())


def test_so_is_where_a_group_becomes_large_enough():
    rule = Rule("secret", 10, 10)
    shown_from = Counter(
        next(count for count in range(100) if rule.shown(count, f"question {each}"))
        for each in range(2000)
    )
    assert set(shown_from) == set(range(10, 20))


def test_numbers_are_right_on_the_average():
    rule = Rule("secret", 10, 10)
    shown = [rule.shown(1234, f"question {each}") for each in range(2000)]
    assert set(shown) == {1230, 1240}
    assert sum(shown) / len(shown) == pytest.approx(1234, abs=0.5)


def test_one_client_is_seen_in_the_tenth_part_of_all_questions_only():
    rule = Rule("secret", 10, 10)
    seen = sum(rule.shown(500, f"{each}") != rule.shown(501, f"{each}") for each in range(2000))
    assert 140 < seen < 260


@given(asked)
def test_a_coarse_question_is_near_and_is_its_own_coarse_one(question):
    coarse = question.coarse()
    assert coarse.coarse() == coarse
    assert abs(coarse.latitude - question.latitude) <= 0.000_501
    assert -90 <= coarse.latitude <= 90
    assert -180 <= coarse.longitude <= 180
    assert coarse.max_distance_km % Decimal("0.1") == 0
    assert coarse.max_distance_km > 0
    assert abs(coarse.max_distance_km - question.max_distance_km) <= Decimal("0.1")


def test_neighbours_ask_the_same():
    one = Question(19.4326, -99.1332, Decimal("2.00"), (1, 2))
    assert {
        one.coarse().name(),
        Question(19.43262, -99.13318, Decimal("2.04"), (2, 1, 2)).coarse().name(),
        Question(19.43258, -99.13322, Decimal("1.96"), (1, 2)).coarse().name(),
    } == {one.coarse().name()}


@pytest.mark.parametrize(
    "other",
    [
        Question(19.4346, -99.1332, Decimal(2), (1, 2)),
        Question(19.4326, -99.1352, Decimal(2), (1, 2)),
        Question(19.4326, -99.1332, Decimal("2.1"), (1, 2)),
        Question(19.4326, -99.1332, Decimal(2), (12,)),
    ],
)
def test_others_do_not(other):
    one = Question(19.4326, -99.1332, Decimal(2), (1, 2))
    assert other.coarse().name() != one.coarse().name()


@pytest.mark.parametrize("place", [(90.0, 17.0), (-90.0, -180.0), (0.0, 180.0), (71.2, -180.0)])
def test_the_grid_reaches_the_poles_and_the_far_side(place):
    coarse = Question(*place, Decimal(2), (1,)).coarse()
    assert -180 <= coarse.longitude < 180
    assert Question(place[0], -180.0, Decimal(2), (1,)).coarse() == (
        Question(place[0], 180.0, Decimal(2), (1,)).coarse()
    )


def test_the_whole_is_the_sum_of_what_is_shown(context):
    question = Question(19.4326, -99.1332, Decimal(2), (1,)).coarse()
    told = disclosure.rough({"audience": 1234, "opted_out": 9, "too_old": 57}, question)
    assert told.parts["opted_out"] == 0
    assert told.whole == told.parts["audience"] + told.parts["too_old"]
    assert (told.rounded_to, told.minimum, told.is_exact) == (10, 10, False)
    assert disclosure.rough({"audience": 1234, "opted_out": 9, "too_old": 57}, question) == told


def test_operators_are_told_exactly():
    told = disclosure.exact({"audience": 3, "opted_out": 1})
    assert (told.whole, told.parts["opted_out"], told.is_exact) == (4, 1, True)
