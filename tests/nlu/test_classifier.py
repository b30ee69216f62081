import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nlu.calibration import Calibration, softmax
from nlu.classifier import Model, ModelError
from nlu.corpus import Corpus, CorpusError, Example, corpus_digest, read_corpus
from nlu.labels import INTENTS
from nlu.normalize import normalize
from nlu.parse import Band, Thresholds
from nlu.training import fit, to_model, train


def test_serving_computes_what_scikit_learn_computes() -> None:
    examples = read_corpus().examples[::12]
    texts = [normalize(example.text) for example in examples]
    fitted = fit(texts, [example.intent for example in examples])
    model = to_model(fitted, "", Calibration(0.7, Thresholds(0.9, 0.3)), {})
    assert model.header.labels == fitted.labels
    expected = softmax(fitted.logits(texts), 0.7)
    for text, row in zip(texts, expected, strict=True):
        found = model.probabilities(text)
        if found is not None:
            np.testing.assert_allclose(found, row, atol=2e-5)
    assert sum(model.probabilities(text) is None for text in texts) < 5


def test_model_file_says_what_it_is(model_path: Path) -> None:
    header = Model.load(model_path, corpus_digest()).header
    assert set(header.labels) == set(INTENTS)
    assert 0 < header.thresholds.below < header.thresholds.sure <= 1
    assert header.scores["accuracy"] > 0.75
    assert header.scores["sure_wrong"] <= 0.0101


def test_model_loads_fast_and_without_scikit_learn(model_path: Path) -> None:
    began = time.perf_counter()
    Model.load(model_path)
    assert time.perf_counter() - began < 0.5
    code = "import sys, nlu.understand, nlu.rasa_server; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_missing_model_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"belum ada; jalankan `halo nlu train`"):
        Model.load(tmp_path / "none.npz")


def test_model_of_another_corpus_is_refused(model_path: Path) -> None:
    with pytest.raises(ModelError, match=r"korpus yang lain; jalankan `halo nlu train`"):
        Model.load(model_path, "another")


def test_model_of_another_format_is_refused(model_path: Path, tmp_path: Path) -> None:
    with np.load(model_path) as file:
        fields = {name: file[name] for name in file.files}
    header = json.loads(fields["header"].tobytes()) | {"format": 0}
    fields["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    np.savez(tmp_path / "old.npz", **fields)
    with pytest.raises(ModelError, match=r"versi lain; jalankan `halo nlu train`"):
        Model.load(tmp_path / "old.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x00" * 4096])
def test_broken_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"rusak; jalankan `halo nlu train`"):
        Model.load(path)


def test_cut_off_model_is_refused(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    path.write_bytes(model_path.read_bytes()[:100_000])
    with pytest.raises(ModelError, match="rusak"):
        Model.load(path)


def test_training_refuses_unknown_labels() -> None:
    corpus = Corpus((Example("halo", "hello", (), "f.yml", 1),), "")
    with pytest.raises(CorpusError, match="hello"):
        train(corpus)


def test_bands_begin_at_their_thresholds() -> None:
    thresholds = Thresholds(sure=0.9, below=0.3)
    bands = [thresholds.band(confidence) for confidence in (0.9, 0.89, 0.3, 0.29)]
    assert bands == [Band.SURE, Band.BETWEEN, Band.BETWEEN, Band.BELOW]
