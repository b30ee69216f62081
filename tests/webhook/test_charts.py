"""What the charts are drawn from: round steps, shades, tiles by kecamatan, agencies."""

from hypothesis import given
from hypothesis import strategies as st

from db.mismatch.figures import AreaFigures, Overlap
from webhook.console.charts import LEVELS, matrix_of, scale_of, tile_map

_NO_KINDS: dict[str, int] = {}


def area(code: str, families: int, findings: int) -> AreaFigures:
    return AreaFigures(code, f"Kelurahan {code}", families, families, families, findings, _NO_KINDS)


@given(st.lists(st.integers(min_value=0, max_value=10**7), max_size=20))
def test_every_value_has_its_shade_and_none_only_where_there_is_nothing(values: list[int]) -> None:
    scale = scale_of(values)
    for value in values:
        level = scale.level(value)
        assert (level == 0) == (value == 0)
        if level:
            _, low, high = scale.legend[level - 1]
            assert low <= value <= high
    assert len(scale.legend) == LEVELS


def test_steps_are_round_and_no_wider_than_needed() -> None:
    assert [scale_of([most]).step for most in (0, 1, 5, 6, 43, 60, 101, 125, 126, 900)] == [
        1, 1, 1, 2, 10, 20, 25, 25, 50, 200,
    ]  # fmt: skip


def test_tiles_stand_by_kecamatan_and_a_handful_of_families_has_no_shade() -> None:
    names = {"74.72.01": "Betoambari"}
    tiles = tile_map(
        [
            area("74.72.01.1001", 100, 20),
            area("74.72.01.1002", 9, 3),
            area("74.72.02.1001", 10, 0),
        ],
        names,
    )
    assert [(name, len(group)) for name, group in tiles.groups] == [
        ("Betoambari", 2),
        ("74.72.02", 1),
    ]
    many, few = tiles.groups[0][1]
    assert tiles.scale.step == 5
    assert (many.rate, many.level, round(few.rate), few.level) == (20, 4, 33, None)
    assert tiles.groups[1][1][0].level == 0
    assert tiles.few == 10
    assert tile_map([area("74.72.01.1001", 10, 1)], names).few is None


def test_agencies_stand_against_each_other() -> None:
    overlaps = [Overlap("A", "A", 200), Overlap("A", "B", 50), Overlap("B", "A", 50),
                Overlap("B", "B", 50), Overlap("C", "C", 7)]  # fmt: skip
    matrix = matrix_of(overlaps)
    assert matrix.agencies == ["A", "B", "C"]
    assert matrix.totals == [200, 50, 7]
    assert [[cell and (cell.families, cell.percent, cell.level) for cell in row]
            for row in matrix.rows] == [
        [None, (50, 25, 2), (0, 0, 0)],
        [(50, 100, 5), None, (0, 0, 0)],
        [(0, 0, 0), (0, 0, 0), None],
    ]  # fmt: skip
    assert matrix.most == overlaps[1]


def test_without_lists_there_is_nothing_to_draw() -> None:
    assert matrix_of([]).most is None
    assert tile_map([], {}).groups == []
