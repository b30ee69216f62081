"""Whole phrases that want no more messages, and what people say before such a wish."""

import re

from bot.opting_words import LONGEST

_POLITE = (
    r"(?:maaf|mf|sorry|tolong|tlg|mohon|pak|bu|bapak|ibu|kak|min|ya|dong|nih|deh|kodong|makasih)"
)
# Without the words that follow it a "salah nomor" may be about an account or a card.
_EXCUSE = re.compile(
    rf"\W*(?:{_POLITE}\W+)*(?:(?:ini|anda|kamu|itu|kayaknya|sepertinya|mungkin)\s+)*"
    rf"(?:salah\s+(?:nomor|nomer|nmr|no|sambung|orang|alamat)(?:nya)?(?:\s+(?:ini|itu|{_POLITE}))*"
    r"(?:\s*[.,;:!-]+\s*|\s+)"
    r"|(?=.*\b(?:di|me|nge)?(?:kirim|krm|pesan|sms|wa|kabar|info|hubungi|chat))"
    r"(?:(?:saya|sy|sa|aku|kami)\s+(?:ini\s+)?(?:bukan|bkn)|(?:bukan|bkn)\s+(?:nomor|nomer|no))"
    r"\s+(?:[\w']+\s+){0,3}[\w']+\s*[.,;:!-]+\s*)",
    re.IGNORECASE,
)
_ASKED_WORD = re.compile(r"(\W*[a-z]+)\s*\?+\W*", re.IGNORECASE)
_MESSAGE = r"(?:pesan|kabar|info|sms|wa|notif|kiriman|siaran)"
_NO = r"tidak|tdk|tak|gak|ga|nggak|ndak|nda|idak|te|ora|mboten"
_NEEDLESS = rf"(?:{_NO})\s+(?:usah|perlu)|gausah|rasah"
_ENOUGH = r"(?:sudah|sdh|udah|wis|uwis|sudahmi)"
_ENDS = re.compile(
    rf"\W*(?:{_POLITE}\W+)*"
    rf"(?:(?:(?:{_MESSAGE}\s+)?ini|kok)\s+spam(?:\s+(?:terus|semua|lagi|saja|aja))*"
    rf"|(?:{_ENOUGH}\s+)?cukup(?:mi|kan)?\s+{_MESSAGE}nya"
    rf"|{_MESSAGE}nya\s+{_ENOUGH}\s+cukup)"
    rf"(?:\W+{_POLITE})*\W*",
    re.IGNORECASE,
)
_PLEASE = rf"(?:please|pls|plz|hi|hello|sorry|thanks|thx|thank\s+you|sir|bro|{_POLITE})"
_DO_NOT = r"(?:don\W?t|do\s+not)"
_THESE = (
    r"(?:(?:any|more|these|those|this|your|the)\s+){0,2}"
    r"(?:messages?|texts?|sms|notifications?|these|those|this)"
)
_ENDS_IN_ENGLISH = re.compile(
    rf"\W*(?:{_PLEASE}\W+)*"
    r"(?:i\s+(?:want|wanna|wish|need|would\s+like)\s+(?:to\s+)?(?:stop|quit|unsubscribe|opt\W?out)"
    rf"|i\s+{_DO_NOT}\s+(?:want|need)\s+{_THESE}"
    rf"|{_DO_NOT}\s+send\s+me\s+(?:anything|{_THESE})"
    rf"|(?:(?:could|can|would|will)\s+you\s+)?(?:{_PLEASE}\s+)*stop\s+sending(?:\s+me)?(?:\s+{_THESE})?"
    r"|remove\s+my\s+(?:phone\s+)?number(?:\s+from\s+(?:(?:this|the|your)\s+)?list)?"
    r"|remove\s+me(?:\s+from\s+(?:(?:this|the|your)\s+)?(?:mailing\s+)?(?:list|messages|broadcast))?"
    r"|take\s+me\s+off\s+(?:(?:this|the|your)\s+)?(?:mailing\s+)?list"
    r"|(?:don\W?t|do\s+not|never|stop)\s+(?:text|messag|contact|sms|writ)(?:e|ing)?(?:\s+(?:to\s+)?me)?)"
    rf"(?:\W+(?:again|anymore|any\s+more|ever|now|{_PLEASE}))*\W*",
    re.IGNORECASE,
)
# "Cancel" may be about anything; whom one wants to leave is not said.
_MAY_END_IN_ENGLISH = re.compile(
    rf"\W*(?:{_PLEASE}\W+)*(?:cancel|end|quit|leave\s+me\s+alone)(?:\W+{_PLEASE})*\W*",
    re.IGNORECASE,
)
_DONT = r"(?:jangan|jang|jan|jgn|jngan|ojo)"
_SEND_ME = (
    r"(?:di)?(?:ki?ri?m(?:i|in|kan)?|kabari|kabarin|hubungi|sms|wa|chat)"
    r"(?:\s+(?:saya|sa|sy|aku|ka|kami|ki|kita|ke\s+sini|kesini|dulu|pi|mi|terus|trus))*"
)
_MAY_END = re.compile(
    rf"\W*(?:{_POLITE}\W+)*{_DONT}\s*mi\s+{_SEND_ME}(?:\W+{_POLITE})*\W*", re.IGNORECASE
)
_REFUSES = re.compile(
    rf"\W*(?:{_POLITE}\W+)*(?:(?:{_NEEDLESS}|(?:{_NO})\s+(?:mau|mo|ndak|gelem|purun|minat))(?:mi|ka)?|{_DONT})"
    rf"(?:\W+(?:{_POLITE}|mi|ka|saya|sa|sy|lagi))*\W*",
    re.IGNORECASE,
)
_ENDS_NOTICES = re.compile(
    rf"\W*(?:{_POLITE}\W+)*(?:{_DONT}\s*mi|(?:{_DONT}|{_NEEDLESS})(?:\s*mi)?\s+{_SEND_ME})"
    rf"(?:\W+{_POLITE})*\W*",
    re.IGNORECASE,
)
_NO_NIGHTS = re.compile(
    rf"\W*(?:{_POLITE}\W+)*"
    r"(?:jangan|jgn|jngan|jangko|ojo|(?:tidak|tdk|gak|ndak|nda|idak)\s+(?:usah|perlu)|stop)(?:mi)?\s+"
    r"(?:lagi\s+|lg\s+)?"
    rf"(?:(?:di)?(?:kirim|krm|kirimi|kirimkan|kabari|kabarin|sms|wa|chat)(?:\s+(?:saya|sa|sy|lagi|{_MESSAGE}(?:nya)?))*"
    rf"|{_MESSAGE}(?:nya)?)\s+"
    r"(?:(?:di|pas|pada|waktu|kalau|kalo|saat|tengah|larut|jam)\s+)*"
    r"(?:malam|malem|bengi|subuh|dini)(?:\W*malam|\W*malem)?"
    rf"(?:\s+(?:hari|terus|lagi|saja|begini|buta|{_POLITE}))*\W*",
    re.IGNORECASE,
)


