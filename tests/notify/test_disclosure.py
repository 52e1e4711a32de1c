"""What a merchant is told of a count: rough, sticky, and nothing of a few."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashpromo.notify import disclosure
from flashpromo.notify.disclosure import Group, Question, Rule

counts = st.integers(0, 1_000_000)
steps = st.integers(1, 50)
minimums = st.integers(1, 50)
wheres = st.text(max_size=40)
sets = st.integers(-(2**63), 2**63 - 1)
rules = st.builds(Rule, st.text(max_size=20), steps, minimums)
asked = st.builds(
    Question,
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.decimals(Decimal("0.000001"), 50, places=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple),
)


def shown(rule: Rule, count: int, who: int, where: str = "here") -> int:
    return rule.shown(Group(count, who), "audience", where)


@given(rules, counts, sets, wheres)
def test_a_shown_number_is_near_a_multiple_and_never_of_a_few(rule, count, who, where):
    number = shown(rule, count, who, where)
    assert number % rule.step == 0
    if count < rule.minimum:
        assert number == 0
    elif number == 0:
        assert count < rule.minimum + rule.step
    else:
        assert rule.minimum <= number
        assert abs(number - count) < rule.step


@given(rules, counts, sets, sets, wheres)
def test_one_client_more_changes_a_number_by_a_step_either_way(rule, count, who, other, where):
    """Or by a group that is hidden: whoever it is, the offsets of the two sets decide."""
    before, after = shown(rule, count, who, where), shown(rule, count + 1, other, where)
    if before and after:
        assert abs(after - before) in {0, rule.step}
    else:
        assert abs(after - before) < rule.minimum + 2 * rule.step


@given(rules, counts, sets, wheres)
def test_the_same_people_at_the_same_place_get_the_same_answer(rule, count, who, where):
    again = Rule(rule.secret, rule.step, rule.minimum)
    assert shown(again, count, who, where) == shown(rule, count, who, where)


TEN = Rule("secret", 10, 10)


def test_whether_a_number_is_rounded_up_depends_on_the_secret_and_on_who_is_counted():
    """A fixed threshold could be found by adding clients of one's own; this one tells nothing."""
    for numbers in (
        Counter(shown(Rule(f"secret {each}", 10, 10), 1005, 7) for each in range(2000)),
        Counter(shown(TEN, 1005, who) for who in range(2000)),
    ):
        assert set(numbers) == {1000, 1010}
        assert min(numbers.values()) > 200


def test_it_depends_on_where_they_are_counted_too():
    """So that of two circles that read differently the people need not be different."""
    wavering = sum(
        len({shown(TEN, 1005, who, f"{where}") for where in range(50)}) == 2 for who in range(300)
    )
    assert wavering > 150


def test_so_does_where_a_group_becomes_large_enough():
    seen = Counter(shown(TEN, 14, who, f"{who}") for who in range(2000))
    assert set(seen) == {0, 10, 20}
    assert 200 < seen[0] < 1800
    assert not any(shown(TEN, 9, who) for who in range(2000))
    assert all(shown(TEN, 19, who) for who in range(2000))


def test_numbers_are_right_on_the_average():
    for truth in range(1230, 1240):
        numbers = [shown(TEN, truth, who, f"{who}") for who in range(2000)]
        assert set(numbers) <= {1230, 1240}
        assert sum(numbers) / len(numbers) == pytest.approx(truth, abs=1.2)


def average(count: int, who: int) -> float:
    """What many circles around the same people say."""
    return sum(shown(TEN, count, who, f"{where}") for where in range(400)) / 400


def test_the_average_of_many_circles_around_the_same_people_is_not_their_number():
    """What is left of it is the offset of who they are: as if they were some more or fewer."""
    off = Counter(round(average(1235, who)) - 1235 for who in range(60))
    assert len(off) >= 4
    assert max(off) - min(off) >= 4
    assert max(off.values()) < 30


def test_one_person_more_is_not_told_by_its_average_either():
    """Seldom a tenth of a step more, often fewer: what changes is the offset of the set."""
    changes = Counter(
        round(average(506, 2 * each + 1) - average(505, 2 * each)) for each in range(200)
    )
    assert changes[1] < 50
    assert sum(many for change, many in changes.items() if change < 0) > 40


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


def test_neighbours_ask_about_the_same_circle():
    one = Question(19.4326, -99.1332, Decimal("2.00"), (1, 2))
    assert {
        one.coarse().where(),
        Question(19.43262, -99.13318, Decimal("2.04"), (2, 1, 2)).coarse().where(),
        Question(19.43258, -99.13322, Decimal("1.96"), (3,)).coarse().where(),
    } == {one.coarse().where()}


@pytest.mark.parametrize(
    "other",
    [
        Question(19.4346, -99.1332, Decimal(2), (1, 2)),
        Question(19.4326, -99.1352, Decimal(2), (1, 2)),
        Question(19.4326, -99.1332, Decimal("2.1"), (1, 2)),
    ],
)
def test_others_do_not(other):
    one = Question(19.4326, -99.1332, Decimal(2), (1, 2))
    assert other.coarse().where() != one.coarse().where()


@pytest.mark.parametrize("place", [(90.0, 17.0), (-90.0, -180.0), (0.0, 180.0), (71.2, -180.0)])
def test_the_grid_reaches_the_poles_and_the_far_side(place):
    coarse = Question(*place, Decimal(2), (1,)).coarse()
    assert -180 <= coarse.longitude < 180
    assert Question(place[0], -180.0, Decimal(2), (1,)).coarse() == (
        Question(place[0], 180.0, Decimal(2), (1,)).coarse()
    )


def test_the_whole_is_the_sum_of_what_is_shown(context):
    question = Question(19.4326, -99.1332, Decimal(2), (1,))
    groups = {"audience": Group(1234, 5), "opted_out": Group(9, 6), "too_old": Group(57, 7)}
    told = disclosure.rough(groups, question)
    assert told.parts["opted_out"] == 0
    assert told.whole == told.parts["audience"] + told.parts["too_old"]
    assert (told.rounded_to, told.minimum, told.is_exact) == (10, 10, False)
    assert disclosure.rough(groups, question.coarse()) == told


def test_operators_are_told_exactly():
    told = disclosure.exact({"audience": Group(3, 5), "opted_out": Group(1, 6)})
    assert (told.whole, told.parts["opted_out"], told.is_exact) == (4, 1, True)


def test_a_sample_is_told_roughly_before_it_is_multiplied(context):
    """By the same rules as any count: few are hidden, and its place has an offset of its own."""
    question = Question(19.4326, -99.1332, Decimal(50), (1,))
    few = {"audience": Group(1234, 5), "opted_out": Group(9, 6)}
    told = disclosure.rough(few, question, 16).times(16)
    assert told.parts["opted_out"] == 0
    assert told.parts["audience"] in {16 * 1230, 16 * 1240}
    assert (told.rounded_to, told.minimum, told.whole) == (160, 160, told.parts["audience"])
    many = [{"audience": Group(1234, who)} for who in range(40)]
    assert [disclosure.rough(each, question, 16).parts for each in many] != [
        disclosure.rough(each, question).parts for each in many
    ]
