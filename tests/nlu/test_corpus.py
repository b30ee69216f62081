from pathlib import Path

import pytest
import yaml

from nlu.corpus import (
    DATA_PATH,
    CorpusError,
    Example,
    corpus_digest,
    read_annotated,
    read_corpus,
)
from nlu.corpus_check import problems
from nlu.labels import ENTITIES, INTENTS
from nlu.parse import Entity


def test_corpus_has_no_faults() -> None:
    assert problems(read_corpus().examples) == []


def test_domain_names_the_same_labels_as_the_code() -> None:
    domain = yaml.safe_load((DATA_PATH / "domain.yml").read_text("utf-8"))
    assert tuple(domain["intents"]) == INTENTS
    assert tuple(domain["entities"]) == ENTITIES


def test_reads_annotations_with_their_spans() -> None:
    text, entities = read_annotated(
        'kapan [pkh](program:PKH) di [Lipu]{"entity": "area", "value": "74.72.01.1004"}?'
    )
    assert text == "kapan pkh di Lipu?"
    assert entities == (
        Entity("program", "PKH", "pkh", 6, 9),
        Entity("area", "74.72.01.1004", "Lipu", 13, 17),
    )


def write(folder: Path, content: str) -> Path:
    path = folder / "broken.yml"
    path.write_text(content, "utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("nlu: [", 1),
        ("nlu: 3", 1),
        ('version: "3.1"\nnlu:\n- intent: greet\n', 3),
        ('version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - halo\n    hai\n', 6),
        ("nlu:\n- intent: greet\n  examples: |\n    - halo [x]{oops}\n", 4),
        ("nlu:\n- intent: greet\n  examples: |\n    - halo\n    - [pkh(program) ya\n", 5),
    ],
)
def test_broken_file_is_named_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    path = write(tmp_path, content)
    with pytest.raises(CorpusError, match=rf"broken\.yml baris {line}:"):
        read_corpus(tmp_path)
    assert path.exists()


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="Tidak ada berkas korpus"):
        read_corpus(tmp_path)


def test_digest_follows_the_phrases(tmp_path: Path) -> None:
    path = write(tmp_path, "nlu:\n- intent: greet\n  examples: |\n    - halo\n")
    before = corpus_digest(tmp_path)
    assert before == corpus_digest(tmp_path)
    path.write_text(path.read_text("utf-8") + "    - hai\n", "utf-8")
    assert corpus_digest(tmp_path) != before


def example(row: str, intent: str, *entities: Entity) -> Example:
    text, marked = read_annotated(row) if "](" in row else (row, ())
    return Example(text, intent, (*entities, *marked), "f.yml", 7, "chat")


@pytest.mark.parametrize(
    "row", ["[bpnt](program)nya mana", "[besok](date)kah", "[kis](program)'e makku", "pasar lipu"]
)
def test_check_takes_what_is_written_onto_a_name(row: str) -> None:
    known = [example(f"{word} [lipu](area)", "greet") for word in ("di", "ke", "dari")]
    said = " ".join(problems([*known, example(row, "greet")]))
    assert not any(fault in said for fault in ("memotong", "terlalu", "diberi label"))


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ([example("halo", "hello")], "maksud `hello` tidak dikenal"),
        ([example("pkh", "greet", Entity("prog", "", "pkh", 0, 3))], "entitas `prog`"),
        ([example("pkh ya", "greet", Entity("program", "", "pkh", 0, 4))], "rentang `pkh `"),
        ([example("[pkh] ya", "greet")], "anotasi tidak lengkap"),
        ([example("halo", "greet"), example("HALO", "greet")], "sama dengan f.yml baris 7"),
        ([example("tdk", "deny"), example("tidak", "affirm")], "maksudnya lain"),
        ([Example("halo", "greet", (), "f.yml", 7, "lain")], "gaya `lain` tidak dikenal"),
        (
            [
                example("kapan bantuan pkh dibagikan di kantor", "ask_schedule"),
                example("kapan bantuan pkh dibagikn di kantor", "ask_schedule"),
            ],
            "hampir sama dengan f.yml baris 7",
        ),
        (
            [example("[lip](area)u timur", "ask_schedule")],
            "f.yml baris 7: rentang `lip` memotong sebuah kata",
        ),
        ([example("[pkh telur](program)", "ask_schedule")], "rentang `pkh telur` terlalu panjang"),
        ([example("di [lipu kapan](area)", "ask_schedule")], "rentang `lipu kapan` terlalu panj"),
        ([example("kapan pkh cair", "ask_schedule")], "`pkh` belum diberi label"),
        (
            [
                *(example(f"{word} [lipu](area)", "ask_schedule") for word in ("di", "ke", "dari")),
                example("orang lipu", "greet"),
            ],
            "`lipu` belum diberi label",
        ),
        (
            [
                example("nomor laporan saya mana", "track_ticket"),
                example("nomor laporan saya mana ya", "ask_contact"),
            ],
            "maksudnya lain di f.yml baris 7",
        ),
        ([], "Maksud `greet` baru 0 contoh, paling sedikit 150"),
        ([], "Maksud `ask_schedule` baru 0 contoh, paling sedikit 300"),
        ([], "Maksud `out_of_scope` baru 0 contoh, paling sedikit 500"),
        ([example("halo", "greet")], "Maksud `greet` baru 0 contoh bergaya `jawa`"),
    ],
)
def test_check_finds_the_fault(examples: list[Example], said: str) -> None:
    assert any(said in problem for problem in problems(examples))
