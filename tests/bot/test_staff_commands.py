"""`halo staff`: people come, get codes for chat and console, and go."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from db.logins import Given, begin_activation, find_session
from db.session import Store
from tests.bot.conftest import Halo
from tests.staff import activate, quick_hashes  # noqa: F401 - a fixture of these tests

pytestmark = pytest.mark.usefixtures("quick_hashes")

RAHMA = ("staff", "add", "--name", "Rahma Salim", "--role", "chief", "--json")


def added(run: Halo, *options: str) -> dict[str, Any]:
    done = run(*RAHMA, *options)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def opens(store: Store, login: str, code: str) -> bool:
    return begin_activation(store, Given(login, code, "-"), datetime.now(UTC))[0] is not None


def test_one_code_opens_the_console_and_the_chat(run: Halo, sample_store: Store) -> None:
    rahma = added(run)
    assert rahma["login"] == "rahma.salim"
    chat = run("chat", "--as", "rahma", stdin=f"kode {rahma['code']}\n")
    assert "Selamat datang, Rahma" in chat.output
    assert opens(sample_store, "rahma.salim", rahma["code"])


def test_the_login_is_derived_or_chosen_and_nobody_elses(run: Halo) -> None:
    assert [added(run)["login"] for _ in range(2)] == ["rahma.salim", "rahma.salim2"]
    assert added(run, "--login", "rs-1")["login"] == "rs-1"
    taken = run(*RAHMA, "--login", "rs-1")
    assert taken.exit_code == 1
    assert "sudah dipakai" in taken.stderr


def test_a_login_has_its_letters(run: Halo) -> None:
    for login in ("", "a", "Rahma", "1a2", "a b c", "a" * 41, "é-é-é", "../x"):
        refused = run(*RAHMA, "--login", login)
        assert refused.exit_code == 2, login
        assert "--login" in refused.stderr


def test_a_companion_works_by_chat_alone(run: Halo, sample_store: Store) -> None:
    companion = ("staff", "add", "--name", "Rahma", "--role", "companion", "--area", "Lipu")
    plain = run(*companion)
    assert "/console/" not in plain.output
    assert json.loads(run(*companion, "--json").stdout)["login"] is None
    assert run(*companion, "--login", "rahma").exit_code == 2


def test_what_is_printed_says_where_the_code_goes(run: Halo) -> None:
    said = run(*RAHMA[:-1]).output
    assert "kode " in said
    assert "/console/aktivasi" in said
    assert "rahma.salim" in said


def test_the_list_names_everybody_and_nothing_secret(run: Halo) -> None:
    rahma = added(run)
    rows = json.loads(run("staff", "list", "--json").stdout)
    assert rows[-1] == {
        "id": rahma["id"], "name": "Rahma Salim", "role": "chief", "section": None,
        "area": "74.72", "area_name": "Kota Baubau", "login": "rahma.salim", "active": True,
        "console": False,
    }  # fmt: skip
    plain = run("staff", "list").output
    assert len(plain.splitlines()) == len(rows)
    assert "Rahma Salim, Kota Baubau" in plain


def test_a_new_code_asks_and_ends_what_was(run: Halo, sample_store: Store) -> None:
    rahma = added(run)
    number = str(rahma["id"])
    _, token = activate(sample_store, "rahma.salim", rahma["code"], datetime.now(UTC))
    kept = run("staff", "code", number, stdin="tidak\n")
    assert kept.exit_code == 1
    assert find_session(sample_store, token, datetime.now(UTC)) is not None
    given = json.loads(run("staff", "code", number, "--yes", "--json").stdout)
    assert given.keys() == {"id", "login", "code"}
    assert find_session(sample_store, token, datetime.now(UTC)) is None
    assert opens(sample_store, "rahma.salim", given["code"])
    assert not opens(sample_store, "rahma.salim", rahma["code"])


def test_sample_staff_get_a_login_with_their_first_code(run: Halo, sample_store: Store) -> None:
    chief = next(
        row for row in json.loads(run("staff", "list", "--json").stdout) if row["role"] == "chief"
    )
    assert chief["login"] is None
    given = json.loads(run("staff", "code", str(chief["id"]), "--yes", "--json").stdout)
    assert given["login"] == "hj.rosmawati.umar"
    assert opens(sample_store, given["login"], given["code"])


def test_who_goes_is_out_of_console_and_chat_and_may_come_back(
    run: Halo, sample_store: Store
) -> None:
    rahma = added(run)
    number = str(rahma["id"])
    assert "Menu ketua" in run("chat", "--as", "r", stdin=f"kode {rahma['code']}\nmenu\n").output
    _, token = activate(sample_store, "rahma.salim", rahma["code"], datetime.now(UTC))
    assert run("staff", "off", number, stdin="t\n").exit_code == 1
    assert find_session(sample_store, token, datetime.now(UTC)) is not None
    assert run("staff", "off", number, "--yes").exit_code == 0
    assert find_session(sample_store, token, datetime.now(UTC)) is None
    assert "Menu ketua" not in run("chat", "--as", "r", stdin="menu\n").output
    refused = run("staff", "code", number, "--yes")
    assert refused.exit_code == 1
    assert "halo staff on" in refused.stderr
    assert run("staff", "on", number).exit_code == 0
    assert "Menu ketua" not in run("chat", "--as", "r", stdin="menu\n").output
    given = json.loads(run("staff", "code", number, "--yes", "--json").stdout)["code"]
    assert "Menu ketua" in run("chat", "--as", "r", stdin=f"kode {given}\nmenu\n").output
    assert run("staff", "code", number, "--yes").exit_code == 0  # as for a phone that is lost
    assert "Menu ketua" not in run("chat", "--as", "r", stdin="menu\n").output


def test_nobody_is_told_as_nobody(run: Halo) -> None:
    for command, *yes in (("code", "--yes"), ("off", "--yes"), ("on",)):
        unknown = run("staff", command, "99999", *yes)
        assert unknown.exit_code == 1
        assert "99999" in unknown.stderr
        for odd in ("0", "x", str(2**63)):
            assert run("staff", command, odd, *yes).exit_code == 2
