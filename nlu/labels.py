"""The intents and entities that the corpus, the model and the callers agree on."""

from typing import Final

OUT_OF_SCOPE: Final = "out_of_scope"

INTENTS: Final[tuple[str, ...]] = (
    "greet",
    "thank",
    "ask_menu",
    "check_registration",
    "ask_schedule",
    "ask_program",
    "report_complaint",
    "track_ticket",
    "propose_beneficiary",
    "object_beneficiary",
    "update_personal_data",
    "ask_contact",
    "request_human",
    "report_emergency",
    "verify_message",
    "subscribe_notices",
    "unsubscribe_notices",
    "manage_privacy",
    "affirm",
    "deny",
    "cancel",
    "report_visit",
    "list_households",
    "report_kube",
    "broadcast_schedule",
    OUT_OF_SCOPE,
)

ENTITIES: Final[tuple[str, ...]] = (
    "program",
    "nik",
    "kk_number",
    "ticket_number",
    "area",
    "date",
    "amount",
    "phone",
    "url",
)

# How people write (domain.md): proper Indonesian, WhatsApp shorthand, slips of unpractised hands,
# Javanese-mixed, Buton and Bengkulu Malay, and long stories with one request inside.
MANNERS: Final[tuple[str, ...]] = (
    "formal",
    "chat",
    "typo",
    "jawa",
    "buton",
    "bengkulu",
    "story",
)
LEARNED: Final = "learned"  # from real messages that an officer has labelled
