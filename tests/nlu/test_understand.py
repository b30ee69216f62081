import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlu.corpus import DATA_PATH, CorpusError, Example, read_corpus, read_file
from nlu.corpus_check import faults
from nlu.evaluate import evaluate, read_labelled
from nlu.labels import OUT_OF_SCOPE
from nlu.normalize import normalize
from nlu.parse import Band, Entity, Parse
from nlu.understand import EmbeddedEngine

UNSEEN = Path(__file__).parent / "unseen.tsv"
DEVELOPMENT = DATA_PATH.parent / "dev"
FRESH = Path(__file__).parent / "fresh"


def read_folder(folder: Path) -> list[Example]:
    return [example for path in sorted(folder.glob("*.yml")) for example in read_file(path)]


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=())))
@example("")
@example("\x00")
@example("🙏" * 400)
@example("\ud800 pkh")
@example("1" * 5000)
@example("bukit " * 3000)
@example("kemarin lusa 31/02/9999 tgl 99 0 hari lagi 99 bulan depan")
def test_no_text_is_too_much(engine: EmbeddedEngine, text: str) -> None:
    parse = engine.parse(text)
    assert 0.0 <= parse.confidence <= 1.0
    assert parse.ranking[0] == (parse.intent, parse.confidence)
    end = 0
    for entity in parse.entities:
        assert end <= entity.start < entity.end
        assert entity.raw == text[entity.start : entity.end]
        end = entity.end


