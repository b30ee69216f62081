"""What is read of a wish about messages, with the places and programmes that it names."""

from bot.opting import Kind, wish
from bot.places import places_of_sample
from nlu.entities import Extractor
from nlu.parse import Parse, Thresholds
from tests.moment import NOW

EXTRACTOR = Extractor(places_of_sample(NOW).gazetteer, lambda: NOW.date())


def parsed(text: str) -> Parse:
    return Parse(text, (("out_of_scope", 0.0),), EXTRACTOR.extract(text), Thresholds(0.8, 0.4))


def kind(text: str) -> Kind | None:
    found = wish(text, parsed(text))
    return None if found is None else found.kind
