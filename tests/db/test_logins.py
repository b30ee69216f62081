"""Who comes into the console, and who does not: passwords, codes, locks and sessions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import select

from db import passwords
from db.audit import AuditEntry
from db.login_tries import LOCK, MOST_OF_A_LOGIN, MOST_OF_AN_ADDRESS, LoginTries, take_try
from db.logins import (
    IDLE,
    LOCKED,
    LONGEST,
    WRONG,
    Given,
    StaffSession,
    begin_activation,
    change_password,
    deactivate,
    end_session,
    find_session,
    finish_activation,
    matching_step,
    reset_login,
    sign_in,
)
from db.session import Store
from db.staff import CODE_LIFETIME, Staff, free_login, redeem_code
from tests.moment import NOW
from tests.staff import (  # noqa: F401 - a fixture of these tests
    ADDRESS,
    PASSWORD,
    activate,
    add_staff,
    code_of,
    quick_hashes,
)

pytestmark = pytest.mark.usefixtures("quick_hashes")
_NOBODY, _HASHER = passwords._NOBODY, passwords._HASHER

LATER = timedelta(minutes=1)  # the code that set the login up is used up


@pytest.fixture
def secret(store: Store) -> str:
    """Give the phone's secret of `rahma`, who is set up."""
    _, code = add_staff(store, NOW, login="rahma")
    return activate(store, "rahma", code, NOW)[0]


def enter(
    store: Store,
    secret: str,
    now: datetime = NOW + LATER,
    login: str = "rahma",
    password: str = PASSWORD,
    code: str | None = None,
    address: str = ADDRESS,
) -> tuple[str | None, str]:
    given = Given(login, code_of(secret, now) if code is None else code, address)
    return sign_in(store, given, password, now)


def test_all_three_rightly_given_let_in(store: Store, secret: str) -> None:
    token, _ = enter(store, secret)
    assert token is not None
    found = find_session(store, token, NOW + LATER)
    assert found is not None
    assert (found.name, found.role, found.area_code) == ("Rahma Salim", "chief", "74.72")


def test_login_may_be_written_in_capitals_and_the_code_with_a_gap(
    store: Store, secret: str
) -> None:
    code = code_of(secret, NOW + LATER)
    assert enter(store, secret, login=" Rahma ", code=f"{code[:3]} {code[3:]}")[0] is not None


def test_whatever_is_wrong_is_said_alike_and_hashed_alike(
    store: Store, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = passwords._HASHER

    class Noting:
        def verify(self, kept: str, given: str) -> bool:
            hashed.append(kept.rpartition("$")[0].rpartition("$")[0])  # the parameters
            return real.verify(kept, given)

    monkeypatch.setattr(passwords, "_HASHER", Noting())
    answers = [
        enter(store, secret, password="salah sekali ini"),
        enter(store, secret, code="000000"),
        enter(store, secret, code=""),
        enter(store, secret, login="tidak.ada"),
    ]
    assert answers == [(None, WRONG)] * 4
    assert len(hashed) == 4
    assert len(set(hashed)) == 1


def test_nobodys_hash_is_made_like_every_other() -> None:
    hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
    assert not hasher.check_needs_rehash(_NOBODY)
    assert not hasher.check_needs_rehash(_HASHER.hash(PASSWORD))
    assert not passwords.matches(None, "")


@pytest.mark.parametrize("login", ["rahma", "tidak.ada"])
def test_five_failures_lock_a_login_for_a_quarter_of_an_hour_whether_or_not_it_exists(
    store: Store, secret: str, login: str
) -> None:
    now = NOW + LATER
    for _ in range(MOST_OF_A_LOGIN):
        assert enter(store, secret, login=login, password="salah sekali ini") == (None, WRONG)
    assert enter(store, secret, login=login) == (None, LOCKED)
    assert enter(store, secret, login=login, address="192.0.2.8") == (None, LOCKED)
    still = now + LOCK - timedelta(seconds=1)
    assert enter(store, secret, still, login=login) == (None, LOCKED)
    token, problem = enter(store, secret, now + LOCK, login=login)
    assert (token is not None) == (login == "rahma")
    assert problem != LOCKED


def test_guesses_at_the_same_moment_are_no_more_than_one_by_one(store: Store, secret: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: enter(store, secret, code="1"), range(12)))
    assert answers.count((None, WRONG)) == MOST_OF_A_LOGIN
    assert answers.count((None, LOCKED)) == 12 - MOST_OF_A_LOGIN


def test_a_code_of_the_phone_lets_one_in_at_the_same_moment(store: Store, secret: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: enter(store, secret), range(4)))
    assert sum(token is not None for token, _ in answers) == 1


def test_a_success_forgets_the_failures(store: Store, secret: str) -> None:
    for round_ in range(3):
        now = NOW + LATER * (round_ + 1)
        for _ in range(MOST_OF_A_LOGIN - 1):
            assert enter(store, secret, now, code="1") == (None, WRONG)
        assert enter(store, secret, now)[0] is not None