def without_excuse(text: str) -> str:
    """Blank out what excuses a wish, such as "maaf salah nomor"; every word keeps its place.

    One word with a question mark asks nothing: "berhenti?".
    """
    asked = _ASKED_WORD.fullmatch(text)
    if asked is not None:
        return asked[1]
    excuse = _EXCUSE.match(text)
    return text if excuse is None else " " * excuse.end() + text[excuse.end() :]


def says_enough(text: str) -> bool:
    """Say whether a whole message has enough of messages: "ini spam", "sudah cukup pesannya"."""
    said = text if len(text) <= LONGEST else ""
    return bool(_ENDS.fullmatch(said) or _ENDS_IN_ENGLISH.fullmatch(said))


def may_want_no_more(text: str) -> bool:
    """Say whether a message may want no more messages, or answer something: "janganmi kirim"."""
    said = text if len(text) <= LONGEST else ""
    return bool(_MAY_END.fullmatch(said) or _MAY_END_IN_ENGLISH.fullmatch(said))


def is_bare_refusal(text: str) -> bool:
    """Say whether a message refuses something and does not say what: "tidak mau"."""
    return len(text) <= LONGEST and _REFUSES.fullmatch(text) is not None


def refuses_notice(text: str) -> bool:
    """Say whether a message wants no more of what it follows, if that was a notice: "janganmi"."""
    return len(text) <= LONGEST and _ENDS_NOTICES.fullmatch(text) is not None


def wants_no_nights(text: str) -> bool:
    """Say whether a message wants no messages by night, and nothing else."""
    return len(text) <= LONGEST and _NO_NIGHTS.fullmatch(text) is not None
