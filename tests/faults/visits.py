"""A day in the field by the simulator: companions, each with a phone on a bad line, report visits.

python -m tests.faults.visits is the whole of it, 40 companions with 30 visits each at 10 × speed;
the tests make a small one.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import click
import numpy
from PIL import Image
from sqlalchemy import select

from bot.service import utc_now
from bot.texts import say
from db.areas import Area
from db.assignments import families_of
from db.attachments import WAITING, Attachment
from db.crypto import Vault, new_key
from db.files import Files
from db.session import Store
from db.visits import Visit
from tests.faults.field import BEGIN, LATER, STEPS, WITH_PHOTO, Planned, prepare
from tests.faults.hurried import Hurry, hurried_demo
from tests.faults.phone import Phone, Unanswered
from tests.serving import ROOT
from tests.waiting import until

ZONE = ZoneInfo("Asia/Makassar")
Size = tuple[int, int]  # of a photo in pixels: no two are alike
_SMALLEST = 32
_SPOT = {"latitude": -5.4653, "longitude": 122.6079}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to stand in the store of a visit: its moment, and the photo that belongs to it."""

    at: datetime
    photo: Size | None


@dataclass
class Account:
    """What became of a day."""

    companions: int
    planned: int
    seconds: float = 0.0
    messages: Counter[str] = field(default_factory=Counter)
    deliveries: list[float] = field(default_factory=list)  # seconds of each
    unanswered: list[str] = field(default_factory=list)
    kept: int = 0
    missing: int = 0
    doubled: int = 0
    of_another_family: int = 0
    at_another_time: int = 0
    photos: int = 0
    photos_wanted: int = 0
    photos_elsewhere: int = 0
    strangers_shown: int = 0  # lines about a family that is not the reader's

    @property
    def text(self) -> str:
        """Give the account in one line."""
        slow = 1000 * numpy.quantile(self.deliveries, (0.5, 0.95))
        return (
            f"{self.companions} companions, {self.kept} of {self.planned} visits in"
            f" {self.seconds:.0f} s; messages {dict(self.messages.most_common())}, unanswered"
            f" {len(self.unanswered)}; missing {self.missing}, doubled {self.doubled}, of another"
            f" family {self.of_another_family}, at another time {self.at_another_time}; photos"
            f" {self.photos} of {self.photos_wanted}, elsewhere {self.photos_elsewhere};"
            f" strangers shown {self.strangers_shown};"
            f" deliveries p50 {slow[0]:.0f} ms, p95 {slow[1]:.0f} ms"
        )


Kept = Mapping[int, Expected]  # by family


class Day:
    """One companion's day: visits at their hours, told as each is told."""

    def __init__(
        self, phone: Phone, planned: Sequence[Planned], start: datetime, apart: timedelta
    ) -> None:
        self.phone = phone
        self.unanswered: list[str] = []
        self.expected: dict[int, Expected] = {}
        self._planned, self._start, self._apart = planned, start, apart

    def run(self, code: str) -> None:
        """Join with the code, then visit one family after another."""
        self.phone.ask({"text": f"kode {code[:4]}-{code[4:]}"}, "households", smooth=True)
        for number, visit in enumerate(self._planned):
            self.phone.until(self._start + number * self._apart)
            try:
                self._visit(visit)
            except Unanswered as missed:
                self.unanswered.append(f"{visit.way}: {missed}")
                self.phone.send({"text": "batal"}, smooth=True)
        self.phone.finish()

    def _visit(self, visit: Planned) -> None:
        report = f"kunjungan {visit.called}, {visit.found}"
        if visit.way == STEPS:
            self._by_steps(visit)
        elif visit.way == LATER:
            seen = self.phone.clock().astimezone(ZONE).replace(second=0, microsecond=0)
            self.phone.until(self.phone.clock() + 0.7 * self._apart)
            self.phone.send({"text": f"{report}, tadi jam {seen:%H.%M}"})
            self.expected[visit.home] = Expected(seen, None)
        elif visit.way == WITH_PHOTO:
            at = self.phone.send({"text": f"{report}, foto nyusul"})
            self.phone.until(self.phone.clock() + 0.2 * self._apart)
            size = (_SMALLEST + visit.home % 64, _SMALLEST + visit.home // 64)
            file = self.phone.upload(_painted(size))
            photo = {"kind": "photo", "name": "foto.jpg", "mime": "image/jpeg", "file": file}
            self.phone.send({"text": f"foto {visit.called}", "media": photo})
            self.expected[visit.home] = Expected(_moment(at), size)
        else:
            at = self.phone.send({"text": report})
            self.expected[visit.home] = Expected(_moment(at), None)

    def _by_steps(self, visit: Planned) -> None:
        ask = self.phone.ask
        begun = ask({"text": "kunjungan"}, _first_line("visit.ask_family"))
        ask({"text": visit.called}, "purpose:data")
        ask({"button": "purpose:data"}, "found:same")
        ask({"button": "found:same"}, _first_line("visit.ask_finding"))
        ask({"text": visit.found}, _first_line("visit.ask_photo"))
        ask({"button": "form:skip"}, _first_line("visit.ask_location"))
        ask({"location": _SPOT}, "form:yes")
        ask({"button": "form:yes"}, "visit_fix:")
        self.expected[visit.home] = Expected(_moment(begun), None)


def _painted(size: Size) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, "#2a6f4e").save(data, "JPEG")
    return data.getvalue()


