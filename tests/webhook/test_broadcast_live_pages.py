"""A broadcast under way in the console: its numbers, its reasons, and what can be done about it."""

import io
import re
from datetime import timedelta
from threading import Thread

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.notices.approving import approve, submit
from bot.texts import say
from db.broadcasts import Broadcast, State
from db.outbox import OutboundMessage
from db.session import Store
from tests.broadcasts import look
from tests.staff import add_staff
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.notices import broadcast_in
from tests.webhook.site import Site, over_sample
from webhook.console import broadcast_counting
from webhook.console.broadcast_live import span

site = over_sample

CITY = "74.72"
BULK = OutboundMessage.wave_id.is_not(None)


def running(site: Site) -> str:
    """Give the address of a broadcast whose messages are queued."""
    broadcast_id = broadcast_in(site.store, CITY)
    with site.store.begin() as session:
        submit(session, broadcast_id, "staff:1", site.clock(), 1)
        approve(session, broadcast_id, "staff:2", site.clock(), 2)
    look(site.store, site.clock())
    return f"/console/pengumuman/{broadcast_id}"


def state_of(store: Store, address: str) -> str:
    with store.read() as session:
        return session.get_one(Broadcast, int(address.rpartition("/")[2])).state


def settle(store: Store, *outcomes: tuple[str, str | None]) -> int:
    """Let messages end as told, the others as sent; gives how many there are."""
    with store.begin() as session:
        ids = session.scalars(select(OutboundMessage.id).where(BULK)).all()
        session.execute(update(OutboundMessage).where(BULK).values(state="sent"))
        for row_id, (state, reason) in zip(ids, outcomes, strict=False):
            row = session.get_one(OutboundMessage, row_id)
            row.state, row.reason = state, reason
    return len(ids)


def do(officer: Officer, address: str, deed: str, **fields: str) -> str:
    assert officer.post(f"{address}/{deed}", **fields).location == address
    return officer.get(address).text


def test_the_numbers_go_on_and_what_failed_is_told_with_a_remedy(site: Site) -> None:
    address = running(site)
    officer, looker = signed_in(site, "officer"), signed_in(site, "front_office")
    page = officer.get(address).text
    told = looker.get(f"{address}/kemajuan").json
    assert told is not None
    assert told["percent"] == 0
    assert f'data-mark="{told["mark"]}"' in page
    assert f'data-cell="channel-0-waiting">{told["cells"]["channel-0-waiting"]}<' in page
    assert "Jeda" in page
    assert "Jeda" not in looker.get(address).text

    total = settle(site.store, ("failed", "blocked"), ("failed", "device_off"), ("failed", "x_9"))
    after = looker.get(f"{address}/kemajuan").json
    assert after is not None
    assert after["percent"] == 100
    assert after["mark"] != told["mark"]  # there are other rows and buttons
    assert after["done"] == say("broadcast.done_of", done=total, all=total)
    page = officer.get(address).text
    for shown in ("reason_blocked", "remedy_blocked", "reason_device_off", "remedy_device_off"):
        assert say(f"broadcast.{shown}") in page
    assert say("broadcast.reason_other", code="x_9") in page
    rows = load_workbook(io.BytesIO(officer.get(f"{address}/belum-sampai.xlsx").data)).active
    assert rows is not None
    cells = [str(cell) for row in rows.values for cell in row]
    assert say("broadcast.reason_device_off") in cells
    assert not any(re.search(r"\d{16}", cell) for cell in cells)

    # Again only to those whom it may yet reach.
    assert say("broadcast.did_resend", count=2) in do(officer, address, "ulang")
    with site.store.read() as session:
        left = session.scalars(select(OutboundMessage.state).where(BULK)).all()
    assert sorted(left).count("queued") == 2
    assert say("broadcast.none_to_resend") in do(officer, address, "ulang")


def test_it_is_paused_resumed_and_stopped_for_good(site: Site) -> None:
    address = running(site)
    officer = signed_in(site, "officer")
    assert "Lanjutkan" in do(officer, address, "jeda")
    assert state_of(site.store, address) == State.PAUSED
    assert say("notice.not_now") in do(officer, address, "jeda")
    assert say("broadcast.did_resume") in do(officer, address, "lanjut")
    assert state_of(site.store, address) == State.RUNNING
    assert say("notice.no_reason") in do(officer, address, "batal", why="x")
    page = do(officer, address, "batal", why="Jadwal loket berubah")
    assert "Jadwal loket berubah" in page
    assert "data-progress" not in page  # nothing changes any more
    assert state_of(site.store, address) == State.CANCELED
    # Whoever has not heard it hears it by one button, but not by its author alone.
    chief_id, _ = add_staff(site.store, site.clock(), "chief", CITY)
    other = as_staff(site, site.store, chief_id)
    assert "yang belum mendengar</button>" in other.get(address).text
    with site.store.begin() as session:
        broadcast = session.get_one(Broadcast, int(address.rpartition("/")[2]))
        broadcast.created_by, seen = f"staff:{chief_id}", str(broadcast.version)
    assert say("notice.own_rest") in other.get(address).text
    assert say("notice.own_rest") in do(other, address, "sisa", seen=seen)
    assert say("broadcast.stale") in do(officer, address, "sisa", seen="1")
    assert "Dilanjutkan ke" in do(officer, address, "sisa", seen=seen)
    assert state_of(site.store, address) == State.RUNNING


def test_a_look_at_a_large_broadcast_waits_for_no_count(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Thread] = []
    monkeypatch.setattr(broadcast_counting, "LARGE", 1)
    monkeypatch.setattr(Thread, "start", lambda thread: begun.append(thread))
    address = running(site)
    officer, other = signed_in(site, "officer"), signed_in(site, "chief")
    page = officer.get(address).text
    assert say("broadcast.counting") in page
    assert "data-cell" not in page
    told = officer.get(f"{address}/kemajuan").json or {}
    assert (told["done"], told["cells"]) == (say("broadcast.counting"), {})
    # Two looks found it due; one of them counts, for the whole office.
    assert len(begun) == 2
    for thread in begun:
        thread.run()
    total = settle(site.store)
    seen = [one.get(f"{address}/kemajuan").json or {} for one in (officer, other)]
    assert seen[0] == seen[1]
    assert seen[0]["mark"] != told["mark"]
    assert seen[0]["done"] == say("broadcast.done_of", done=0, all=total)  # not counted since
    assert "Dihitung pukul" in seen[0]["as_of"]
    assert len(begun) == 2

    site.clock.forward(timedelta(seconds=6))
    assert (officer.get(f"{address}/kemajuan").json or {})["percent"] == 0
    begun[-1].run()
    after = officer.get(f"{address}/kemajuan").json or {}
    assert (after["percent"], len(begun)) == (100, 3)
    # An ended page goes on asking until its last count is that of the end.
    page = do(officer, address, "batal", why="Jadwal loket berubah")
    assert "data-progress" in page
    begun[-1].run()
    assert "data-progress" not in officer.get(address).text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "kurang dari 1 menit"), (59.9, "kurang dari 1 menit"), (60, "1 menit"),
     (720, "12 menit"), (7_500, "2 jam 5 menit"), (36_000_000, "10.000 jam 0 menit")],
)  # fmt: skip
def test_how_long_it_takes_is_told_as_people_do(seconds: float, told: str) -> None:
    assert span(seconds) == told
