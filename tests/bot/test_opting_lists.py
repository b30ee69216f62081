"""The language of messages, and what was asked for, in the words that people use."""

import pytest

from bot.opting_language import asks_language, language, refused_language
from bot.opting_lists import asks_list, ends_list, misses_messages
from bot.opting_phrases import may_want_no_more, refuses_notice

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("pakai bahasa jawa", "jv"), ("pake bhs jawa ya", "jv"), ("nganggo boso jowo wae", "jv"),
        ("bahasa indonesia saja", "id"), ("ganti bahasa indonesia lagi", "id"),
        ("tolong pakai bahasa wolio", "wlo"), ("bahasa buton", "wlo"),
        ("pakai bahasa bengkulu", "pse"), ("bahasa melayu bengkulu saja", "pse"),
        ("pakai bahasa inggris", "?"), ("saya tidak bisa bahasa jawa", "id"),
        ("sa tidak tahu bahasa Jawa", "id"), ("tidak bisa berbahasa indonesia", "?"),
        ("balikmi bahasa indonesia", "id"),
        ("kembali ke bahasa indonesia", "id"), ("jangan pakai bahasa jawa lagi", "id"),
        ("saya tidak mengerti bahasa jawa", "id"), ("ojo nganggo boso jowo", "id"),
        ("tidak usah bahasa jawa, bahasa indonesia saja", "id"),
        ("jangan bahasa jawa, pakai bahasa wolio", "wlo"), ("ganti bahasa", "?"),
        ("ubah bahasanya pak", "?"), ("saya tidak paham bahasa indonesia", "?"),
        ("saya tidak mengerti bahasa hukum", None), ("petugas tidak mengerti bahasa wolio", None),
        ("petugas pakai bahasa kasar", None), ("orang jawa", None),
    ],
)  # fmt: skip
def test_language_that_is_wished_for(said: str, code: str | None) -> None:
    assert language(said) == code


def test_language_that_is_not_known_or_asked_for() -> None:
    for said in ("sa nda tau itu bahasa jawa", "te mangarti sa bahasa jawa"):
        assert refused_language(said) == "jv"
    assert refused_language("jangan bahasa jawa, pakai bahasa wolio") is None
    assert refused_language("pakai bahasa jawa") is None
    assert all(map(asks_language, ["bahasa apa ini", "kita pake bahasa apa"]))
    assert not any(map(asks_language, ["bahasa indonesia", "apa ini", "bahasa apa yang kasar"]))


def test_bare_words_end_messages_right_after_one_alone() -> None:
    bare = ["janganmi", "jangan mi pak", "janganmi kirim", "janganmi kirimi sa",
            "jangan kirim dulu", "te usah mi kabari sa", "tidak usahmi kirim"]  # fmt: skip
    others = ["jangan", "tidak usah", "janganmi pukul sa", "jangan kirim uang", "jangan kasih tau",
              "janganmi kirim beras"]  # fmt: skip
    assert [said for said in bare if not refuses_notice(said)] == []
    assert [said for said in others if refuses_notice(said)] == []
    assert [said for said in bare if may_want_no_more(said)] == bare[2:4]


def test_list_of_subscriptions_is_asked_for_and_ended() -> None:
    asks = ["langgananku apa saja", "langganan saya", "cek langganan saya", "langganan apa saja"]
    assert all(asks_list(said) and not ends_list(said) for said in asks)
    assert all(
        map(
            ends_list,
            [
                "hapus langganan",
                "hapus semua langganan saya",
                "hps langgananku",
                "hapusmi langgananku",
            ],
        )
    )
    assert not any(map(asks_list, ["langganan", "langganan lagi", "berhenti langganan"]))


def test_who_asks_why_he_was_not_told_ends_nothing() -> None:
    misses = ["kenapa saya tidak dikabari lagi", "kok sa te dikasih tau", "knp blm dikirimi info",
              "kenapa tidak ada kabar lagi pak", "kenapa berhenti kirim kabar",
              "kok berhenti kirim kabar"]  # fmt: skip
    others = ["kenapa dikirimi terus", "kenapa tidak cair", "kenapa bantuan tidak dikirim lagi",
              "tidak ada kabar"]  # fmt: skip
    assert [said for said in misses if not misses_messages(said)] == []
    assert [said for said in others if misses_messages(said)] == []