def _first_line(key: str) -> str:
    return say(key).strip().splitlines()[0]


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def day(
    folder: Path,
    key: str,
    model: Path,
    companions: int,
    visits: int,
    speed: float,
    apart: timedelta,
    seed: int,
) -> Account:
    """Let so many companions report so many visits each, and reckon up what came of it."""
    url = f"sqlite:///{folder / 'field.db'}"
    store = Store(url, Vault(key))
    crew = prepare(store, companions, visits)
    account = Account(companions, companions * visits)
    clock = Hurry(BEGIN, utc_now(), speed)
    rng = Random(seed)
    with hurried_demo(folder, url, key, model, clock) as address:
        clock_begin = clock() + timedelta(minutes=5)
        started = utc_now()
        days = [
            Day(
                Phone(address, clock, Random(rng.random()), apart),
                planned,
                clock_begin + rng.random() * apart,
                apart,
            )
            for _staff, _code, planned in crew
        ]
        with ThreadPoolExecutor(companions) as field_:
            codes = [code for _staff, code, _planned in crew]
            list(field_.map(Day.run, days, codes))
        until(lambda: not _waiting(store), 60, "the photos")
        account.seconds = (utc_now() - started).total_seconds()
    for one in days:
        account.messages.update(one.phone.accidents)
        account.deliveries += one.phone.seconds
        account.unanswered += one.unanswered
    by_staff = {staff: one for (staff, *_), one in zip(crew, days, strict=True)}
    files = Files(folder / "instance" / "files", store.vault)
    _reckon(store, files, account, {staff: one.expected for staff, one in by_staff.items()})
    account.strangers_shown = _strangers(
        store, {staff: one.phone for staff, one in by_staff.items()}
    )
    store.close()
    return account


def _waiting(store: Store) -> bool:
    with store.read() as session:
        return session.scalar(select(Attachment.id).filter_by(state=WAITING).limit(1)) is not None


def _reckon(store: Store, files: Files, account: Account, expected: Mapping[int, Kept]) -> None:
    with store.read() as session:
        visits = session.scalars(select(Visit)).all()
        photos: dict[int, list[Size]] = {}
        rows = select(Attachment.visit_id, Attachment.digest).where(Attachment.kind == "photo")
        for visit_id, digest in session.execute(rows):
            data = files.get(digest) if digest else None
            size = (0, 0) if data is None else Image.open(BytesIO(data)).size
            photos.setdefault(visit_id or 0, []).append(size)
    account.kept = len(visits)
    times = Counter((visit.staff_id, visit.household_id) for visit in visits)
    account.doubled = sum(number - 1 for number in times.values())
    wanted = {(staff, home): one for staff, his in expected.items() for home, one in his.items()}
    account.photos_wanted = sum(one.photo is not None for one in wanted.values())
    account.missing = account.planned - len(times.keys() & wanted.keys())
    account.of_another_family = len(times.keys() - wanted.keys())
    for visit in visits:
        one = wanted.get((visit.staff_id, visit.household_id))
        if one is not None:
            given = photos.pop(visit.id, [])
            account.at_another_time += visit.visited_at != one.at
            account.photos += one.photo in given  # sent again, it may be there twice
            account.photos_elsewhere += sum(size != one.photo for size in given)
    account.photos_elsewhere += sum(map(len, photos.values()))


def _strangers(store: Store, phones: Mapping[int, Phone]) -> int:
    """Count the families that were shown, with name and address, to somebody else's companion."""
    with store.read() as session:
        places = {area.code: area.name for area in session.scalars(select(Area))}
        lines: dict[int, set[str]] = {}
        for staff_id in phones:
            lines[staff_id] = {
                say("visit.family_line", name=name, area=places[home.area_code],
                    address=home.address)
                for home, name, _seen in families_of(session, staff_id, BEGIN.date())
            }  # fmt: skip
    shown = 0
    for staff_id, phone in phones.items():
        told = "\n".join(phone.told)
        foreign = {line for other, his in lines.items() if other != staff_id for line in his}
        shown += sum(line in told for line in foreign - lines[staff_id])
    return shown


def main() -> None:
    """Let the whole day pass on SQLite, as the demo runs, and print the account."""
    parser = argparse.ArgumentParser(prog="tests.faults.visits", description=__doc__)
    parser.add_argument("--companions", type=int, default=40)
    parser.add_argument("--visits", type=int, default=30)
    parser.add_argument("--speed", type=float, default=10)
    parser.add_argument("--apart", type=float, default=13, help="minutes from visit to visit")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--model", type=Path, default=ROOT / "instance" / "nlu-model.npz")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hv-") as name:
        account = day(
            Path(name), new_key(), options.model, options.companions, options.visits,
            options.speed, timedelta(minutes=options.apart), options.seed,
        )  # fmt: skip
    click.echo(account.text)
    for missed in account.unanswered:
        click.echo(missed)


if __name__ == "__main__":
    main()
