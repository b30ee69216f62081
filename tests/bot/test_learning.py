"""From a message that was not understood to a phrase of the corpus, by an officer's hand."""

import json
import shutil
from pathlib import Path

import pytest

from bot.commands import nlu as commands
from db.crypto import Vault
from db.doubts import PURPOSE, label_doubts, note_doubt, note_pick, open_doubts
from db.session import Store
from nlu.corpus import DATA_PATH, read_corpus
from nlu.learning import FILE
from tests.bot.conftest import Halo
from tests.moment import NOW
from tests.talk import Person


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the corpus, which the commands may change."""
    folder = tmp_path / "corpus"
    shutil.copytree(DATA_PATH, folder)
    monkeypatch.setattr(commands, "DATA_PATH", folder)
    monkeypatch.setattr(commands, "read_corpus", lambda: read_corpus(folder))
    return folder


@pytest.fixture
def doubts(sample_url: str, data_key: str) -> list[int]:
    """Two messages that were not understood, one of which its sender then explained."""
    store = Store(sample_url, Vault(data_key))
    with store.begin() as session:
        first = note_doubt(session, "brp duitnya nanti kubawa pulang", "out_of_scope", 0.4, NOW)
        second = note_doubt(session, "sodorkan nomor hape kepala ruang aduan", "greet", 0.3, NOW)
        note_pick(session, second, "ask_contact")
    store.close()
    return [first, second]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """The file in which an officer labels."""
    return tmp_path / "labels.tsv"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        ("nama saya Rahmawati nik 7472915407880001 brp duitnya",
         ("Rahmawati", "7472915407880001")),
        ("kk 7472 9501 0112 0004 nama saya wa ode siti, uangnya", ("0112", "0004", "ode", "siti")),
        ("email siti.r@contoh.com punya wa siti, uangnya", ("siti", "siti.r")),
        ("ini Bu Halimah hp 0852-4123-9876\nbgmn itu", ("Halimah", "4123", "9876", "\n")),
    ],
)  # fmt: skip
def test_what_tells_a_person_is_never_kept(
    unread: Person, sample_store: Store, written: str, hidden: tuple[str, ...]
) -> None:
    unread.say(written)
    with sample_store.read() as session:
        [kept] = [session.vault.open(d.text_sealed, PURPOSE) for d in open_doubts(session, 9)]
    assert kept
    assert not [part for part in hidden if part.lower() in kept.lower()]


@pytest.mark.databases("sqlite")
def test_doubts_are_shown_explained_ones_first(run: Halo, doubts: list[int]) -> None:
    shown = run("nlu", "suggest", "--json")
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.output)
    assert [(row["numbers"], row["intent"], row["text"], row["count"]) for row in rows] == [
        ([doubts[1]], "ask_contact", "sodorkan nomor hape kepala ruang aduan", 1),
        ([doubts[0]], "?", "brp duitnya nanti kubawa pulang", 1),
    ]


@pytest.mark.databases("sqlite")
def test_labelled_doubts_join_the_corpus_once(
    run: Halo,
    doubts: list[int],
    corpus: Path,
    labels: Path,
) -> None:
    labels.write_text(
        run("nlu", "suggest").output.replace(f"{doubts[0]}\t?", f"{doubts[0]}\task_program")
    )
    learned = run("nlu", "learn", str(labels))
    assert learned.exit_code == 0, learned.output
    assert "2 kalimat" in learned.output
    phrases = {e.text: e.intent for e in read_corpus(corpus).examples if e.file == FILE}
    assert phrases["sodorkan nomor hape kepala ruang aduan"] == "ask_contact"
    assert len(phrases) == 2
    assert json.loads(run("nlu", "suggest", "--json").output) == []
    assert "0 kalimat" in run("nlu", "learn", str(labels)).output


@pytest.mark.databases("sqlite")
def test_undecided_rows_stay_and_dropped_ones_go(
    run: Halo,
    doubts: list[int],
    corpus: Path,
    labels: Path,
) -> None:
    labels.write_text(
        run("nlu", "suggest").output.replace(f"{doubts[1]}\task_contact", f"{doubts[1]}\t-")
    )
    assert "0 kalimat" in run("nlu", "learn", str(labels)).output
    assert not (corpus / FILE).exists()
    left = json.loads(run("nlu", "suggest", "--json").output)
    assert [row["numbers"] for row in left] == [[doubts[0]]]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1\tgreet", "harus `nomor<TAB>maksud<TAB>teks`"),
        ("x\tgreet\thalo", "harus `nomor<TAB>maksud<TAB>teks`"),
        ("1\torder_pizza\tmau pizza", "maksud `order_pizza` tidak dikenal"),
        ("1\tdeny\tselamat pagi", "maksudnya lain di"),
    ],
)
def test_wrong_labels_are_refused_with_their_place(
    run: Halo,
    corpus: Path,
    labels: Path,
    row: str,
    said: str,
) -> None:
    labels.write_text(f"# kepala\n{row}\n")
    refused = run("nlu", "learn", str(labels))
    assert refused.exit_code == 1
    assert said in refused.output
    assert not (corpus / FILE).exists()


@pytest.fixture
def many(sample_url: str, data_key: str) -> list[int]:
    """The same word from six people, who then picked three different things."""
    store = Store(sample_url, Vault(data_key))
    said = ("dtks", "DTKS", "dtks", "dtks?", "dtks", "dtks")
    picked = ("ask_program", "check_registration", "ask_program", None, "ask_contact", None)
    with store.begin() as session:
        ids = [note_doubt(session, text, "greet", 0.4, NOW) for text in said]
        for number, intent in zip(ids, picked, strict=True):
            if intent is not None:
                note_pick(session, number, intent)
    store.close()
    return ids


@pytest.mark.databases("sqlite")
def test_the_same_text_of_many_is_one_row_and_all_are_settled(
    run: Halo, many: list[int], corpus: Path, labels: Path
) -> None:
    [row] = json.loads(run("nlu", "suggest", "--json").output)
    assert set(row["numbers"]) == set(many)
    assert (row["intent"], row["text"], row["count"]) == ("ask_program", "dtks", 6)
    labels.write_text(run("nlu", "suggest").output)
    learned = run("nlu", "learn", str(labels))
    assert learned.exit_code == 0, learned.output
    assert json.loads(run("nlu", "suggest", "--json").output) == []


@pytest.mark.databases("sqlite")
def test_what_the_corpus_has_already_is_left_out_and_told(
    run: Halo, corpus: Path, labels: Path
) -> None:
    taught = read_corpus(corpus).examples[0]
    labels.write_text(
        f"1\t{taught.intent}\t{taught.text}\n"
        "2\task_contact\tsodorkan nomor hape kepala ruang aduan\n"
        "3\task_contact\tsodorkan nomor hape kepala ruang aduan\n"
        "4\task_contact\tsodorkan nomor hape kepala ruang aduann\n"
    )
    learned = run("nlu", "learn", str(labels))
    assert learned.exit_code == 0, learned.output
    assert "1 kalimat" in learned.output
    for line in (1, 3, 4):
        assert f"{labels} baris {line}: " in learned.output
    assert [e.text for e in read_corpus(corpus).examples if e.file == FILE] == [
        "sodorkan nomor hape kepala ruang aduan"
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("cek nik 7472915407880001 uangnya", "NIK"),
        ("kk sa 7472950101120004 uangnya", "nomor KK"),
        ("telpon 085241239876 uangnya", "nomor telepon"),
        ("kirim ke siti@contoh.com uangnya", "alamat email"),
    ],
)
def test_what_tells_a_person_is_not_learned(
    run: Halo, corpus: Path, labels: Path, text: str, kind: str
) -> None:
    labels.write_text(f"# kepala\n1\task_contact\t{text}\n")
    refused = run("nlu", "learn", str(labels))
    assert refused.exit_code == 1
    assert f"{labels} baris 2: masih berisi {kind}" in refused.output
    assert not (corpus / FILE).exists()


@pytest.mark.databases("sqlite")
def test_a_conflict_names_the_labelled_file(run: Halo, corpus: Path, labels: Path) -> None:
    labels.write_text("1\tdeny\tselamat pagi\n")
    assert f"{labels} baris 1: maksudnya lain di" in run("nlu", "learn", str(labels)).output


def test_what_officers_labelled_in_the_console_is_learned_without_a_file(
    run: Halo, corpus: Path, doubts: list[int], sample_url: str, data_key: str
) -> None:
    store = Store(sample_url, Vault(data_key))
    with store.begin() as session:
        label_doubts(session, doubts[:1], "ask_program")
    assert "1 kalimat" in run("nlu", "learn").output
    assert "0 kalimat" in run("nlu", "learn").output
    with store.read() as session:
        assert [one.id for one in open_doubts(session, 10)] == doubts[1:]
    store.close()
    assert "kubawa pulang" in (corpus / FILE).read_text()
