"""Working time adds up, and passes on working days alone."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.ticket_clock import Deadline, Entered, Light, deadline
from db.ticket_rules import Terms
from db.ticket_states import State
from db.workdays import Calendar, calendar_of

BAUBAU = calendar_of("Asia/Makassar")
TERMS = Terms(timedelta(days=3), timedelta(days=5), timedelta(days=60))
moments = st.timedeltas(timedelta(), timedelta(days=730)).map(
    lambda span: datetime(2026, 1, 1, tzinfo=UTC) + span
)
spans = st.timedeltas(timedelta(), timedelta(days=70))


@given(moments, spans)
def test_what_was_added_is_what_has_passed(moment: datetime, span: timedelta) -> None:
    assert BAUBAU.worked(moment, BAUBAU.after(moment, span)) == span


@given(moments, spans, spans)
def test_two_stretches_are_as_long_as_both(
    moment: datetime, first: timedelta, second: timedelta
) -> None:
    between = moment + first
    end = between + second
    assert BAUBAU.worked(moment, end) == BAUBAU.worked(moment, between) + BAUBAU.worked(
        between, end
    )


def test_no_work_on_weekends_and_public_holidays() -> None:
    assert not BAUBAU.is_working(date(2026, 8, 17))  # independence day, a Monday
    assert not BAUBAU.is_working(date(2026, 8, 16))
    assert BAUBAU.is_working(date(2026, 8, 18))
    friday_noon = datetime(2026, 8, 14, 4, tzinfo=UTC)
    assert BAUBAU.after(friday_noon, timedelta(days=1)) == datetime(2026, 8, 18, 4, tzinfo=UTC)


def test_day_begins_where_the_office_is() -> None:
    sunday_evening_utc = datetime(2026, 7, 5, 16, 30, tzinfo=UTC)  # half past midnight, Monday
    hour = timedelta(hours=1)
    assert BAUBAU.after(sunday_evening_utc, hour) == sunday_evening_utc + hour
    jakarta = Calendar("Asia/Jakarta", frozenset())
    assert jakarta.after(sunday_evening_utc, hour) == sunday_evening_utc + timedelta(hours=1.5)


_RUNS = (State.ASSIGNED, State.IN_PROGRESS)
_STANDS = (State.WAITING, State.REFERRED)


@given(moments, st.lists(st.tuples(st.sampled_from(_STANDS), spans, spans), max_size=4))
def test_work_of_sixty_days_is_counted_without_the_waits(
    start: datetime, waits: list[tuple[State, timedelta, timedelta]]
) -> None:
    history = [Entered(State.RECEIVED, start), Entered(State.VERIFIED, start)]
    history += [Entered(state, start) for state in _RUNS]
    worked, at = timedelta(), start
    for state, working, waiting in waits:
        stopped = at + working
        worked += BAUBAU.worked(at, stopped)
        history.append(Entered(state, stopped))
        assert deadline(history, TERMS, BAUBAU) is None
        at = stopped + waiting
        history.append(Entered(State.IN_PROGRESS, at))
    found = deadline(history, TERMS, BAUBAU)
    left = max(TERMS.finish - worked, timedelta())
    assert found is not None
    assert found.due_at == BAUBAU.after(at, left)
    assert found.risk_at <= found.due_at


def test_light_turns_when_less_than_a_quarter_is_left() -> None:
    start = datetime(2026, 7, 6, tzinfo=UTC)
    found = Deadline(start + timedelta(days=3), start + timedelta(days=4))
    lights = [found.light(start + timedelta(days=days)) for days in (0, 3, 4)]
    assert lights == [Light.ON_TRACK, Light.AT_RISK, Light.BREACHED]
