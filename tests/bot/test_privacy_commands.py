"""The commands on people's rights, on retention and on keys, over the sample data."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from db.audit import AuditEntry
from db.contacts import Contact
from db.crypto import new_key
from db.session import Store
from tests.bot.conftest import Halo
from tests.bot.test_citizen import SITI_KK, SITI_NIK


def actions(store: Store, actor: str = "cli") -> list[str]:
    with store.read() as session:
        query = select(AuditEntry.action).where(AuditEntry.actor == actor).order_by(AuditEntry.id)
        return list(session.scalars(query))


def test_erase_takes_the_nik_from_standard_input(run: Halo, sample_store: Store) -> None:
    refused = run("erase", stdin=f"{SITI_NIK}\ntidak\n")
    assert refused.exit_code == 1
    done = run("erase", stdin=f"{SITI_NIK}\nya\n")
    assert done.exit_code == 0, done.output
    assert "1 percakapan" in done.output
    assert SITI_NIK not in done.output + refused.output
    with sample_store.read() as session:
        addresses = session.scalars(select(Contact.address)).all()
    assert "siti" not in addresses
    assert {"withdraw consent", "unlink"} <= set(actions(sample_store))
    again = run("erase", "--yes", stdin=f"{SITI_NIK}\n")
    assert again.exit_code == 1
    assert "Tidak ada percakapan" in again.output


def test_erase_by_contact(run: Halo, sample_store: Store) -> None:
    with sample_store.read() as session:
        number = session.scalars(select(Contact.id).where(Contact.address == "siti")).one()
    assert run("erase", "--contact", str(number), "--yes").exit_code == 0
    assert run("erase", "--contact", "999999", "--yes").exit_code == 1


@pytest.mark.parametrize("given", ["", "123\n", "7472910000000000\n"])
def test_what_is_no_nik_is_not_looked_for(run: Halo, given: str) -> None:
    for command in (("erase", "--yes"), ("export-person",)):
        assert run(*command, stdin=given).exit_code == 2


def test_nobody_of_that_nik(run: Halo) -> None:
    assert run("export-person", stdin="3374015708850003\n").exit_code == 1


def test_export_writes_ones_own_data_for_the_owner_only(
    run: Halo, sample_store: Store, tmp_path: Path
) -> None:
    shown = run("export-person", stdin=f"{SITI_NIK}\n")
    assert shown.exit_code == 0, shown.output
    kept = json.loads(shown.stdout)
    assert (kept["person"]["nik"], kept["household"]["kk"]) == (SITI_NIK, SITI_KK)
    assert kept["lists"][0]["agency"]
    assert "messages" not in kept  # a phone may be a whole family's
    file = tmp_path / "siti.json"
    assert run("export-person", "--to", str(file), stdin=f"{SITI_NIK}\n").exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text())["person"] == kept["person"]
    assert run("export-person", "--to", str(file), stdin=f"{SITI_NIK}\n").exit_code == 1
    assert actions(sample_store).count("export data") >= 2


def test_purge_counts_first_and_empties_then(
    run: Halo, sample_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = run("purge", "--dry-run", "--json")
    assert counted.exit_code == 0, counted.output
    assert json.loads(counted.stdout)["dry_run"] is True
    assert "purge" not in actions(sample_store)
    done = run("purge", "--json")
    assert json.loads(done.stdout)["dry_run"] is False
    assert "purge" in actions(sample_store)
    assert "balasan" in run("purge").output
    monkeypatch.setenv("HALO_KEEP_CHATS_DAYS", "0")
    wrong = run("purge")
    assert wrong.exit_code == 2
    assert "HALO_KEEP_CHATS_DAYS" in wrong.output


def test_keys_are_listed_rotated_and_wrapped_anew(
    run: Halo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert json.loads(run("keys", "list", "--json").stdout) == []
    assert "halo keys rotate" in run("keys", "list").output
    assert run("keys", "rotate", stdin="tidak\n").exit_code == 1
    rotated = run("keys", "rotate", stdin="ya\n")
    assert rotated.exit_code == 0, rotated.output
    assert "kunci 2" in rotated.output
    assert run("keys", "rewrap", "--yes").exit_code == 2
    fresh = new_key()
    (tmp_path / "next").write_text(fresh + "\n")
    assert run("keys", "rewrap", "--key-file", str(tmp_path / "next"), "--yes").exit_code == 0
    assert run("keys", "list").exit_code == 2  # with the former key
    monkeypatch.setenv("HALO_DATA_KEY", fresh)
    listed = json.loads(run("keys", "list", "--json").stdout)
    assert [(key["purpose"], key["id"]) for key in listed] == [
        ("seal", 1), ("seal", 2), ("index", 1), ("digest", 1),
    ]  # fmt: skip
    assert run("export-person", stdin=f"{SITI_NIK}\n").exit_code == 0
