"""What arrives from Telegram: an Update as plain events."""

import re
from collections.abc import Mapping
from datetime import datetime

from telegram import (
    Animation,
    Audio,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Document,
    Message,
    PhotoSize,
    Sticker,
    Update,
    Video,
    VideoNote,
    Voice,
)

from bot.channels.reading import (
    read_id,
    read_number,
    read_optional_id,
    read_phone,
    read_point,
    read_size,
    read_text,
)
from bot.messages import (
    Address,
    Channel,
    Event,
    Ignored,
    Inbound,
    Malformed,
    Media,
    MediaKind,
    Reachability,
)

# The kinds that are dealt with, as the Bot API wants to be told them.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# What the SDK's de_json and the reading of its objects raise on shapes that Telegram never sends.
_WRONG_SHAPE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_GONE = ("kicked", "left")
_KIND = re.compile(r"[a-z_]{1,64}")


def parse(payload: object, now: datetime) -> list[Event]:
    """Read one update; Malformed if it is no update at all.

    An update whose inside cannot be read is put aside: refused, Telegram would send it for a day.
    """
    if not isinstance(payload, dict):
        raise Malformed("update is not a JSON object")
    update_id = str(read_number(payload.get("update_id"), "update_id"))
    # Kinds that are put aside anyway are not read: the SDK refuses some that it does not know well.
    if not any(kind in payload for kind in ALLOWED_UPDATES):
        return [Ignored(f"update of kind {_kind(payload)}")]
    try:
        return [_event(Update.de_json(payload), update_id, now)]
    except _WRONG_SHAPE as error:
        return [Ignored(f"unreadable update: {type(error).__name__}")]


def _kind(payload: Mapping[object, object]) -> str:
    names = (str(name) for name in payload if name != "update_id")
    return next((name for name in names if _KIND.fullmatch(name)), "unknown")


def _event(update: Update, update_id: str, now: datetime) -> Event:
    if update.message is not None:
        return _message(update.message, update_id)
    if update.edited_message is not None:
        return _message(update.edited_message, update_id, edited=True)
    if update.callback_query is not None:
        return _pressed(update.callback_query, update_id, now)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, update_id)
    raise Malformed("update is empty")


def _address(chat: Chat) -> Address:
    return Address(Channel.TELEGRAM, str(read_number(chat.id, "chat id")))


def _message(message: Message, update_id: str, edited: bool = False) -> Event:
    if message.chat.type != Chat.PRIVATE:
        return Ignored("message in a group or channel")
    if message.from_user is not None and message.from_user.is_bot:
        return Ignored("message of a bot")
    if edited and message.location is not None:
        return Ignored("step of a live location")  # one comes every few seconds, for hours
    text = read_text(message.text if message.text is not None else message.caption, "text")
    media = _media(message)
    if not (text or media or _is_other_content(message)):
        return Ignored("service message")
    sent_at = (message.edit_date or message.date) if edited else message.date
    if not isinstance(sent_at, datetime):  # the SDK makes None of a date that is not there
        raise Malformed("message without a date")
    return Inbound(
        address=_address(message.chat),
        external_id=update_id,
        sent_at=sent_at,
        text=text,
        media=media,
        location=(
            read_point(message.location.latitude, message.location.longitude)
            if message.location is not None
            else None
        ),
        phone=_own_phone(message),
        edited=edited,
    )


def _is_other_content(message: Message) -> bool:
    # A poll or another's contact card cannot be read, but its sender is owed an answer.
    return any(
        content is not None
        for content in (
            message.location,
            message.contact,
            message.poll,
            message.dice,
            message.story,
            message.game,
            message.checklist,
            message.paid_media,
        )
    )


def _own_phone(message: Message) -> str | None:
    contact, sender = message.contact, message.from_user
    if contact is None or sender is None or contact.user_id is None:
        return None
    return read_phone(contact.phone_number) if contact.user_id == sender.id else None


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (_file(MediaKind.PHOTO, largest, "image/jpeg"),)
    if message.voice is not None:
        return (_file(MediaKind.VOICE, message.voice, message.voice.mime_type),)
    if message.audio is not None:
        return (_file(MediaKind.VOICE, message.audio, message.audio.mime_type),)
    if message.video is not None:
        return (_file(MediaKind.VIDEO, message.video, message.video.mime_type),)
    if message.video_note is not None:
        return (_file(MediaKind.VIDEO, message.video_note, "video/mp4"),)
    # An animation comes with a document beside it that is the same file.
    if message.animation is not None:
        return (_file(MediaKind.VIDEO, message.animation, message.animation.mime_type),)
    if message.document is not None:
        return (_file(MediaKind.DOCUMENT, message.document, message.document.mime_type),)
    if message.sticker is not None:
        return (_file(MediaKind.STICKER, message.sticker, None),)
    return ()


def _file(
    kind: MediaKind,
    file: Animation | Audio | Document | PhotoSize | Sticker | Video | VideoNote | Voice,
    mime: object,
) -> Media:
    return Media(
        kind=kind,
        ref=read_id(file.file_id, "file_id"),
        mime=read_optional_id(mime, "mime_type"),
        size=read_size(file.file_size, "file_size"),
    )


def _pressed(query: CallbackQuery, update_id: str, now: datetime) -> Event:
    if query.from_user.is_bot:
        return Ignored("button pressed by a bot")
    # The message is missing when it is too old; in a private chat its id is the person's.
    if query.message is None:
        address = Address(Channel.TELEGRAM, str(read_number(query.from_user.id, "user id")))
    elif query.message.chat.type == Chat.PRIVATE:
        address = _address(query.message.chat)
    else:
        return Ignored("button in a group or channel")
    button = read_optional_id(query.data, "callback data")
    if button is None:
        return Ignored("button without data")
    return Inbound(
        address=address,
        external_id=update_id,
        sent_at=now,  # Telegram tells when the message was written, not when its button was pressed
        button=button,
        callback_id=read_id(query.id, "callback id"),
    )


def _membership(change: ChatMemberUpdated, update_id: str) -> Event:
    if change.chat.type != Chat.PRIVATE:
        return Ignored("membership in a group or channel")
    reachable = change.new_chat_member.status not in _GONE
    return Reachability(_address(change.chat), update_id, reachable)
