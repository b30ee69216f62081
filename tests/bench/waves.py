"""A broadcast for benchmarks: it runs at any hour."""

from datetime import datetime

from sqlalchemy import Connection, insert

from db.areas import Area
from db.base import DIALECT_INSERT
from db.broadcasts import Broadcast, Kind, State, Wave


def running_wave(connection: Connection, now: datetime) -> int:
    """Make a running broadcast and give its wave."""
    area = DIALECT_INSERT[connection.dialect.name](Area).on_conflict_do_nothing()
    connection.execute(
        area, {"code": "74", "name": "Sultra", "level": "province", "timezone": "Asia/Makassar"}
    )
    broadcast = connection.execute(
        insert(Broadcast).returning(Broadcast.id),
        {
            "kind": Kind.NEWS, "area_code": "74", "digest": b"", "state": State.RUNNING,
            "urgent": True, "send_at": now, "created_by": "bench", "created_at": now,
        },
    ).scalar_one()  # fmt: skip
    wave = {"broadcast_id": broadcast, "zone": "Asia/Makassar"}
    return int(connection.execute(insert(Wave).returning(Wave.id), wave).scalar_one())
