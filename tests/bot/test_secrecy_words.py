"""Wishes for secrecy in the words that people use, and the story beside them left as it is."""

import pytest
from sqlalchemy import select

from bot.desk.secrecy import wish
from db.session import Store
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN, Ticket
from tests.bot.test_own_tickets import complain
from tests.talk import Person, labels, words


def last(store: Store) -> tuple[str, str, str]:
    """Give the secrecy, the story and the place of the newest ticket."""
    with store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        story = session.vault.open(ticket.story_sealed, "story")
        occurred = session.vault.open(ticket.occurred_sealed, "occurred")
        return ticket.secrecy, story, occurred


@pytest.mark.parametrize(
    ("said", "secrecy"),
    [
        ("jgn bilang siapa2 ya", CONFIDENTIAL),
        ("jangan kasih tau siapa-siapa", CONFIDENTIAL),
        ("jan ksh tau orang lain pak", CONFIDENTIAL),
        ("mau lapor diam2", CONFIDENTIAL),
        ("jangan sampai bocor ya", CONFIDENTIAL),
        ("jangan sampai pa rt tau", HIDDEN),
        ("tolong jangan bilang ke pa rt ya", HIDDEN),
        ("jangan ada yang tau", HIDDEN),
        ("jangan bilang siapa-siapa kalau saya yang lapor", ANONYMOUS),
        ("tolong jangan sampai ketahuan pa rt", ANONYMOUS),
        ("sa takut ketahuan jadi jgn ksh tau nama", ANONYMOUS),
        ("jangan sebut nama saya di laporan itu", ANONYMOUS),
        ("rahasiakan laporan saya tadi", CONFIDENTIAL),
        ("tidak usah anonim", PLAIN),
    ],
)
def test_wish_is_heard_and_says_nothing_else(said: str, secrecy: str) -> None:
    assert wish(said) == (secrecy, "")


@pytest.mark.parametrize(
    ("said", "secrecy", "left"),
    [
        ("di lamangga, rahasia", CONFIDENTIAL, "di lamangga"),
        ("wameo kemarin, tolong dirahasiakan", CONFIDENTIAL, "wameo kemarin"),
        ("La Ode Bahrun jangan sebut nama saya", ANONYMOUS, "La Ode Bahrun"),
        ("jangan sebut nama saya. uang dipotong 1,5 juta", ANONYMOUS, "uang dipotong 1,5 juta"),
        ("mau lapor rahasia pendamping minta uang", CONFIDENTIAL, "pendamping minta uang"),
    ],
)
def test_wish_that_is_a_clause_of_its_own_is_left_out(said: str, secrecy: str, left: str) -> None:
    assert wish(said) == (secrecy, left)


@pytest.mark.parametrize(
    ("said", "secrecy"),
    [
        ("uang pkh saya dipotong pendamping 100rb jangan kasih tau siapa2", CONFIDENTIAL),
        ("raskin dijual di warung tolong jangan sampai ketahuan pa rt", ANONYMOUS),
        ("raskin dijual di warung, tolong jangan sampai ketahuan pa rt", ANONYMOUS),
        ("pendamping bilang jangan kasih tau siapa2", CONFIDENTIAL),
    ],
)
def test_words_that_are_part_of_the_story_stay_in_it(said: str, secrecy: str) -> None:
    assert wish(said) == (secrecy, said)


@pytest.mark.parametrize(
    "said",
    [
        "pendamping tidak bilang siapa-siapa", "dia minta pin saya, itu rahasia",
        "sudah bukan rahasia lagi pa rt potong bantuan", "jangan lupa kasih tau saya kalau cair",
        "kartu ditahan supaya kami tidak tahu saldo", "jangan sampai warga tidak tahu jadwal",
        "kasih tau pa rt", "kami takut tidak dapat lagi",
    ],
)  # fmt: skip
def test_words_that_wish_nothing(said: str) -> None:
    assert wish(said) is None


@pytest.mark.databases("sqlite")
def test_report_is_filed_as_hidden_as_it_was_wished_and_as_it_was_told(citizen: Person) -> None:
    story = "uang pkh saya dipotong pendamping 100rb jangan kasih tau siapa2"
    assert "isinya kami rahasiakan" in words(citizen.say(story))
    citizen.say("kemarin di lipu")
    assert "100rb jangan kasih tau siapa2" in words(citizen.press("form:skip"))
    citizen.say("ya")
    assert last(citizen.store) == (CONFIDENTIAL, story, "kemarin di lipu")


@pytest.mark.databases("sqlite")
def test_wish_beside_the_place_is_no_part_of_it(citizen: Person) -> None:
    citizen.complain("goods")
    citizen.say("beras busuk ada ulat, tolong jangan sampai ketahuan pa rt")
    told = words(citizen.say("di wameo kemarin, rahasia"))
    assert "rahasiakan" in told
    read_back = words(citizen.press("form:skip"))
    assert "tolong jangan sampai ketahuan pa rt" in read_back
    citizen.say("ya")
    secrecy, story, occurred = last(citizen.store)
    assert (secrecy, occurred) == (HIDDEN, "di wameo kemarin")
    assert story == "beras busuk ada ulat, tolong jangan sampai ketahuan pa rt"


@pytest.mark.databases("sqlite")
def test_wish_about_what_is_filed_is_no_question_for_the_list(known: Person) -> None:
    number = complain(known)
    offered = known.say("jangan sebut nama saya di laporan itu")
    assert number in words(offered)
    assert "Rahasiakan laporan itu" in labels(offered)
