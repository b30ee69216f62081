"""The yearly accountability report of groups: its three indicators, counted and written out."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import select

from bot.kube_report import INDICATORS, conditions, groups, kube_book, kube_pdf
from bot.report_parts import Office
from db.areas import Scope
from db.kube_groups import ACTIVE, ENDED, SLOW, UNKNOWN, KubeMember, add_asset, end_group
from db.kube_months import months_of
from db.kube_proposals import AT_CITY, FILED, WITHDRAWN, file_proposal, move_proposal
from db.kube_year import Share, kube_year
from db.pulses import Told, record_pulse
from db.session import Store
from tests.kube import make_kube
from tests.tickets import CITY, MURHUM

ZONE, ACTOR = "Asia/Makassar", "staff:1"
AFTER = datetime(2027, 1, 20, 2, tzinfo=UTC)
OFFICE = Office("Dinas Sosial", "Kota Baubau", "20 Januari 2027", "Rahma")


def month(number: int, year: int = 2026) -> date:
    return date(year, number, 1)


def told_on(number: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, number, day, 2, tzinfo=UTC)


def test_a_year_is_counted_by_its_rules_and_printed_with_them(store: Store) -> None:
    with store.begin() as session:
        good = make_kube(session, since=month(10))
        for number, at in ((10, told_on(11, 3)), (11, told_on(12, 20)), (12, told_on(1, 5, 2027))):
            told = Told(ACTIVE, 1_000_000, number * 1_000)
            record_pulse(session, good, month(number), told, ACTOR, at, at)
        silent = make_kube(session, since=month(11))
        record_pulse(session, silent, month(11), Told(SLOW), ACTOR, told_on(12, 1), told_on(12, 1))
        over = make_kube(session, since=month(1, 2025))
        end_group(session, over, "Bubar", date(2025, 12, 31), ACTOR, AFTER)
        make_kube(session, since=None)
        add_asset(session, good.id, "oven", 1, 2_000_000, month(5, 2025), "APBD", ACTOR, AFTER)
        add_asset(session, good.id, "mixer", 2, 700_000, month(12), "APBD", ACTOR, AFTER)
        filed = told_on(11, 1)
        quick, late, gone, silence = (
            file_proposal(session, good.id, "alat", None, ACTOR, filed) for _ in range(4)
        )
        file_proposal(session, good.id, "baru", None, ACTOR, AFTER - timedelta(days=25))
        for one, state, days in ((quick, AT_CITY, 3), (late, AT_CITY, 31), (gone, WITHDRAWN, 2)):
            move_proposal(
                session, Scope(CITY), one.id, FILED, state, ACTOR, filed + timedelta(days=days)
            )
        year = kube_year(session, Scope(CITY), 2026, AFTER, ZONE)
        first, second = year.groups
        assert (first.due, first.told, first.in_time, first.condition) == (3, 3, 2, ACTIVE)
        assert (first.turnover, first.cash, first.assets, first.received) == (
            3_000_000, 12_000, 2_700_000, 700_000,
        )  # fmt: skip
        assert (second.due, second.told, second.condition, second.turnover) == (2, 1, UNKNOWN, None)
        assert year.effectiveness == Share(1, 2)
        assert year.accountability == Share(4, 5)
        assert year.responsiveness == Share(1, 3)  # withdrawn, and still in time, do not count
        assert year.accountability.percent == 80.0
        assert kube_year(session, Scope(MURHUM), 2026, AFTER, ZONE).groups == []
        assert [one.group_id for one in kube_year(session, Scope(CITY), 2025, AFTER, ZONE).groups] \
            == [over.id]  # fmt: skip
        # What was answered, or out of time, stays counted when its group ends and it is withdrawn.
        for one, seen in ((quick, AT_CITY), (late, AT_CITY), (silence, FILED)):
            move_proposal(session, Scope(CITY), one.id, seen, WITHDRAWN, ACTOR, AFTER)
        over_now = kube_year(session, Scope(CITY), 2026, AFTER, ZONE)
        assert over_now.responsiveness == Share(1, 3)
        # In the middle of the year only what is due by then is counted.
        early = kube_year(session, Scope(CITY), 2026, told_on(12, 15), ZONE)
        assert [one.due for one in early.groups] == [2, 1]
    names = {good.area_code: "Lamangga"}
    book = load_workbook(BytesIO(kube_book(year, names, OFFICE)))
    shown = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=3)]
    assert [row[1:4] for row in shown[1:]] == [[1, 2, 0.5], [1, 3, 1 / 3], [4, 5, 0.8]]
    assert all(row[4] and len(str(row[4])) > 40 for row in shown[1:])
    assert "30 hari" in str(shown[2][4])
    assert "Kota Baubau, Dinas Sosial" in str(book.worksheets[0]["B1"].value)
    listed = [[cell.value for cell in row] for row in book.worksheets[2].iter_rows(min_row=4)]
    assert listed[0][:2] == ["Melati", "Lamangga"]
    assert listed[0][5:9] == [3, 3, 2, 3_000_000]
    in_time = sum(one.in_time for one in year.groups)
    assert listed[-1][0] == "Jumlah"
    assert listed[-1][5:] == [4, 5, in_time, 3_000_000, 12_000, 700_000, 2_700_000]
    printed = kube_pdf(year, names, OFFICE, compressed=False)
    assert printed.startswith(b"%PDF")
    for text in (b"Efektivitas", b"Responsivitas", b"Akuntabilitas", b"80,0 %", b"Lamangga"):
        assert text in printed


def test_a_year_without_groups_has_no_shares(store: Store) -> None:
    with store.read() as session:
        year = kube_year(session, Scope(CITY), 2026, AFTER, ZONE)
    assert [year.effectiveness.percent, year.responsiveness.percent] == [None, None]
    assert len(INDICATORS) == 3
    assert "–" in str(load_workbook(BytesIO(kube_book(year, {}, OFFICE))).worksheets[0]["D4"].value)
    assert kube_pdf(year, {}, OFFICE).startswith(b"%PDF")


def test_a_group_that_has_ended_is_marked_and_members_are_those_of_the_year(store: Store) -> None:
    with store.begin() as session:
        over = make_kube(session, since=month(1, 2025))
        for number, at in ((11, told_on(12, 1)), (12, told_on(1, 5, 2027))):
            record_pulse(session, over, month(number), Told(ACTIVE), ACTOR, at, at)
        people = session.scalars(select(KubeMember).filter_by(group_id=over.id)).all()
        for member in people:
            member.joined_on = month(1, 2025)
        people[0].left_on = month(6)
        end_group(session, over, "Bubar", date(2027, 1, 19), ACTOR, AFTER)

        def counted(number: int) -> tuple[int, str, int, int]:
            year = kube_year(session, Scope(CITY), number, AFTER, ZONE)
            [one] = year.groups
            return one.members, one.condition, year.running, year.effectiveness.part

        size = len(people)
        assert counted(2025) == (size, UNKNOWN, 1, 0)
        assert counted(2026) == (size - 1, ACTIVE, 1, 1)  # it ran through that year
        assert counted(2027) == (size - 1, ENDED, 0, 0)
        year = kube_year(session, Scope(CITY), 2027, AFTER, ZONE)
        assert "Berakhir 19/01/2027" in groups(year, {}).rows[0]
        assert conditions(year).rows[-1][1] == 1
        # No report is waited for of a month that it did not run through.
        months = [one.month for one in months_of(session, over, AFTER.date(), 3)]
        assert months == [month(12), month(11)]
