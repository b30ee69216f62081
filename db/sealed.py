"""Which columns are sealed, and for what purpose: all that a new key has to seal anew."""

from typing import Any

from db.base import Base

# table, column → purpose. A test fails where a column of bytes is neither here nor an index.
SEALED = {
    ("contacts", "conversation"): "conversation",
    ("doubts", "text_sealed"): "doubt",
    ("enrolments", "details_sealed"): "details",
    ("findings", "note_sealed"): "note",
    ("hoax_reports", "text_sealed"): "hoax",
    ("hoaxes", "subject_sealed"): "hoax",
    ("households", "kk_sealed"): "kk",
    ("inbound", "body"): "inbound",
    ("incidents", "answer_sealed"): "incident",
    ("incidents", "title_sealed"): "incident",
    ("kube_groups", "account_sealed"): "kube account",
    ("kube_groups", "end_why_sealed"): "kube end",
    ("kube_proposal_steps", "why_sealed"): "kube proposal step",
    ("kube_proposals", "what_sealed"): "kube proposal",
    ("outbound", "body"): "outbound",
    ("people", "nik_sealed"): "nik",
    ("pulses", "needs_sealed"): "kube needs",
    ("referrals", "answer_sealed"): "referral",
    ("referrals", "answered_name_sealed"): "referral",
    ("referrals", "asked_sealed"): "referral",
    ("refused_rows", "line_sealed"): "line",
    ("staff", "totp_sealed"): "totp",
    ("staged_rows", "details_sealed"): "details",
    ("staged_rows", "kk_sealed"): "kk",
    ("staged_rows", "nik_sealed"): "nik",
    ("ticket_events", "why_sealed"): "why",
    ("ticket_notes", "text_sealed"): "note",
    ("tickets", "details_sealed"): "ticket details",
    ("tickets", "occurred_sealed"): "occurred",
    ("tickets", "story_sealed"): "story",
    ("visits", "finding_sealed"): "finding",
}


def sealed_columns() -> list[tuple[Any, str]]:
    """Give every sealed column with its purpose."""
    tables = Base.metadata.tables
    return [(tables[table].c[column], purpose) for (table, column), purpose in SEALED.items()]
