"""One-time codes: one makes this chat a member of staff's, another ties it to a citizen."""

import re

from bot.aid import show
from bot.desk.let_go import REPLACED, tell_let_go
from bot.identity import failed, link, locked_until
from bot.menu import menu_choices
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_GIVEN
from db.own_tickets import take_along
from db.registry import kept_person
from db.staff import Staff, code_holder, redeem_code
from db.staff_chats import detach_chats
from db.talks import move_waiting
from db.vouchers import Voucher, find_voucher, use_voucher

_CODE = re.compile(r"kode\W*([A-Za-z2-9]{4}[\s-]?[A-Za-z2-9]{4})", re.IGNORECASE)
_BESIDE = (
    r"(?:(?:halo|hai|assalam\w*|pagi|siang|sore|malam|selamat|maaf|min|pak|bapak|bu|ibu|kak|ya"
    r"|ini|itu|berikut|saya|sa|sy|dapat|punya|mau|masukkan|kirim|adalah|terima|kasih|makasih"
    r"|petugas|pendamping|warga|dari|nya|kode(?:nya|ku)?)\b\W*)*"
)
_SAID = re.compile(rf"\W*{_BESIDE}\b(\w{{4}}[\s-]?\w{{4}})\W*{_BESIDE}", re.IGNORECASE)
_NAMED = re.compile(r"\bkode(?:nya|ku)?\b", re.IGNORECASE)
# What looks like a code and nothing else: of our letters, in two halves or with digits among them.
_FOUR = "[A-HJKMNP-Za-hjkmnp-z2-9]{4}"
_HALVES = re.compile(rf"(?=.*\d)(?=.*[A-Za-z]){_FOUR}-{_FOUR}|[A-HJKMNP-Z]{{4}}-[A-HJKMNP-Z]{{4}}")
_MIXED = re.compile(rf"(?=.*\d.*[A-Za-z]){_FOUR}\s?{_FOUR}")


def code_in(text: str) -> str | None:
    """Give the code of `kode ABCD-2345`, also said with more words, or of the code alone."""
    said = text.strip(" .,!")
    plain = _CODE.fullmatch(said)
    found = plain or _SAID.fullmatch(said)
    if found is None:
        return None
    code = found.group(1)
    spaced = " " in code and not _NAMED.search(said)
    if plain is None and not (_HALVES.fullmatch(code) or (_MIXED.fullmatch(code) and not spaced)):
        return None
    return re.sub(r"[\s-]", "", code).upper()


def handle(turn: Turn) -> None:
    """Do what the code stands for; a wrong one does not tell which kind it was not."""
    code = code_in(turn.text)
    if code is None:
        turn.reply("enrol.how")
        return
    # Who is locked out is the one whom a companion vouches for; in the ten minutes of such a code
    # nobody guesses it, in the days of one for staff somebody might.
    locked = locked_until(turn) is not None
    staff = None if locked else code_holder(turn.session, code, turn.now)
    voucher = find_voucher(turn.session, code, turn.now, turn.today)
    if staff is not None and turn.staff is not None and turn.staff.id != staff.id:
        # Perhaps typed on the wrong phone: the code stays good for the right one.
        turn.reply("enrol.others", button("menu", "choice.menu"), name=turn.staff.name)
    elif staff is not None:
        redeem_code(turn.session, code, turn.now)
        _enrol(turn, staff)
    elif voucher is not None and turn.staff is not None:
        turn.reply("vouch.not_by_staff", button("menu", "choice.menu"))
    elif voucher is not None:
        _identify(turn, voucher)
    else:
        if not locked:
            failed(turn)
        turn.reply("enrol.wrong" if locked_until(turn) is None else "enrol.locked")


def _enrol(turn: Turn, staff: Staff) -> None:
    """Make the chat a member of staff's; one that was his before is a citizen's from now on."""
    if turn.contact.staff_id not in (None, staff.id):  # what was spoken of is not for his eyes
        turn.conversation.form, turn.conversation.topic = None, {}
    former = detach_chats(turn.session, staff.id, but=turn.contact.id)
    take_along(turn.session, staff.id, turn.contact.id)
    move_waiting(turn.session, former, turn.contact.id)
    turn.replies += tell_let_go(turn.session, former, REPLACED, turn.now)
    turn.change_contact(staff_id=staff.id, consent=CONSENT_GIVEN, consent_at=turn.now)
    audit.record(turn.session, turn.now, f"staff:{staff.id}", "enrol", f"contact:{turn.contact.id}")
    turn.staff = staff
    turn.reply("enrol.done", *menu_choices(turn), name=staff.name, role=say(f"role.{staff.role}"))


def _identify(turn: Turn, voucher: Voucher) -> None:
    """Link the contact to the person whom a companion vouched for, once it may be."""
    if not turn.contact.consented:
        turn.conversation.pending = turn.text
        turn.reply(
            "vouch.consent",
            button("consent:yes", "choice.consent_yes"),
            button("consent:no", "choice.consent_no"),
        )
        return
    use_voucher(voucher, turn.contact.id, turn.now)
    person = kept_person(turn.session, voucher.person_id)
    audit.record(turn.session, turn.now, turn.actor, "use voucher", f"voucher:{voucher.id}")
    link(turn, person)
    form = turn.conversation.form
    if form is not None and form.form == "identity":  # what it asks for is proven
        turn.conversation.form = None
    turn.reply("vouch.linked")
    show(turn, person.id)
