"""What is said of messages that people doubt: addresses above all, whatever is written."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.genuine import RULES, Verdict, is_bare, judge, read_doubted, tells_call, tells_theft
from nlu.genuine_addresses import BOUND, find_addresses, listed
from nlu.genuine_fingerprint import NEEDED, NUMBER, SITE, WORDS, fingerprint, masked

MESSAGES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "genuine.toml").read_text("utf-8")
)["message"]
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
OFFICIAL = st.lists(LABEL, max_size=3).map(lambda labels: ".".join([*labels, "go", "id"]))
# Hosts of others, many of them with an official name inside.
FOREIGN = st.builds(
    lambda front, ending: f"{front}.{ending}",
    st.one_of(OFFICIAL, LABEL, OFFICIAL.map(lambda host: host.replace(".", "-"))),
    st.sampled_from(["xyz", "com", "info", "co.id", "web.id", "my.id", "site", "top"]),
)
PIECES = [
    *"./\\@:%#?-[] =,", "go", "id", "kemensos", "evil", "com", "https", "\u0456", "\u200b", "0x7f",
    "xn--", "。", "✅", " . ", "://",
]  # fmt: skip
# Ways of writing one host that leave it the same.
WRITTEN = st.sampled_from(
    [
        "{0}", "https://{0}", "HTTP://{0}", "hxxps://{0}", "https : //{0}", "http:/{0}", "//{0}",
        "https://{0}/", "https://{0}:443/a?b=c", "{0}.", "({0})", "*{0}*", "link:{0}", "👉{0}👈",
        "https://{0}#bagian", "https://{0}?x=kemensos.go.id", "{0}/cek?u=a@b",
    ]
)  # fmt: skip
DOTS = st.sampled_from([".", "[.]", "(.)", " . ", "[dot]", " (titik) ", "。", "．"])
# Ways of writing a foreign host so that it may pass for an official one.
TRICKS = st.sampled_from(
    [
        "https://{1}@{0}", "https://{1}:443@{0}/", "http://{1}%2e{0}", "https://{0}\\@{1}",
        "https://{0}/{1}", "https://{0}?{1}", "https://{0}#{1}", "{1}@{0}", "https://{1}.{0}",
        "https://{1}-{0}", "{0}/{1}", "{0} . {1}", "https://{0} . {1}", "https://x:{1}@{0}",
        "http://{0}\\.{1}", "https:\\\\{0}\\{1}", "intent://{0}#{1}", "https://{1}\u200b.{0}",
        "https://{1}✅.{0}", "https://{1},{0}", "https://{0},{1}", "@{1}", "https://{1}..{0}",
    ]
)  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["text"][:40])
def test_messages_are_judged_as_was_written_down_before(message: dict[str, Any]) -> None:
    judgement = judge(message["text"])
    assert (judgement.verdict, judgement.rule) == (message["verdict"], message["rule"])


def test_each_rule_is_tried_by_some_message() -> None:
    assert len(MESSAGES) >= 60
    assert set(RULES) <= {message["rule"] for message in MESSAGES}


@given(st.text(max_size=300))
def test_nothing_that_can_be_written_makes_the_rules_fail(text: str) -> None:
    judge(text)
    fingerprint(text)
    masked(text, text[:10])
    for address in find_addresses(text):
        assert not address.is_official or address.host.split(".")[-2:] == ["go", "id"]
        assert address.host.isascii()


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_official_is_only_what_lies_below_go_id(pieces: list[str]) -> None:
    for address in find_addresses("".join(pieces)):
        if address.is_official:
            assert not address.disguised
            assert address.host.endswith(".go.id")
            assert all(label.strip("-") for label in address.host.split("."))


@given(FOREIGN, OFFICIAL, TRICKS)
def test_no_trick_makes_a_foreign_address_official(foreign: str, own: str, trick: str) -> None:
    text = trick.format(foreign, own)
    assert not any(address.is_official for address in find_addresses(text)), text
    assert judge(text).verdict is not Verdict.OFFICIAL


@given(st.one_of(OFFICIAL, FOREIGN), WRITTEN)
def test_ways_of_writing_a_host_lead_to_the_same_host(host: str, written: str) -> None:
    text = written.format(host)
    [address] = find_addresses(text)
    assert address.host == host
    assert not address.disguised
    assert address.is_official == host.endswith(".go.id")


@given(OFFICIAL, DOTS)
def test_dots_written_otherwise_are_dots(host: str, dot: str) -> None:
    [address] = find_addresses(f"buka {host.replace('.', dot)}")
    assert address.host == host
    judgement = judge(f"buka {host.replace('.', dot)}")
    assert (judgement.rule == "ending") == (host == "go.id")
    assert (judgement.verdict is Verdict.UNKNOWN) == (host == "go.id")


@given(OFFICIAL, st.integers(0, 40), st.sampled_from("аеорсуіԁɡⅰ\u200b\u200dо"))
def test_a_letter_of_another_script_or_that_nobody_sees_makes_no_official_address(
    host: str, at: int, letter: str
) -> None:
    at = 1 + at % (len(host) - 1)
    text = f"https://{host[:at]}{letter}{host[at:]}"
    assert judge(text).verdict is not Verdict.OFFICIAL


@pytest.mark.parametrize("site", sorted(listed("shorteners") - {"url.id"}))
def test_short_links_are_told_as_such(site: str) -> None:
    assert judge(f"https://{site}/aB3x").rule == "shortener"


def test_a_warning_of_a_fraud_is_none_but_a_threat_is() -> None:
    assert judge("Jangan berikan kode OTP kepada siapa pun").verdict is Verdict.UNKNOWN
    for text in (
        "Jangan sampai hangus kirim kode OTP sekarang",
        "pulsa gratis kirim kode otp",
        "kalau tidak minta kode otp dulu bansos hangus",
        "Awas rekening diblokir, segera kirim PIN",
    ):
        assert judge(text).rule == "code", text


def test_a_service_that_is_known_by_its_number_is_told_as_such() -> None:
    assert judge("nomor 08111-129-129 ini betul?").rule == "service"
    assert judge("08111129129 atau 081234567890?").rule == "number"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://kemensos.go.id", True), ("bit.ly/x", True), ("Undangan_Bansos.apk", True),
        ("cek bit.ly/x", False), ("halo", False), ("", False), ("siti@contoh.com", False),
        ("7472021204850001", False), ("0812-3456-7890", False), ("PKS-2026-000001", False),
    ],
)  # fmt: skip
def test_a_bare_address_or_program_is_a_question_by_itself(text: str, bare: bool) -> None:
    assert is_bare(text) == bare


def test_what_is_about_the_same_has_the_same_mark() -> None:
    def marks(text: str) -> tuple[str, tuple[str, ...]]:
        found = fingerprint(text)
        assert found is not None
        return found.kind, found.marks

    assert marks("https://www.bansos.xyz/a ini benar?") == marks("hxxp://bansos[.]xyz/b") == (
        SITE, ("site:bansos.xyz",),
    )  # fmt: skip
    assert marks("bit.ly/a") != marks("bit.ly/b")
    assert marks("cek 0857-0000-3318 penipu?") == marks("wa.me/6285700003318 asli?") == (
        NUMBER, ("number:+6285700003318",),
    )  # fmt: skip
    story = (
        "Kabar gembira! Pemerintah membagikan beras 20 kg dan uang 600 ribu untuk semua ibu rumah"
        " tangga mulai Desember 2026 di kantor pos terdekat"
    )
    again = f"min benar kah ini: {story.lower().replace('!', '')} ya"
    kind, first = marks(story)
    assert kind == WORDS
    assert len(set(first) & set(marks(again)[1])) >= NEEDED
    other = "Berita PKH dihapus tahun depan lalu diganti sembako untuk semua keluarga di kantor pos"
    assert len(set(first) & set(marks(other)[1])) < NEEDED
    for nothing in ("", "benar gak ini min?", "https://kemensos.go.id", "hoax bukan"):
        assert fingerprint(nothing) is None, nothing


def test_digits_of_people_are_hidden_but_not_those_asked_about() -> None:
    text = "NIK 7472021204850001 hp 0812-3456-7890, WA 0857 0000 3318 Rp 1.200.000 bit.ly/a12345"
    shown = masked(text, "+6285700003318")
    assert "0857 0000 3318" in shown
    assert "Rp 1.200.000" in shown
    for hidden in ("7472021204850001", "3456", "a12345"):
        assert hidden not in shown
    assert "bit.ly/a12345" in masked(text, "bit.ly/a12345")
    assert "0857" not in masked(text, "bit.ly/a12345")


def test_only_the_beginning_of_an_endless_message_is_read() -> None:
    doubted = read_doubted("a. " * 50_000)
    assert len(doubted.text) == BOUND


def test_a_call_and_a_theft_are_heard_from_what_is_told() -> None:
    assert tells_call("ada yg telpon ngaku dari kemensos minta otp")
    assert not tells_call("telpon ke https://bansos.xyz")
    assert tells_theft("data saya dicuri lewat link")
    assert not tells_theft("uang saya dipotong ketua")
