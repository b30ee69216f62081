"""Nobody can reckon from the public coverage that few families are reached, or that few are not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest

from db.coverage import Coverage
from webhook.pages.small_coverage import Hidden, Place, told
from webhook.pages.small_numbers import LEAST

SMALL = set(range(1, LEAST))
Page = tuple[int, tuple[int | Hidden, ...] | None]  # the sum of all, and what the table shows


def covered(families: Sequence[int], reached: Sequence[int]) -> list[Coverage]:
    return [
        Coverage(str(at), str(at), *pair)
        for at, pair in enumerate(zip(families, reached, strict=True))
    ]


@pytest.mark.parametrize(
    "families", [(12, 24), (10, 11, 30), (20, 20, 20), (7, 12, 24), (11, 12, 12, 18)]
)
def test_who_knows_the_rules_and_the_sum_knows_no_small_number(families: tuple[int, ...]) -> None:
    """All coverages of some kelurahan: those that look alike differ in each number hidden."""
    alike: dict[Page, list[tuple[int, ...]]] = defaultdict(list)
    for reached in _numbers(families):
        shown = told(covered(families, reached))
        page = shown if shown is None else tuple(place.reached for place in shown)
        alike[sum(reached), page].append(reached)
    hidden = 0
    for (_, page), possible in alike.items():
        if page is None:
            continue
        for at, whole in enumerate(families):
            values = {reached[at] for reached in possible}
            if whole >= 2 * LEAST:
                for count in (values, {whole - value for value in values}):
                    assert not count & SMALL or count >= SMALL, (page, at)
            if whole < 2 * LEAST:
                assert values >= set(range(whole + 1)), (page, at)
            hidden += len(values) > 1
    assert hidden


def test_who_knows_how_many_families_there_are_knows_of_no_few() -> None:
    most = 14
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for families in _numbers((most,) * 3):
        shown = told(covered(families, (0,) * len(families)))
        if shown is not None and sum(families) <= most:
            alike[tuple((place.names, place.families) for place in shown)].append(families)
    assert any(len(possible) > 1 for possible in alike.values())
    for page, possible in alike.items():
        for at in range(3):
            values = {families[at] for families in possible}
            assert not values & SMALL or values >= SMALL, (page, at)


def test_the_table_of_some_places() -> None:
    plain = told(covered((40, 20, 0, 30), (10, 20, 0, 0)))
    assert plain == [Place(("0",), 40, 10), Place(("1",), 20, 20), Place(("3",), 30, 0)]
    few = told(covered((40, 20, 30), (12, 3, 20)))
    assert few is not None
    assert [place.reached for place in few] == [Hidden.BESIDE, Hidden.FEW, 20]
    nearly_all = told(covered((40, 20, 30), (20, 17, 20)))
    assert nearly_all is not None
    assert [place.reached for place in nearly_all] == [Hidden.BESIDE, Hidden.NEARLY_ALL, 20]
    both = told(covered((40, 20, 30), (3, 17, 20)))  # which hide each other
    assert both is not None
    assert [place.reached for place in both] == [Hidden.FEW, Hidden.NEARLY_ALL, 20]
    assert told(covered((20, 20), (3, 20))) is None  # the other one would give it away
    assert told(covered((3, 40), (0, 20))) == [Place(("0", "1"), 43, 20)]
    assert told(covered((3,), (0,))) is None
    assert told([]) == []


def _numbers(most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not most:
        yield ()
        return
    for first in range(most[0] + 1):
        for rest in _numbers(most[1:]):
            yield (first, *rest)