def test_one_computer_may_not_try_every_login(store: Store) -> None:
    with store.begin() as session:
        tries = [
            take_try(session, f"login{number}", ADDRESS, NOW)
            for number in range(MOST_OF_AN_ADDRESS + 1)
        ]
        assert tries == [True] * MOST_OF_AN_ADDRESS + [False]
        assert take_try(session, "login1", "192.0.2.8", NOW)
        assert take_try(session, "login1", ADDRESS, NOW + LOCK)


def test_what_is_kept_of_tries_names_nobody_and_goes(store: Store, secret: str) -> None:
    enter(store, secret, code="1")
    with store.begin() as session:
        keys = session.scalars(select(LoginTries.key)).all()
        assert len(keys) == 2
        assert not any(b"rahma" in key or b"192" in key for key in keys)
        take_try(session, "lain", "192.0.2.9", NOW + timedelta(hours=1))
        assert len(session.scalars(select(LoginTries.key)).all()) == 2


def test_a_code_of_the_phone_works_once(store: Store, secret: str) -> None:
    now = NOW + LATER
    assert enter(store, secret, now)[0] is not None
    assert enter(store, secret, now) == (None, WRONG)
    # An older one that would still do by its time is past, too.
    older = code_of(secret, now, -timedelta(seconds=30))
    assert enter(store, secret, now, code=older) == (None, WRONG)
    assert enter(store, secret, now + timedelta(seconds=30))[0] is not None


def test_the_code_that_set_the_phone_up_is_used(store: Store, secret: str) -> None:
    assert enter(store, secret, NOW) == (None, WRONG)


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_clock_of_a_phone_may_be_half_a_minute_off(steps: int, good: bool) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    shown = code_of(secret, NOW, timedelta(seconds=30 * steps))
    assert (matching_step(secret, shown, NOW) is not None) == good


@pytest.mark.parametrize("code", ["", "1", "abcdef", "١٢٣٤٥٦", "1" * 300, "\ud800"])
def test_an_odd_code_is_a_wrong_one(code: str) -> None:
    assert matching_step("JBSWY3DPEHPK3PXP" * 2, code, NOW) is None


def test_a_session_ends_when_nobody_uses_it(store: Store, secret: str) -> None:
    now = NOW + LATER
    token, _ = enter(store, secret, now)
    assert token is not None
    now += IDLE - timedelta(minutes=2)
    assert find_session(store, token, now) is not None
    now += IDLE - timedelta(seconds=1)
    assert find_session(store, token, now) is not None
    assert find_session(store, token, now + IDLE) is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(
    store: Store, secret: str
) -> None:
    now = NOW + LATER
    token, _ = enter(store, secret, now)
    assert token is not None
    end = now + LONGEST
    while now + IDLE / 2 < end:
        now += IDLE / 2
        assert find_session(store, token, now) is not None
    assert find_session(store, token, end) is None


def entered_twice(store: Store, secret: str) -> tuple[str, str, datetime]:
    """Come in from two places; gives both tokens, and when the second was given."""
    first, _ = enter(store, secret, NOW + LATER)
    now = NOW + LATER + LATER
    second, _ = enter(store, secret, now)
    assert first is not None
    assert second is not None
    return first, second, now


def test_leaving_ends_one_session_only(store: Store, secret: str) -> None:
    first, second, now = entered_twice(store, secret)
    seated = find_session(store, first, now)
    assert seated is not None
    with store.begin() as session:
        end_session(session, seated, now)
    assert find_session(store, first, now) is None
    assert find_session(store, second, now) is not None


def test_a_new_password_ends_all_other_sessions(store: Store, secret: str) -> None:
    first, second, now = entered_twice(store, secret)
    seated = find_session(store, second, now)
    assert seated is not None
    new = "payung biru di dermaga"
    assert change_password(store, seated, "bukan yang ini", new, ADDRESS, now) == WRONG
    assert find_session(store, first, now) is not None
    assert change_password(store, seated, PASSWORD, new, ADDRESS, now) == ""
    assert find_session(store, first, now) is None
    assert find_session(store, second, now) is not None
    now += LATER
    assert enter(store, secret, now) == (None, WRONG)
    assert enter(store, secret, now, password=new)[0] is not None


def test_who_left_is_shut_out_at_once(store: Store, secret: str) -> None:
    token, _ = enter(store, secret)
    assert token is not None
    with store.begin() as session:
        staff = session.scalars(select(Staff)).one()
        deactivate(session, staff, NOW + LATER)
    assert find_session(store, token, NOW + LATER) is None
    assert enter(store, secret, NOW + 2 * LATER) == (None, WRONG)


def test_the_flag_alone_shuts_out(store: Store, secret: str) -> None:
    token, _ = enter(store, secret)
    assert token is not None
    with store.begin() as session:
        session.scalars(select(Staff)).one().active = False
    assert find_session(store, token, NOW + LATER) is None
    assert enter(store, secret, NOW + 2 * LATER) == (None, WRONG)