@pytest.mark.parametrize(
    "unit", ["a", "pkh ", "1", "1 ", ".", "-", "di lowu ", "rp 1", "z1.", "🙏"]
)
def test_a_hundred_thousand_characters_cost_little(engine: EmbeddedEngine, unit: str) -> None:
    # Of this thread alone: what else the machine does meanwhile must not count.
    began = time.thread_time()
    engine.parse(unit * (100_000 // len(unit)))
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u202e"])
def test_nothing_said_means_nothing(engine: EmbeddedEngine, text: str) -> None:
    parse = engine.parse(text)
    assert (parse.intent, parse.confidence, parse.band) == (OUT_OF_SCOPE, 0.0, Band.BELOW)


def test_answers_in_the_shape_of_rasa(engine: EmbeddedEngine) -> None:
    found = engine.parse("kapan pkh cair di lipu").as_json()
    assert found["text"] == "kapan pkh cair di lipu"
    assert found["intent"] == found["intent_ranking"][0]
    assert found["intent"]["name"] == "ask_schedule"
    assert found["entities"] == [
        {"entity": "program", "value": "PKH", "start": 6, "end": 9},
        {"entity": "area", "value": "74.72.01.1014", "start": 18, "end": 22},
    ]


def test_understands_what_it_was_not_taught(engine: EmbeddedEngine) -> None:
    labelled = read_labelled(UNSEEN)
    taught = {phrase.text.casefold() for phrase in read_corpus().examples}
    unseen = [phrase for phrase in labelled if phrase.text.casefold() not in taught]
    found = evaluate(engine, unseen)
    assert found["accuracy"] >= 0.9
    assert found["top3_accuracy"] >= 0.95
    assert found["sure"]["wrong"] <= 0.02
    assert found["latency_ms"]["p50"] < 2.0


def test_understands_the_development_set(engine: EmbeddedEngine) -> None:
    """It was written apart from the training phrases, by somebody who had not seen them."""
    found = evaluate(engine, read_folder(DEVELOPMENT))
    assert found["n"] > 500
    assert found["accuracy"] >= 0.95
    assert found["macro_f1"] >= 0.94
    assert found["top3_accuracy"] >= 0.99
    assert found["out_of_scope"]["recall"] >= 0.9
    assert found["rejected_in_scope"] <= 0.03
    assert found["sure"]["wrong"] <= 0.01
    assert found["sure"]["share"] >= 0.4
    assert min(found["per_manner"].values()) >= 0.92
    assert found["entities"]["f1"] >= 0.95


def test_understands_the_fresh_set(engine: EmbeddedEngine) -> None:
    """Nothing was ever tuned on it."""
    found = evaluate(engine, read_folder(FRESH))
    assert found["n"] >= 400
    assert found["accuracy"] >= 0.95
    assert found["out_of_scope"]["recall"] >= 0.9
    assert found["sure"]["wrong"] <= 0.01
    assert found["entities"]["f1"] >= 0.95


def test_development_set_is_none_of_the_corpus() -> None:
    taught = {normalize(example.text) for example in read_corpus().examples}
    told = read_folder(DEVELOPMENT)
    assert faults(told) == []
    assert sum(normalize(example.text) in taught for example in told) <= 0.03 * len(told)


def phrase(intent: str, text: str, manner: str = "", *entities: Entity) -> Example:
    return Example(text, intent, entities, "f.yml", 1, manner)


def test_measures_entities_and_manners_where_they_are_marked(engine: EmbeddedEngine) -> None:
    found = evaluate(
        engine,
        [
            phrase("greet", "halo", "formal"),
            phrase("deny", "iya", "chat"),
            phrase("ask_schedule", "kapan pkh", "chat", Entity("program", "PKH", "pkh", 6, 9)),
            phrase(
                "ask_schedule", "kapan bpnt di lipu", "chat", Entity("area", "", "lipu", 14, 18)
            ),
        ],
    )
    assert found["per_manner"] == {"formal": 1.0, "chat": pytest.approx(2 / 3)}
    assert found["entities"]["recall"] == 1.0
    assert found["entities"]["precision"] == pytest.approx(2 / 3)
    assert found["entities"]["per_entity"]["area"]["f1"] == 1.0


def test_measures_have_the_fixed_names(engine: EmbeddedEngine) -> None:
    labelled = [phrase("greet", "halo"), phrase(OUT_OF_SCOPE, ""), phrase("affirm", "tidak")]
    found = evaluate(engine, labelled)
    assert set(found) == {
        "n",
        "accuracy",
        "macro_f1",
        "top3_accuracy",
        "out_of_scope",
        "rejected_in_scope",
        "sure",
        "per_intent",
        "confusions",
        "latency_ms",
    }
    assert found["n"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["out_of_scope"] == {"precision": 1.0, "recall": 1.0}
    assert found["confusions"] == [{"intent": "affirm", "taken_for": "deny", "count": 1}]


def test_nothing_to_measure_is_no_trouble(engine: EmbeddedEngine) -> None:
    assert evaluate(engine, [])["n"] == 0


def test_reads_rasa_yaml_and_tsv_alike(tmp_path: Path) -> None:
    yml, tsv = tmp_path / "a.yml", tmp_path / "a.tsv"
    yml.write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - halo [Lipu](area)\n", encoding="utf-8"
    )
    tsv.write_text("# kata\n\ngreet\thalo Lipu\n", encoding="utf-8")
    read = [read_labelled(path)[0] for path in (yml, tsv)]
    assert [(example.intent, example.text) for example in read] == [("greet", "halo Lipu")] * 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tsv", "greet halo\n", r"a\.tsv baris 1: harus"),
        ("a.tsv", "greet\thalo\ngreet\t \n", r"a\.tsv baris 2: harus"),
        ("a.tsv", "greet\thalo\nsapa\thai\n", r"a\.tsv baris 2: maksud `sapa` tidak dikenal"),
        ("a.tsv", "# kosong\n", r"a\.tsv baris 1: tidak ada contoh"),
        ("a.yml", "nlu: []\n", r"a\.yml baris 1: tidak ada contoh"),
        ("a.yml", "nlu:\n- intent: sapa\n  examples: |\n    - hai\n", r"a\.yml baris 4: maksud"),
        (
            "a.yml",
            "nlu:\n- intent: greet\n  examples: |\n    - hai [pkh(program)\n",
            r"a\.yml baris 4: anotasi tidak lengkap",
        ),
    ],
)
def test_what_cannot_be_measured_is_named(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=said):
        read_labelled(path)


def test_first_call_counts_for_no_latency(engine: EmbeddedEngine) -> None:
    class Slow:
        calls = 0

        def parse(self, text: str) -> Parse:
            Slow.calls += 1
            time.sleep(0.2 if Slow.calls == 1 else 0)
            return engine.parse(text)

    found = evaluate(Slow(), [phrase("greet", "halo")])
    assert Slow.calls == 2
    assert found["latency_ms"]["p99"] < 150


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (
            "report_emergency",
            "saya diperkosa|suami pukul saya|anak saya hilang sejak kemarin sore|ada mayat di kali"
            "|saya dilecehkan tetangga|mbahku ilang wis rong dina|gempa!!!|kekerasan anak"
            "|digigit ular|saya mau bunuh diri|ayah pukul saya terus",
        ),
        (OUT_OF_SCOPE, "hp saya hilang|film pembunuhan|gempa tahun lalu|jalan rusak"),
        ("report_complaint", "kks saya hilang|kartu atm saya tertelan"),
        ("deny", "g ah|ga deh"),
    ],
)
def test_tells_the_severe_from_what_only_sounds_like_it(
    engine: EmbeddedEngine, intent: str, texts: str
) -> None:
    taken = {text: engine.parse(text).intent for text in texts.split("|")}
    assert taken == dict.fromkeys(taken, intent)
