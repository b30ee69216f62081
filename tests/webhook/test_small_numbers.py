"""Nobody can reckon a small number from a public table, its whole and the rules of the table."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.pages.small_numbers import LEAST, Kept, kept_back

Page = tuple[int, tuple[int | Kept, ...] | None]  # a whole, and the table that is shown
COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


@pytest.mark.parametrize(("parts", "whole"), [(2, 50), (3, 40), (4, 30), (5, 22)])
def test_who_knows_the_rules_and_the_whole_knows_no_small_number(parts: int, whole: int) -> None:
    """All tables up to a whole: those that look alike differ in each number that is hidden."""
    alike: dict[Page, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for numbers in _numbers(parts, whole):
        counts = dict(zip("abcde", numbers, strict=False))
        shown = kept_back(counts)
        page = (sum(numbers), None if shown is None else tuple(shown[key] for key in counts))
        for key, number in counts.items():
            alike[page][key].add(number)
    for page, possible in alike.items():
        table = page[1] or (Kept.WITH_FEW,) * parts
        for key, one in zip(possible, table, strict=True):
            if one is Kept.FEW:
                assert possible[key] == set(range(1, LEAST)), (page, key)
            elif one is Kept.WITH_FEW:
                assert len(possible[key]) > 1, (page, key)


@given(COUNTS)
def test_what_is_shown_is_true_and_one_at_most_is_kept_back_with_the_few(
    counts: Mapping[str, int],
) -> None:
    shown = kept_back(counts)
    if shown is None:
        assert any(0 < count < LEAST for count in counts.values())
        return
    assert shown.keys() == counts.keys()
    for key, count in counts.items():
        assert shown[key] == count or isinstance(shown[key], Kept)
        assert (shown[key] is Kept.FEW) == (0 < count < LEAST)
    assert list(shown.values()).count(Kept.WITH_FEW) <= 1


def test_the_table_of_three_places() -> None:
    assert kept_back({"a": 3, "b": 9, "c": 40}) == {"a": Kept.FEW, "b": Kept.WITH_FEW, "c": 40}
    assert kept_back({"a": 3, "b": 40, "c": 9}) == {"a": Kept.FEW, "b": Kept.WITH_FEW, "c": 9}
    assert kept_back({"a": 3, "b": 0, "c": 0}) is None
    assert kept_back({"a": 2, "b": 3, "c": 40}) == {"a": Kept.FEW, "b": Kept.FEW, "c": 40}
    assert kept_back({"a": 7, "b": 0}) == {"a": 7, "b": 0}
    assert kept_back({}) == {}


def _numbers(parts: int, most: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in _numbers(parts - 1, most - first):
            yield (first, *rest)
