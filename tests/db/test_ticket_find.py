"""Tickets are found however a word is written, and nothing by what every story has."""

from db.areas import Scope
from db.session import Store
from db.ticket_desk import Sight
from db.ticket_inbox import EVERY_STATE, Filters, choose
from db.ticket_words import index_words, words_of
from nlu.normalize import normalize
from tests.moment import NOW
from tests.tickets import CITY, file, make_areas

CHIEF = Sight(Scope(CITY), "chief", None, 1)
FOUND = (  # what was told, and what it is sought by
    ("Bantuan PKH belum cair sejak Juni", "blm cair"),
    ("Bantuan PKH blm cair sejak Juni", "belum cair"),
    ("Ada yang memakan jatah kami", "makan"),
    ("Anak saya tidak makan", "memakan"),
    ("Ketua menolak memberi kartu", "ditolak"),
    ("Petugas ditolak warga", "menolak"),
    ("Kami meminta bantuan kursi roda", "minta"),
    ("Toko mengirim beras busuk", "kirim"),
    ("Beras dari e-warong bau", "ewarong"),
    ("Beras dari ewarong bau", "e-warong"),
    ("Beras dari E-Warong bau", "e-warong"),
    ("Anak-anak tidak sekolah", "anak"),
    ("Seorang anak tidak sekolah", "anak-anak"),
)


def test_a_word_is_found_however_it_is_written(store: Store) -> None:
    with store.begin() as session:
        make_areas(session)
        for story, text in FOUND:
            ticket = file(session, story)
            index_words(session, ticket.id, [normalize(story)])
            for state in (None, EVERY_STATE):
                full = {word: normalize(word) for word in words_of(text) if word.isalpha()}
                filters = Filters(text=text, full=full, state=state)
                chosen = choose(session, CHIEF, filters, NOW, None, 60)
                assert ticket.id in chosen.ids, (story, text)
                assert len(set(chosen.ids)) == len(chosen.ids) == chosen.count
        sixty = [file(session, f"Laporan {at}") for at in range(66)][-1]
        digits = sixty.number[-6:].lstrip("0")
        for text in (f"pks 2026 {digits}", f"PKS-2026-{digits}", f"pks-2026 {sixty.number[-6:]}"):
            assert choose(session, CHIEF, Filters(text=text), NOW, None, 60).ids == [sixty.id]
        none = choose(session, CHIEF, Filters(text="0"), NOW, None, 60)
        assert (list(none.ids), none.is_vague) == ([], False)


def test_by_what_every_story_has_nothing_is_found_and_that_is_said(store: Store) -> None:
    with store.begin() as session:
        make_areas(session)
        for text in ("%", "'", "🙂", "yang", "saya", "yang dan di", "!", "a"):
            file(session, f"Ini {text} cerita")
            chosen = choose(session, CHIEF, Filters(text=text), NOW, None, 60)
            assert (list(chosen.ids), chosen.count, chosen.is_vague) == ([], 0, True), text
