"""Groups by chat: formed, told of each month, what they wish for, and their lessons."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.kube_watch import watch_groups
from bot.messages import Media, MediaKind
from db.assignments import Assignment
from db.attachments import Attachment
from db.kube_groups import (
    ACTIVE,
    CHAIR,
    FORMING,
    UNKNOWN,
    KubeGroup,
    hold_group,
)
from db.kube_lessons import progress_of
from db.kube_members import members_of
from db.kube_proposals import AT_CITY, KubeProposal, permits_of, proposals_of, what_of
from db.kube_rules import hold_kube_rules
from db.pulses import Pulse, needs_of
from db.registry import Person as Registered
from db.session import Store
from db.staff import Staff
from tests.bot.groups import (
    WOLIO,
    chair_siti,
    chat,
    companion_of_wolio,
    heads,
    make_running,
    staff_of,
)
from tests.talk import Clock, Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

companion, chair = companion_of_wolio, chair_siti


def test_a_group_is_formed_member_by_member_and_each_breach_is_told(
    companion: Person, sample_store: Store
) -> None:
    with sample_store.read() as session:
        staff_id = staff_of(session, WOLIO)
        area = "74.72.02.1011"
        people = heads(session, area, 5)
        elsewhere = heads(session, "74.72.02.1002", 1)[0]
        homes = [one.household_id for one in people]
        foreign = session.scalars(
            select(Registered)
            .join(Assignment, Assignment.household_id == Registered.household_id)
            .where(Assignment.staff_id != staff_id, Registered.nik_sealed.is_not(None))
        ).first()
        assert foreign is not None
        nik = session.vault.open(foreign.nik_sealed or b"", "nik")
    assert "kelurahan mana" in words(companion.say("bentuk kube"))
    companion.press(f"of_area:{area}")
    companion.tell("Mawar Jaya", "kue kering")
    assert "satu per satu" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        group = session.scalars(select(KubeGroup)).one()
        assert (group.state, group.companion_id) == (FORMING, staff_id)

    def name(home: int, role: str) -> str:
        companion.press(f"family:{home}")
        return words(companion.press(f"role:{role}"))

    assert "Sekarang 1 orang" in name(homes[0], CHAIR)
    # Who is in it already, or lives elsewhere, is not offered.
    offered = {choice.value for choice in companion.say("kapan")[-1].choices}
    assert not offered & {f"family:{homes[0]}", f"family:{elsewhere.household_id}"}
    assert "tetap tercatat" in words(companion.say("batal"))
    companion.press(f"kube_member:{group.id}")
    companion.say(nik)
    told = words(companion.press("role:member"))
    assert "tidak ada di keluarga dampingan" in told
    assert foreign.name not in told
    assert "Bukan warga" in name(elsewhere.household_id, "member")
    early = companion.press(f"form:leave:group:{group.id}:start")
    assert "4 orang lagi" in words(early)
    assert "Belum ada sekretaris" in words(early)
    companion.press(f"kube_member:{group.id}")
    for home, role in zip(homes[1:], ("secretary", "treasurer", "chair", "member"), strict=True):
        name(home, role)
    assert "Ada 2 ketua" in words(companion.press(f"form:leave:group:{group.id}:members"))
    companion.press(f"kube_member:{group.id}")
    assert "sebagai anggota" in name(homes[3], "member")
    assert "resmi berjalan" in words(companion.press(f"form:leave:group:{group.id}:start"))
    assert "Mawar Jaya" in words(companion.say("kube saya"))


def test_a_chair_names_by_nik_and_learns_nothing_of_anybody(
    chair: Person, companion: Person, sample_store: Store
) -> None:
    group_id = make_running(sample_store)
    with sample_store.read() as session:
        area = session.get_one(KubeGroup, group_id).area_code
        own = [one for one in heads(session, area, 9) if one.nik_sealed is not None][-1]
        nik = session.vault.open(own.nik_sealed or b"", "nik")
    chair.press(f"kube_member:{group_id}")
    assert "16 angka" in words(chair.say("Wa Ode"))
    known, unknown = words(chair.say(nik)), words(chair.say("7472019001010009"))
    assert known == unknown
    assert own.name not in known
    told = companion.unread()
    assert f"mengusulkan {own.name}" in words(told)
    assert "berakhiran 0009" in words(told)
    # What the group's list shows would tell the chair whom the registry knows.
    assert own.name not in words(chair.press(f"form:leave:group:{group_id}:members"))
    take = next(one.value for reply in told for one in reply.choices if one.label == "Masukkan")
    companion.press(take)
    companion.press("role:member")
    with sample_store.begin() as session:
        assert own.id in {one.person_id for one in members_of(session, group_id)}
        group = hold_group(session, group_id)
        assert group is not None
        session.get_one(Staff, group.companion_id).active = False
    chair.press(f"kube_member:{group_id}")
    told = chair.say("7472019001010009")  # nobody would hear of it
    assert "belum dicatat" in words(told)
    assert "Bicara dengan petugas" in labels(told)


def test_a_running_group_takes_nobody_beyond_its_most(
    companion: Person, sample_store: Store
) -> None:
    group_id = make_running(sample_store)
    with sample_store.begin() as session:
        hold_kube_rules(session).most_members = 5
        area = session.get_one(KubeGroup, group_id).area_code
        inside = {one.person_id for one in members_of(session, group_id)}
        new = next(one for one in heads(session, area, 9) if one.id not in inside)
    companion.press(f"kube_member:{group_id}:{new.household_id}")
    assert "Anggota terlalu banyak" in words(companion.press("role:member"))
    with sample_store.read() as session:
        assert len(members_of(session, group_id)) == 5


def test_a_month_is_told_in_one_line_and_corrected(
    chair: Person, companion: Person, clock: Clock, sample_store: Store
) -> None:
    group_id = make_running(sample_store)
    asked = chair.say("omzet 1,2 juta, kas 300rb, butuh mesin jahit")
    assert "Bagaimana usaha" in words(asked)
    assert labels(asked)[:3] == ["Aktif", "Lambat", "Berhenti"]
    assert "Ada foto" in words(chair.say("lancar"))
    read_back = words(chair.send_file(Media(MediaKind.PHOTO, "buku-kas", "image/jpeg")))
    for line in ("November 2026", "Rp 1.200.000", "Rp 300.000", "Butuh: mesin jahit", "Foto: ada"):
        assert line in read_back
    written = clock()
    assert "sudah tersimpan" in words(chair.press("form:yes"))
    # The companion mends it by buttons; "300" alone is asked again.
    companion.press(f"pulse:{group_id}")
    companion.press("condition:active")
    assert "belum terbaca" in words(companion.say("300"))
    companion.tell("900 ribu", "0", "lewati")
    companion.press("form:skip")
    assert "diperbarui" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        first, second = session.scalars(select(Pulse).order_by(Pulse.id))
        assert (first.turnover, first.cash, needs_of(session, first)) == (
            1_200_000, 300_000, "mesin jahit",
        )  # fmt: skip
        assert written < first.told_at <= clock()
        assert first.replaced_by_id == second.id
        assert (second.turnover, second.cash, second.needs_sealed) == (900_000, 0, None)
        assert session.get_one(KubeGroup, group_id).condition == ACTIVE
        assert session.scalars(select(Attachment.pulse_id)).all().count(first.id) == 1


def test_of_silence_the_companion_hears_and_nobody_at_night(
    chair: Person, companion: Person, clock: Clock, sample_store: Store
) -> None:
    group_id = make_running(sample_store)

    def watch(day: int, hour: int) -> tuple[str, str]:
        clock.now = datetime(2026, 12, day, hour, tzinfo=UTC)
        watch_groups(sample_store, clock)
        return words(chair.unread()), words(companion.unread())

    assert watch(1, 15) == ("", "")  # 23.00 in Baubau
    asked, also = watch(2, 2)
    assert "bulan November 2026" in asked
    assert "sampai 10 Desember 2026" in asked
    assert "Melati" in also
    assert watch(2, 3) == ("", "")
    assert all(watch(6, 2))
    assert watch(10, 2) == ("", "")
    officer, looked = watch(11, 2)
    assert officer == ""
    assert "ditengok" in looked
    assert watch(12, 2) == ("", "")
    with sample_store.begin() as session:
        group = session.get_one(KubeGroup, group_id)
        assert (group.condition, group.condition_month) == (UNKNOWN, date(2026, 11, 1))
        group.condition = ACTIVE
    # A report of the new month keeps them from being asked for it.
    companion.tell("lapor kube", "aktif", "lewati", "lewati", "lewati")
    companion.press("form:skip")
    assert "Desember 2026 sudah tersimpan" in words(companion.press("form:yes"))
    clock.now = datetime(2027, 1, 2, 2, tzinfo=UTC)
    assert watch_groups(sample_store, clock) == 0


def test_a_wish_goes_up_and_its_group_hears_of_it(
    chair: Person, sample_store: Store, clock: Clock
) -> None:
    group_id = make_running(sample_store)
    officer = chat(sample_store, clock, "petugas")
    chair.press(f"kube_wish:{group_id}")
    chair.tell("mesin jahit untuk pesanan seragam", "3 juta")
    assert "sudah masuk" in words(chair.press("form:yes"))
    waiting = officer.say("usulan kube")
    assert "mesin jahit" in words(waiting)
    assert labels(waiting)[0].startswith("Terima #")
    pressed = waiting[-1].choices[0].value
    assert "diterima di kota" in words(officer.press(pressed))
    assert "diperiksa Dinas Sosial kota" in words(chair.unread())
    assert "petugas lain" in words(officer.press(pressed))
    with sample_store.read() as session:
        (proposal,) = proposals_of(session, group_id)
        assert (proposal.state, proposal.cost) == (AT_CITY, 3_000_000)
        assert "seragam" in what_of(session, proposal)
        assert session.scalars(select(KubeProposal.id)).all() == [proposal.id]
    chair.press(f"kube_permit:{group_id}")
    chair.press("permit:pirt")
    chair.say("keripik pisang")
    assert "PKS-2026-" in words(chair.press("form:yes"))
    with sample_store.read() as session:
        ((kind, ticket),) = permits_of(session, group_id)
        assert (kind, ticket.kind) == ("pirt", "complaint")
        assert "keripik" in session.vault.open(ticket.story_sealed, "story")


def test_a_lesson_is_read_card_by_card_and_its_answer_kept(
    chair: Person, sample_store: Store
) -> None:
    group_id = make_running(sample_store)
    listed = chair.say("belajar usaha")
    assert "Catatan uang: belum" in words(listed)
    begin = f"lesson:{group_id}:bookkeeping"
    for place in range(3):
        assert f"({place + 1}/3)" in words(chair.press(f"{begin}:{place}"))
    asked = chair.press(f"{begin}:3")
    assert len(labels(asked)) == 3
    assert "Belum tepat" in words(chair.press(f"{begin}:a1"))
    assert "sampai 3 dari 3" in words(chair.press(f"lesson:{group_id}"))
    assert "Betul" in words(chair.press(f"{begin}:a2"))
    assert "Catatan uang: selesai" in words(chair.press(f"lesson:{group_id}"))
    with sample_store.read() as session:
        assert progress_of(session, group_id)["bookkeeping"].tries == 2
