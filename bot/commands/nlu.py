"""Commands on understanding: train, parse and evaluate."""

import dataclasses
import importlib
import json
import sys
from pathlib import Path

import click

from bot.commands.common import Refused, places_of, print_json, progress, ready_store, settings
from bot.places import Places, places_of_sample
from bot.service import extractor, rasa_server, understander, utc_now
from bot.settings import Settings
from bot.texts import say
from db import audit
from db.doubts import PURPOSE, open_doubts, settle_doubts
from db.session import sqlite_path
from nlu.classifier import Model, ModelError
from nlu.corpus import DATA_PATH, CorpusError, Example, corpus_digest, read_corpus
from nlu.encoder import EncoderMissing, open_encoder
from nlu.evaluate import evaluate, read_labelled
from nlu.labels import LEARNED
from nlu.learning import FILE as LEARNED_FILE
from nlu.learning import NOTHING, UNDECIDED, Label, Unclear, grouped, read_labels, written
from nlu.learning import learn as add_learned
from nlu.masking import mask
from nlu.parse import Understander

_CONSOLE = "konsol"  # where a phrase was labelled, if not in a file
_MOST_READ = 10_000  # unclear messages, of which many say the same


@click.group("nlu")
def nlu_group() -> None:
    """Pemahaman bahasa."""


@nlu_group.command()
@click.option("--semantic", is_flag=True, help="Dengan penyandi makna (lihat README).")
def train(semantic: bool) -> None:
    """Latih model dari korpus."""
    train_model(settings(), semantic)
    click.echo(say("cli.trained"))


def train_model(found: Settings, semantic: bool = False) -> None:
    """Train with a progress bar and write the model file."""
    found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        encoder = open_encoder() if semantic else None
        # Named here and not above: it loads scikit-learn, which would cost every command a second.
        training = importlib.import_module("nlu.training")
        with progress(say("cli.training")) as report:
            training.train_file(found.model_path, progress=report, encoder=encoder)
    except (CorpusError, EncoderMissing) as error:
        raise Refused(str(error)) from None


@nlu_group.command()
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
def parse(as_json: bool) -> None:
    """Baca kalimat dari masukan standar, satu per baris."""
    engine = _understander(settings(keep_keys=False))
    for line in sys.stdin:
        understood = engine.parse(line.rstrip("\n"))
        if as_json:
            click.echo(json.dumps(understood.as_json(), ensure_ascii=False))
        else:
            named = ", ".join(f"{item.entity}={item.value}" for item in understood.entities)
            click.echo(f"{understood.intent} {understood.confidence:.2f} {named}".rstrip())


@nlu_group.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def evaluate_file(file: Path, as_json: bool) -> None:
    """Ukur pemahaman pada sebuah berkas uji (YAML Rasa atau TSV)."""
    engine = _understander(settings(keep_keys=False))
    try:
        found = evaluate(engine, read_labelled(file))
    except CorpusError as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json(found)
    else:
        for name, value in found.items():
            click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")


@nlu_group.command()
@click.option("--limit", default=200, show_default=True, help="Paling banyak berapa baris.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def suggest(limit: int, as_json: bool) -> None:
    """Tampilkan pesan yang belum jelas, tanpa data pribadi, untuk diberi label petugas."""
    with ready_store(settings(keep_keys=False)) as store, store.begin() as session:
        messages = [
            # Masked once more: what was kept before a rule was made is shown by it, too.
            Unclear(
                doubt.id, mask(session.vault.open(doubt.text_sealed, PURPOSE), ()), doubt.picked
            )
            for doubt in open_doubts(session, _MOST_READ)
        ]
        rows = grouped(messages)[:limit]
        audit.record(session, utc_now(), "cli", "suggest", f"doubts:{len(rows)}")
    if as_json:
        print_json([{**dataclasses.asdict(row), "count": len(row.numbers)} for row in rows])
        return
    click.echo(say("cli.suggest_how"))
    for row in rows:
        click.echo(written(row))


@nlu_group.command()
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def learn(file: Path | None) -> None:
    """Tambahkan pesan yang sudah diberi label ke korpus: dari berkas, atau dari konsol."""
    found = settings()
    entities = extractor(utc_now, _known_places(found))
    try:
        labels = _labels_of_console(found) if file is None else read_labels(file)
        decided = [label for label in labels if label.intent != UNDECIDED]
        phrases = [
            Example(
                label.text,
                label.intent,
                entities.extract(label.text),
                str(file or _CONSOLE),
                label.line,
                LEARNED,
            )
            for label in decided
            if label.intent != NOTHING
        ]
        learned = add_learned(DATA_PATH, read_corpus().examples, phrases)
    except CorpusError as error:
        raise Refused(str(error)) from None
    with ready_store(found) as store, store.begin() as session:
        settle_doubts(session, [one for label in decided for one in label.numbers], utc_now())
    for reason in learned.skipped:
        click.echo(say("cli.not_learned", reason=reason))
    click.echo(say("cli.learned", count=len(learned.new), file=DATA_PATH / LEARNED_FILE))


def _labels_of_console(found: Settings) -> list[Label]:
    """Give what officers labelled in the console, the same words of several people once."""
    with ready_store(found) as store, store.read() as session:
        messages = [
            Unclear(doubt.id, mask(session.vault.open(doubt.text_sealed, PURPOSE), ()), doubt.label)
            for doubt in open_doubts(session, _MOST_READ, labelled=True)
        ]
    rows = enumerate(grouped(messages), 1)
    return [Label(row.numbers, row.intent, row.text, line) for line, row in rows]


@nlu_group.command()
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def confusions(as_json: bool) -> None:
    """Tampilkan maksud mana yang tertukar, dan oleh kalimat mana."""
    training = importlib.import_module("nlu.training")  # as in train_model
    try:
        with progress(say("cli.cross_checking")) as report:
            mixed = training.confusions(read_corpus(), progress=report)
    except CorpusError as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json([dataclasses.asdict(confusion) for confusion in mixed])
        return
    for confusion in mixed:
        count = len(confusion.phrases)
        click.echo(f"{confusion.intent} -> {confusion.taken_for}: {count}")
        for phrase in confusion.phrases:
            click.echo(f"    {phrase}")


def _understander(found: Settings) -> Understander:
    try:
        model = Model.load(found.model_path, corpus_digest())
    except ModelError as error:
        raise Refused(str(error)) from None
    return understander(rasa_server(found), model, utc_now, _known_places(found))


def _known_places(found: Settings) -> Places:
    """Give the areas of the store, or of the sample data as long as there is none."""
    path = sqlite_path(found.database_url)
    if path is not None and not path.exists():
        return places_of_sample(utc_now())
    with ready_store(found, only_reads=True) as store:
        return places_of(store)
