"""People who talk to the engine over the sample data, and the `halo` command over the same."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import halo
from bot.engine import Engine
from bot.messages import Address, Channel
from db.session import Store
from nlu.classifier import Model
from tests.talk import Clock, OfStaff, Person, make_engine, make_single_minded

Halo = Callable[..., Result]


@pytest.fixture(scope="session")
def model(model_path: Path) -> Model:
    return Model.load(model_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(sample_store: Store, model: Model, clock: Clock) -> Engine:
    return make_engine(sample_store, model, clock)


@pytest.fixture
def newcomer(engine: Engine, sample_store: Store, clock: Clock) -> Person:
    """Somebody who never wrote before."""
    return Person(engine, sample_store, clock)


@pytest.fixture
def citizen(newcomer: Person) -> Person:
    """Somebody who has agreed, and is not known by NIK."""
    newcomer.say("halo")
    newcomer.press("consent:yes")
    return newcomer


@pytest.fixture
def known(engine: Engine, sample_store: Store, clock: Clock) -> Person:
    """Wa Siti of the sample data, whose chat is linked to her."""
    return Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "siti"))


@pytest.fixture
def companion(engine: Engine, sample_store: Store, clock: Clock) -> Person:
    """The companion of Kecamatan Wolio."""
    return Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "pendamping-wolio"))


@pytest.fixture
def officer(engine: Engine, sample_store: Store, clock: Clock) -> Person:
    """The officer of the Dinas."""
    return Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "petugas"))


@pytest.fixture
def of_staff(engine: Engine, sample_store: Store, clock: Clock) -> OfStaff:
    """Give the chat of a member of staff, with what it was told from now on."""

    def make(address: str) -> Person:
        person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, address))
        person.unread()
        return person

    return make


@pytest.fixture
def engine_person(engine: Engine, sample_store: Store, clock: Clock) -> Person:
    """A second person, who has agreed."""
    person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "orang-lain"))
    person.say("halo")
    person.press("consent:yes")
    return person


@pytest.fixture
def unread(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom the language model understands nothing at all."""
    return _agreed(sample_store, clock, ("out_of_scope", 0.0))


@pytest.fixture
def alarming(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom the model takes every word for an emergency."""
    return _agreed(sample_store, clock, ("report_emergency", 0.99))


@pytest.fixture
def foreign(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom the model takes every word for another office's."""
    return _agreed(sample_store, clock, ("out_of_scope", 0.99))


@pytest.fixture
def torn(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom every word may mean three things."""
    meanings = ("propose_beneficiary", 0.45), ("ask_contact", 0.4), ("object_beneficiary", 0.15)
    return _agreed(sample_store, clock, *meanings)


@pytest.fixture
def maybe_alarming(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom every word may also tell of an emergency."""
    return _agreed(sample_store, clock, ("out_of_scope", 0.55), ("report_emergency", 0.1))


_HALF_FOREIGN = ("out_of_scope", 0.7), ("propose_beneficiary", 0.2), ("update_personal_data", 0.1)


@pytest.fixture
def half_foreign(sample_store: Store, clock: Clock) -> Person:
    """Somebody who has agreed, and of whom every word is more likely another office's."""
    return _agreed(sample_store, clock, *_HALF_FOREIGN)


@pytest.fixture
def half_foreign_newcomer(sample_store: Store, clock: Clock) -> Person:
    """The same before the first message."""
    return Person(make_single_minded(sample_store, clock, *_HALF_FOREIGN), sample_store, clock)


def _agreed(store: Store, clock: Clock, *ranking: tuple[str, float]) -> Person:
    person = Person(make_single_minded(store, clock, *ranking), store, clock)
    person.press("consent:yes")
    return person


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sample_url: str,
    model_path: Path,
    data_key: str,
) -> Halo:
    """Run `halo` in a folder of its own, over the sample data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sample_url)
    monkeypatch.setenv("HALO_DATA_KEY", data_key)
    monkeypatch.setenv("HALO_SECRET_KEY", "a-secret-of-the-tests")
    (tmp_path / "instance").mkdir(exist_ok=True)
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")

    def invoke(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(halo, arguments, input=stdin)

    return invoke
