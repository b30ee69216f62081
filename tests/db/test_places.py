"""Opening hours: what is written is read, and open and next opening agree with it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.places import (
    BadHours,
    Hours,
    Span,
    is_open,
    next_opening,
    parse_spans,
    public_holidays,
)

OFFICE = parse_spans("08.00-12.00, 13.00-15.00")
HOURS = Hours((OFFICE,) * 5 + ((), ()))
WITA = "Asia/Makassar"
_TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    ends = sorted(draw(st.sets(_TIMES, max_size=4)))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


HOURS_OF_ANY_KIND = st.builds(
    Hours,
    st.tuples(*[spans()] * 7),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
    st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()), ("tutup", ()), ("8-12", ((time(8), time(12)),)),
        ("08:00 sampai 12:30", ((time(8), time(12, 30)),)), ("08.00-12.00, 13.00-15.00", OFFICE),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(text: str, expected: tuple[Span, ...]) -> None:
    assert parse_spans(text) == expected


@pytest.mark.parametrize("text", ["pagi", "12-8", "8-25", "8-12,11-15", "8", "8-12-15", "8.99-9"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(BadHours):
        parse_spans(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_spans(text)
    except BadHours:
        return
    assert all(begin < end for begin, end in found)


@given(HOURS_OF_ANY_KIND)
def test_hours_are_kept_as_they_were(hours: Hours) -> None:
    assert Hours.from_data(hours.to_data()) == hours


@given(HOURS_OF_ANY_KIND, MOMENTS)
def test_a_place_is_open_at_its_next_opening_and_was_not_before(
    hours: Hours, moment: datetime
) -> None:
    opens = next_opening(hours, moment, WITA, public_holidays())
    if opens is None:
        assert not any(hours.week) or not hours.on_holidays or hours.closed_on
        return
    assert opens > moment
    assert is_open(hours, opens, WITA, public_holidays())
    last_minute = opens - timedelta(minutes=1)
    if last_minute > moment and is_open(hours, last_minute, WITA, public_holidays()):
        assert any(end == opens.time() for _begin, end in hours.week[opens.weekday()])


@pytest.mark.parametrize(
    ("local", "open_now"),
    [
        ("2026-11-23T08:00", True), ("2026-11-23T12:00", False), ("2026-11-23T14:59", True),
        ("2026-11-23T15:00", False), ("2026-11-22T10:00", False), ("2026-12-25T10:00", False),
        ("2026-08-17T10:00", False),
    ],
)  # fmt: skip
def test_weekends_holidays_and_noon_are_closed(local: str, open_now: bool) -> None:
    moment = datetime.fromisoformat(f"{local}+08:00")
    assert is_open(HOURS, moment, WITA, public_holidays()) == open_now


def test_a_shop_may_open_on_holidays_and_close_on_its_own_days() -> None:
    shop = Hours((OFFICE,) * 7, frozenset([date(2026, 12, 26)]), on_holidays=True)
    christmas = datetime.fromisoformat("2026-12-25T09:00+08:00")
    assert is_open(shop, christmas, WITA, public_holidays())
    opens = next_opening(shop, christmas + timedelta(hours=5), WITA, public_holidays())
    assert opens is not None
    assert opens.date() == date(2026, 12, 27)
