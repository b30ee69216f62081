"""Keys: old stores open unchanged, everything can be sealed anew, the master can be changed."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from db import rotation, schema
from db.crypto import LAST_KEY, CryptoError, Vault, new_key
from db.files import Files
from db.keys import DataKey, all_keys, next_sealing_key, rewrap_keys
from db.registry import Household, Person, find_by_nik_and_kk
from db.sealed import SEALED, sealed_columns
from db.session import Store
from tests.bot.test_citizen import SITI_KK, SITI_NIK
from tests.moment import NOW

# Bytes that are no ciphertext: keyed digests, by which something is only found again.
INDEXES = ("_index", "digest")
OTHERS = {("data_keys", "wrapped"), ("login_tries", "key"), ("staged_rows", "person_key")}


def report(_done: int, _total: int, _what: str) -> None:
    """Tell nobody."""


def no_files(store: Store) -> Files:
    return Files(Path("no-such-folder"), store.vault)


def rotate(store: Store) -> int:
    return rotation.rotate(store, no_files(store), lambda: NOW, report)


@pytest.fixture
def beside(sample_url: str, vault: Vault) -> Iterator[Store]:
    """Give the same store as another process holds it open."""
    opened = Store(sample_url, vault)
    yield opened
    opened.close()


def test_every_column_of_bytes_is_sealed_or_an_index() -> None:
    columns = {
        (table.name, column.name)
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    indexes = {(table, name) for table, name in columns if name.endswith(INDEXES)}
    assert columns - indexes - OTHERS == SEALED.keys()


def test_first_keys_are_those_of_a_store_that_keeps_none(vault: Vault, sample_store: Store) -> None:
    with sample_store.begin() as session:
        next_sealing_key(session, NOW)
    sample_store.vault.refresh()
    assert sample_store.vault.key_id == 2
    assert sample_store.vault.open(vault.seal("7472", "nik"), "nik") == "7472"
    assert sample_store.vault.index("7472", "nik") == vault.index("7472", "nik")
    assert sample_store.vault.digest("a line") == vault.digest("a line")


def test_after_a_rotation_everything_opens_and_is_found(sample_store: Store) -> None:
    before = rotation.held_by(sample_store)
    assert before.keys() == {1}
    assert rotate(sample_store) == 2
    assert rotation.held_by(sample_store) == {2: before[1]}
    with sample_store.read() as session:
        person = find_by_nik_and_kk(session, SITI_NIK, SITI_KK[-4:])
        assert person is not None
        assert session.vault.open(person.nik_sealed or b"", "nik") == SITI_NIK
        keys = [(key.purpose, key.id, key.retired_at) for key in all_keys(session)]
    assert keys == [("seal", 1, NOW), ("seal", 2, None), ("index", 1, None), ("digest", 1, None)]
    schema.check_key(sample_store)


def test_running_process_learns_of_the_new_key_when_it_meets_it(
    sample_store: Store, beside: Store
) -> None:
    assert beside.vault.key_id == 1
    rotate(sample_store)
    with beside.read() as session:
        sealed = session.scalars(select(Household.kk_sealed)).first()
        assert len(session.vault.open(sealed or b"", "kk")) == 16
    assert beside.vault.key_id == 2


def test_what_a_running_process_still_seals_with_the_old_key_is_sealed_anew(
    sample_store: Store, beside: Store
) -> None:
    late = iter(range(1))
    assert beside.vault.key_id == 1

    def meanwhile(_done: int, _total: int, what: str) -> None:
        if what == "people" and next(late, None) is not None:
            with beside.begin() as session:
                body = session.vault.seal(SITI_NIK, "kk")
                first = session.scalars(select(Household.id).order_by(Household.id)).first()
                session.execute(
                    update(Household).where(Household.id == first).values(kk_sealed=body)
                )

    rotation.rotate(sample_store, no_files(sample_store), lambda: NOW, meanwhile)
    assert next(late, None) is None
    assert rotation.held_by(sample_store).keys() == {2}


def test_rotation_that_was_cut_off_goes_on_with_the_same_key(sample_store: Store) -> None:
    chunks = count()

    def cut(_done: int, _total: int, _what: str) -> None:
        if next(chunks) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(sample_store, no_files(sample_store), lambda: NOW, cut)
    assert rotation.held_by(sample_store).keys() == {1, 2}
    assert rotate(sample_store) == 2
    assert rotation.held_by(sample_store).keys() == {2}
    assert rotate(sample_store) == 3


def test_value_that_no_key_opens_is_counted_and_nothing_is_retired(sample_store: Store) -> None:
    broken = b"\x01" + b"x" * 40
    with sample_store.begin() as session:
        some = session.scalars(select(Person.id).limit(1)).one()
        session.execute(update(Person).where(Person.id == some).values(nik_sealed=broken))
    with pytest.raises(rotation.Unreadable, match="1 sealed"):
        rotate(sample_store)
    assert rotation.held_by(sample_store)[1] == 1
    with sample_store.read() as session:
        assert all(key.retired_at is None for key in all_keys(session))


def test_with_a_new_master_key_the_store_opens_and_finds_as_before(
    sample_store: Store, sample_url: str, data_key: str
) -> None:
    rotate(sample_store)
    fresh = new_key()
    with sample_store.begin() as session:
        assert rewrap_keys(session, Vault(fresh), NOW) == 4
    renewed = Store(sample_url, Vault(fresh))
    with renewed.read() as session:
        assert find_by_nik_and_kk(session, SITI_NIK, SITI_KK[-4:]) is not None
    schema.check_key(renewed)
    renewed.close()
    former = Store(sample_url, Vault(data_key))
    with pytest.raises(CryptoError):
        schema.check_key(former)
    former.close()
    # Who is running with the former one goes on until it is started anew.
    sample_store.vault.refresh()
    assert sample_store.vault.key_id == 2


def test_ids_of_keys_do_not_begin_anew(store: Store) -> None:
    with store.begin() as session:
        next_sealing_key(session, NOW)
        session.add(
            DataKey(
                purpose="seal", id=LAST_KEY, wrapped=session.vault.wrap_new("seal", LAST_KEY),
                created_at=NOW, retired_at=NOW + timedelta(days=1),
            )
        )  # fmt: skip
        session.flush()
        for key in all_keys(session):
            key.retired_at = NOW
        session.flush()
        with pytest.raises(CryptoError, match="no id is left"):
            next_sealing_key(session, NOW)


def test_sealed_purposes_are_those_by_which_the_sample_opens(sample_store: Store) -> None:
    opened = 0
    with sample_store.read() as session:
        for column, purpose in sealed_columns():
            for sealed in session.scalars(select(column).where(column.is_not(None)).limit(3)):
                session.vault.open(sealed, purpose)
                opened += 1
    assert opened >= 6
