"""Telegram updates of distinct senders, each of one of seven kinds in turn."""

from collections.abc import Sequence
from typing import Any

KINDS = (
    "menu",
    "schedule of a named kelurahan",
    "pressed button",
    "greeting",
    "own reports",
    "first message",
    "step of a complaint",
)
SCHEDULE, BUTTON, REPORTS, NEWCOMER, STEP = 1, 2, 4, 5, 6

_FIRST_SENDER = 5_000_000_000
_FIRST_UPDATE = 871_000_000
_SENT_AT = 1_764_547_200
_MENU = ("menu", "/menu", "Menu", "/start", "mulai")
_ASKING = ("kapan", "kpn", "bu kapan", "mau tanya kapan", "pak,", "min jadwal")
_PROGRAMS = ("PKH", "BPNT", "sembako", "bantuan beras", "bansos")
_COMING = ("cair di", "dibagikan di kelurahan", "keluar untuk", "di kel.", "cairnya di")
_BUTTONS = ("schedule", "track", "menu", "office", "human")
_GREETINGS = ("assalamualaikum", "selamat pagi", "halo min", "permisi bu", "slmt siang")
_REPORTS = ("laporan saya", "Laporan saya", "laporan saya bgmn", "cek laporan saya dong")
_STORIES = (
    "Bantuan PKH saya belum masuk sejak bulan lalu, tetangga sudah terima semua",
    "kartu saya dipegang ketua kelompok, tiap cair dipotong 50 ribu",
    "saldo kartu sembako kosong terus padahal nama saya ada di daftar penerima",
)


def kind_of(number: int) -> int:
    """Give which kind a sender's message is of."""
    return number % len(KINDS)


def sender(number: int) -> int:
    """Give the Telegram id of a sender."""
    return _FIRST_SENDER + number


def update(number: int, areas: Sequence[str]) -> dict[str, Any]:
    """Make the one update of a sender, shaped as Telegram sends it."""
    user = {
        "id": sender(number),
        "is_bot": False,
        "first_name": "Siti",
        "last_name": "Contoh",
        "username": f"siti_{number}",
        "language_code": "id",
    }
    chat = {"id": sender(number), "first_name": "Siti", "last_name": "Contoh", "type": "private"}
    if kind_of(number) == BUTTON:
        return {"update_id": _FIRST_UPDATE + number, "callback_query": _press(number, user, chat)}
    message = {
        "message_id": number,
        "from": user,
        "chat": chat,
        "date": _SENT_AT,
        "text": _words(number, areas),
    }
    return {"update_id": _FIRST_UPDATE + number, "message": message}


def _words(number: int, areas: Sequence[str]) -> str:
    turn = number // len(KINDS)
    if kind_of(number) in (SCHEDULE, NEWCOMER):
        asking, program = _pick(_ASKING, turn), _pick(_PROGRAMS, turn // len(_ASKING))
        return f"{asking} {program} {_pick(_COMING, turn // 11)} {_pick(areas, turn)}?"
    spoken = {0: _MENU, 3: _GREETINGS, REPORTS: _REPORTS, STEP: _STORIES}
    return _pick(spoken[kind_of(number)], turn)


def _press(number: int, user: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any]:
    value = _pick(_BUTTONS, number // len(KINDS))
    return {
        "id": f"4382bfdwdsb{number}",
        "from": user,
        "chat_instance": "-3310000000000000001",
        "data": value,
        "message": {
            "message_id": number,
            "from": {
                "id": 7_000_000_001,
                "is_bot": True,
                "first_name": "Halo",
                "username": "h_bot",
            },
            "chat": chat,
            "date": _SENT_AT,
            "text": "Silakan pilih",
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": label.title(), "callback_data": label}] for label in _BUTTONS
                ]
            },
        },
    }


def _pick(options: Sequence[str], turn: int) -> str:
    return options[turn % len(options)]