@pytest.mark.parametrize("chat_first", [True, False])
def test_one_code_works_once_in_the_chat_and_once_in_the_console(
    store: Store, chat_first: bool
) -> None:
    staff_id, code = add_staff(store, NOW, login="rahma")

    def chat() -> bool:
        with store.begin() as session:
            return redeem_code(session, code, NOW) is not None

    if chat_first:
        assert chat()
    activate(store, "rahma", code, NOW)
    given = Given("rahma", code, ADDRESS)
    assert begin_activation(store, given, NOW) == (None, WRONG)
    assert finish_activation(store, given, PASSWORD, "1", NOW) == (None, WRONG)
    if not chat_first:
        assert chat()
    assert not chat()
    assert staff_id


def test_a_code_opens_the_console_to_its_own_login_for_three_days(store: Store) -> None:
    _, code = add_staff(store, NOW, login="rahma")
    add_staff(store, NOW, login="lain")
    end = NOW + CODE_LIFETIME
    assert begin_activation(store, Given("lain", code, ADDRESS), NOW)[0] is None
    assert begin_activation(store, Given("", code, ADDRESS), NOW)[0] is None
    late = end + timedelta(seconds=1)
    assert begin_activation(store, Given("rahma", code, ADDRESS), late)[0] is None
    shown = f"{code[:4]}-{code[4:]}".lower()
    assert begin_activation(store, Given("rahma", shown, ADDRESS), end)[0] is not None


def test_a_companion_has_no_way_into_the_console(store: Store) -> None:
    _, code = add_staff(store, NOW, role="companion", login="rahma")
    assert begin_activation(store, Given("rahma", code, ADDRESS), NOW) == (None, WRONG)


def test_guessing_one_time_codes_is_locked(store: Store) -> None:
    _, code = add_staff(store, NOW, login="rahma")
    for _ in range(MOST_OF_A_LOGIN):
        assert begin_activation(store, Given("rahma", "AAAABBBB", ADDRESS), NOW) == (None, WRONG)
    assert begin_activation(store, Given("rahma", code, ADDRESS), NOW) == (None, LOCKED)


def test_until_the_phone_is_set_up_there_is_no_way_in(store: Store) -> None:
    _, code = add_staff(store, NOW, login="rahma")
    given = Given("rahma", code, ADDRESS)
    begun, _ = begin_activation(store, given, NOW)
    assert begun is not None
    assert finish_activation(store, given, PASSWORD, "000000", NOW) == (None, "phone_code")
    assert enter(store, begun.secret) == (None, WRONG)
    again, _ = begin_activation(store, given, NOW)
    assert again == begun  # the phone that has read it already stays right


def test_a_new_code_takes_password_phone_and_sessions_away(store: Store, secret: str) -> None:
    token, _ = enter(store, secret)
    assert token is not None
    with store.begin() as session:
        code, _former = reset_login(session, session.scalars(select(Staff)).one(), NOW)
    assert find_session(store, token, NOW + LATER) is None
    now = NOW + 2 * LATER
    assert enter(store, secret, now) == (None, WRONG)
    fresh, token = activate(store, "rahma", code, now)
    assert fresh != secret
    assert find_session(store, token, now) is not None


def test_nothing_secret_stands_in_the_store(store: Store, secret: str) -> None:
    token, _ = enter(store, secret)
    with store.read() as session:
        staff = session.scalars(select(Staff)).one()
        kept = session.scalars(select(StaffSession.token_index)).all()
    assert token is not None
    assert (staff.password_hash or "").startswith("$argon2id$")
    assert secret.encode() not in (staff.totp_sealed or b"")
    assert all(token.encode() not in index and len(index) == 16 for index in kept)


def test_coming_and_going_is_written_down(store: Store, secret: str) -> None:
    enter(store, secret)
    with store.read() as session:
        rows = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert rows == ["activate", "login", "login"]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("pendek", "too_short"), ("a" * 201, "too_long"), ("rahma.salim", "own_name"),
        ("RahmaSalim99", "own_name"), ("rahmasalim2026", "own_name"), ("1234567890", "common"),
        ("9876543210", "common"), ("Indonesia1945", "common"), ("puskesos12345", "common"),
        ("qwertyuiop", "common"), ("abcdefghij", "common"), ("1212121212", "common"),
        (PASSWORD, None), ("Tq7#mLw2$z", None),
    ],
)  # fmt: skip
def test_passwords_that_are_guessed_first_are_refused(password: str, why: str | None) -> None:
    assert passwords.weakness(password, "rahma.salim", "Rahma Salim") == why


def test_logins_come_from_names_and_are_each_ones_own(store: Store) -> None:
    names = {
        "Hj. Rosmawati Umar": "hj.rosmawati.umar",
        "Élise": "elise",
        "Я": "petugas",
        "7": "petugas.7",
    }
    with store.read() as session:
        assert {name: free_login(session, name) for name in names} == names
    add_staff(store, NOW, login="elise")
    add_staff(store, NOW, login="elise2")
    with store.read() as session:
        assert free_login(session, "Elise") == "elise3"
        assert len(free_login(session, "x" * 100)) <= 40
