"""A one-time code is known by itself, and however it is handed on."""

import pytest

from bot.capabilities.enrol import code_in

SAID = (
    "kode P9J8-M2CG", "kode: p9j8 m2cg", "Kode. P9J8-M2CG", "P9J8-M2CG", "p9j8m2cg",
    "kode saya P9J8-M2CG", "ini kodenya KODE: P9J8M2CG", "ini P9J8-M2CG pak",
    "halo pak, ini kode dari petugas p9j8-m2cg, terima kasih",
)  # fmt: skip
NO_CODE = (
    "kode warga", "minta kode warga", "kode pos berapa", "kode saya salah terus", "makanan2",
    "Siti 2345", "bpnt2345", "rt02 rw03", "2345-6789", "kode saya anak saya", "P9J8 M2CG",
)  # fmt: skip


@pytest.mark.databases("sqlite")
def test_a_code_is_read_from_what_is_written_around_it() -> None:
    assert {code_in(text) for text in SAID} == {"P9J8M2CG"}
    assert {text: code_in(text) for text in NO_CODE} == dict.fromkeys(NO_CODE)
