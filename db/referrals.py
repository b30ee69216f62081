"""Referrals: one ticket asked of one agency, which answers by a link without an account."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Referral(Base):
    """One letter to an agency; the token of its page is kept as an index alone."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agencies.code"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    asked_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    token_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    sent_by: Mapped[str] = mapped_column(String(60))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
