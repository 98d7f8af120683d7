"""Where numbers are drawn: gaps and breaks interrupt a line, time runs as the language does, no text lies on another."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from research import charts
from research.charts import NARROW, WIDE, Moment


def series(numbers: dict[str, int | None], basis: dict[str, str] | None = None) -> list[Moment]:
    return [
        Moment(key, None if number is None else Decimal(number), ((basis or {}).get(key, ""),)) for key, number in numbers.items()
    ]


def keys(parts: list[list[Moment]]) -> list[list[str]]:
    return [[moment.key for moment in part] for part in parts]


def test_a_missing_year_and_an_empty_cell_are_gaps() -> None:
    found = series({"2016": 5, "2017": 4, "2018": 3, "2019": 2, "2022": 1, "2023": None, "2024": 3, "2025": 4})
    assert keys(charts.parts(found)) == [["2016", "2017", "2018", "2019"], ["2022"], ["2024", "2025"]]
    assert charts.missing_years(found) == [2020, 2021, 2023]
    drawn = charts.line(found, WIDE, 2)
    assert drawn is not None
    assert (len(drawn.lines), len(drawn.points), drawn.breaks) == (2, 7, ())


def test_steps_of_five_years_are_no_gaps() -> None:
    found = series({str(year): year for year in range(1970, 2021, 5)})
    assert len(charts.parts(found)) == 1
    assert charts.missing_years(found) == []


def test_another_basis_breaks_the_line_and_is_marked_between_the_two() -> None:
    found = series({"2022": 5, "2023": 6, "2024": 7, "2025": 8}, {"2022": "a", "2023": "a", "2024": "b", "2025": "c"})
    assert keys(charts.parts(found)) == [["2022", "2023"], ["2024"], ["2025"]]
    drawn = charts.line(found, WIDE, 2)
    assert drawn is not None
    xs = [x for x, _y in drawn.points]
    assert drawn.breaks == pytest.approx([(xs[n] + xs[n + 1]) / 2 for n in (1, 2)], abs=0.1)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_from_right_to_left_the_drawing_is_mirrored(size: charts.Size) -> None:
    found = series({"2020": 5, "2021": 9, "2022": 2})
    one, other = charts.line(found, size, 3), charts.line(found, size, 3, is_rtl=True)
    assert one is not None
    assert other is not None
    assert [(round(size.width - x, 1), y) for x, y in one.points] == list(other.points)
    assert (one.axis_text.anchor, other.axis_text.anchor) == ("end", "start")
    assert (one.left + other.right, one.right + other.left) == (size.width, size.width)


@pytest.mark.parametrize(
    ("numbers", "ticks"),
    [
        ([5550, 8938], ["0", "2500", "5000", "7500", "10000"]),
        ([84, 281], ["0", "100", "200", "300"]),
        (["71.1", "83.4"], ["0", "25", "50", "75", "100"]),
        (["-3", "5"], ["-4", "-2", "0", "2", "4", "6"]),
        ([0, 0], ["0", "1"]),
    ],
)
def test_the_axis_has_round_numbers_and_begins_at_zero(numbers: list, ticks: list[str]) -> None:
    found = charts.scale([Decimal(number) for number in numbers])
    assert found[: len(ticks)] == [Decimal(tick) for tick in ticks]
    assert found[-1] >= max(Decimal(number) for number in numbers)


def test_days_lie_where_they_are_in_the_year() -> None:
    drawn = charts.line(series({"2023-01-01": 1, "2023-07-02": 1, "2024-01-01": 1}), WIDE, 1)
    assert drawn is not None
    first, middle, last = (x for x, _y in drawn.points)
    assert middle == pytest.approx((first + last) / 2, abs=2)


def test_numbers_stand_where_the_line_does_not_go() -> None:
    drawn = charts.line(series({"2014": 5550, "2015": 6753, "2016": 5000, "2017": 8000, "2018": 7000}), WIDE, 5)
    assert drawn is not None
    points = dict(zip(("2014", "2015", "2016", "2017", "2018"), drawn.points, strict=True))
    below = {label.key: label.y > points[label.key][1] for label in drawn.labels}
    assert below == {"2014": True, "2016": True, "2017": False, "2018": True}


def test_a_single_number_is_no_line() -> None:
    assert charts.line(series({"2023": 5, "2024": None}), WIDE, 1) is None


def test_zeros_alone_are_drawn_on_the_ground() -> None:
    drawn = charts.line(series({"2023": 0, "2024": 0}), WIDE, 1)
    assert drawn is not None
    assert {y for _x, y in drawn.points} == {drawn.grid[0][0]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.integers(1950, 2030), st.integers(-(10**9), 10**12) | st.none(), min_size=2, max_size=30), st.booleans())
def test_whatever_the_numbers_all_lies_inside_and_no_text_on_another(numbers: dict[int, int | None], is_rtl: bool) -> None:
    found = series({str(year): number for year, number in numbers.items()})
    for size in (WIDE, NARROW):
        if (drawn := charts.line(found, size, 9, is_rtl=is_rtl)) is None:
            continue
        assert all(0 <= x <= size.width and 0 <= y <= size.height for x, y in drawn.points)
        assert len(drawn.points) == sum(number is not None for number in numbers.values())
        for one, other in combinations(drawn.labels, 2):
            assert abs(one.x - other.x) >= 46 or abs(one.y - other.y) >= 20
        for one, other in combinations(drawn.names, 2):
            assert abs(one.x - other.x) >= 40
