"""Budget lines: those of Baubau of 2023, their sums, who may change them, and what they said."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.areas import Scope
from db.budget_history import history_of
from db.budgets import (
    BURDEN,
    INCOME,
    POCKETS,
    BudgetTaken,
    Planned,
    StaleBudget,
    Wanted,
    add_line,
    begin_year,
    by_strategy,
    change_line,
    find_line,
    lines_of,
    put_lines,
    sums_of,
    years_of,
)
from db.sample.budget import load_budget
from db.session import Store
from tests.audience import make_town
from tests.bot.registry import trail
from tests.moment import NOW
from tests.tickets import CITY, MURHUM

ELSEWHERE, LATER = "64.71", NOW + timedelta(days=2)
LINE = Planned("Rutilahu", "PKH", POCKETS, 1_000, 0, "APBD 2024", date(2024, 1, 2))


def test_the_budget_of_baubau_adds_up_as_it_was_published(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        load_budget(session, NOW)
        load_budget(session, NOW)  # once
        assert years_of(session, Scope(CITY)) == [2023]
        lines = lines_of(session, Scope(CITY), 2023)
        whole = sums_of(lines)
        assert (whole.lines, whole.allocated, whole.realised) == (9, 878_917_917, 843_919_319)
        assert whole.left == 34_998_598
        assert whole.share == pytest.approx(96.0, abs=0.05)
        assert whole.mean_share == pytest.approx(95.2, abs=0.05)
        parts = by_strategy(lines)
        assert [parts[name].lines for name in (BURDEN, INCOME, POCKETS)] == [7, 2, 0]
        assert sum(part.realised for part in parts.values()) == whole.realised
        assert parts[POCKETS].share is None
        assert all(line.source and line.as_of.year == 2023 for line in lines)
        assert years_of(session, Scope(ELSEWHERE)) == []


def test_a_line_is_changed_by_whoever_saw_it_as_it_is(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        line = add_line(session, CITY, 2024, LINE, "staff:1", NOW)
        with pytest.raises(BudgetTaken):
            add_line(session, CITY, 2024, LINE, "staff:1", NOW)
        assert sums_of([line]).mean_share == 0.0
        assert find_line(session, Scope(ELSEWHERE), line.id) is None
        assert find_line(session, Scope(MURHUM), line.id) is None  # the city's, not the kecamatan's
        held = find_line(session, Scope(CITY), line.id, lock=True)
        assert held is not None
        assert change_line(session, held, 1, replace(LINE, realised=990), "staff:2", LATER)
        assert not change_line(session, held, 2, replace(LINE, realised=990), "staff:3", LATER)
        assert (held.realised, held.version, held.changed_by) == (990, 2, "staff:2")
        with pytest.raises(StaleBudget):
            change_line(session, held, 1, LINE, "staff:3", NOW)
        other = add_line(session, CITY, 2024, replace(LINE, name="Lain"), "staff:1", NOW)
        with pytest.raises(BudgetTaken):
            change_line(session, other, 1, LINE, "staff:1", NOW)
        wanted = replace(LINE, name="Lain", allocated=5)
        assert put_lines(session, CITY, 2024, [Wanted(wanted, 1)], "cli", NOW) == 1
        assert put_lines(session, CITY, 2024, [Wanted(wanted, 2)], "cli", NOW) == 0
        assert (other.allocated, other.version) == (5, 2)
        last, first = history_of(session, line.id)
        assert (last.actor, last.at, last.is_first) == ("staff:2", LATER, False)
        [change] = last.changes
        assert (change.field, change.before, change.after) == ("realised", "0", "990")
        assert (first.actor, first.is_first, len(first.changes)) == ("staff:1", True, 7)
        empty = sums_of([])
        assert (empty.share, empty.mean_share, empty.left) == (None, None, 0)
    assert len(trail(store, "change budget")) == 4


def test_a_name_is_one_however_it_is_written_and_a_file_changes_what_was_seen(
    store: Store,
) -> None:
    with store.begin() as session:
        make_town(session)
        line = add_line(session, CITY, 2024, replace(LINE, name="Uji dua"), "staff:1", NOW)
        other = add_line(session, CITY, 2024, LINE, "staff:1", NOW)
        same = replace(LINE, name="UJI  Dua.")
        for write in (
            lambda: add_line(session, CITY, 2024, same, "staff:1", NOW),
            lambda: change_line(session, other, 1, same, "staff:1", NOW),
        ):
            with pytest.raises(BudgetTaken):
                write()
        assert change_line(session, line, 1, same, "staff:1", NOW)  # its own name
        assert begin_year(session, CITY, 2025, [same, LINE, replace(same, name="uji dua")],
                          "staff:1", NOW) == 2  # fmt: skip
        assert begin_year(session, CITY, 2025, [replace(same, name="ujidua")], "cli", NOW) == 0
        new = replace(LINE, name="Baru")
        for seen in (1, 3):  # of a line that is at its second version, and of one not yet there
            with pytest.raises(StaleBudget):
                put_lines(session, CITY, 2024, [Wanted(new, 0), Wanted(same, seen)], "cli", NOW)
        with pytest.raises(StaleBudget):
            put_lines(session, CITY, 2024, [Wanted(new, 1)], "cli", NOW)
        names = [one.name for one in lines_of(session, Scope(CITY), 2024)]
        assert names == ["UJI  Dua.", "Rutilahu"]
        assert put_lines(session, CITY, 2024, [Wanted(new, 0), Wanted(same, 2)], "cli", NOW) == 1


def test_two_who_enter_one_name_at_once_get_one_line(store: Store) -> None:
    with store.begin() as session:
        make_town(session)

    def enter(name: str) -> bool:
        try:
            with store.begin() as session:
                add_line(session, CITY, 2024, replace(LINE, name=name), "staff:1", NOW)
        except BudgetTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        entered = [*pool.map(enter, ["Uji dua", "uji DUA", "Uji  dua.", "UJIDUA"])]
    assert entered.count(True) == 1
    with store.read() as session:
        assert len(lines_of(session, Scope(CITY), 2024)) == 1
