"""Nobody can reckon a small number from a public table and its total."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from webhook.pages.small_numbers import LEAST, Kept, kept_back

COUNTS = st.dictionaries(st.integers(0, 8), st.integers(0, 12), max_size=6)


@given(COUNTS)
def test_each_small_number_may_be_any_for_whoever_subtracts(counts: dict[int, int]) -> None:
    shown = kept_back(counts)
    if shown is None:
        return
    assert shown.keys() == counts.keys()
    for key, count in counts.items():
        assert shown[key] == count or isinstance(shown[key], Kept)
        assert (shown[key] is Kept.FEW) == (0 < count < LEAST)
    few = [key for key, one in shown.items() if one is Kept.FEW]
    hidden = [key for key, one in shown.items() if one is Kept.WITH_FEW]
    rest = sum(counts.values()) - sum(one for one in shown.values() if isinstance(one, int))
    ranges = [range(1, LEAST)] * len(few) + [range(LEAST, rest + 1)] * max(0, len(hidden) - 1)
    possible: dict[int, set[int]] = {key: set() for key in few}
    for guess in product(*ranges):
        left = rest - sum(guess)
        if left >= LEAST if hidden else left == 0:
            for key, number in zip(few, guess, strict=False):
                possible[key].add(number)
    assert all(numbers == set(range(1, LEAST)) for numbers in possible.values())


@given(COUNTS)
def test_nothing_is_kept_back_without_need(counts: dict[int, int]) -> None:
    if all(count == 0 or count >= LEAST for count in counts.values()):
        assert kept_back(counts) == counts
    elif kept_back(counts) is None:
        # Not even all together would do: they are a single one, or as good as all known.
        numbers = [count for count in counts.values() if count]
        small = [count for count in numbers if count < LEAST]
        assert len(small) == len(numbers) or sum(numbers) < len(small) + 2 * LEAST * len(numbers)


def test_the_table_of_three_places() -> None:
    assert kept_back({"a": 3, "b": 9, "c": 40}) == {"a": Kept.FEW, "b": Kept.WITH_FEW, "c": 40}
    assert kept_back({"a": 3, "b": 0, "c": 0}) is None
    assert kept_back({"a": 2, "b": 3, "c": 40}) == {"a": Kept.FEW, "b": Kept.FEW, "c": 40}
    assert kept_back({}) == {}
