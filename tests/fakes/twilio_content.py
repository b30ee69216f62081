"""Twilio's Content API: templates, and what Meta says of them."""

import itertools
import json
from typing import Any

from aiohttp import web

from tests.fakes.loopback import Loopback

_PAGE = 2  # resources, so that few of them already need a second page


class FakeContent(Loopback[str]):
    """Keeps templates as Twilio does; `review` is what Meta says, `broken` refuses everything.

    Shapes: twilio.com/docs/content/content-api-resources.
    """

    def __init__(self) -> None:
        super().__init__()
        self.contents: dict[str, dict[str, Any]] = {}
        self.broken = False
        self._numbers = itertools.count(1)
        router = self.app.router
        router.add_get("/v1/ContentAndApprovals", self._list)
        router.add_post("/v1/Content", self._add)
        router.add_post("/v1/Content/{sid}/ApprovalRequests/whatsapp", self._submit)

    def add(self, name: str, language: str, body: str) -> str:
        """Make a template that nobody submitted; gives its SID."""
        sid = f"HX{next(self._numbers):032x}"
        self.contents[sid] = {
            "sid": sid,
            "account_sid": "AC" + "0" * 32,
            "friendly_name": name,
            "language": language,
            "variables": {},
            "types": {"twilio/text": {"body": body}},
            "approval_requests": {"status": "unsubmitted", "rejection_reason": ""},
            "date_created": "2026-11-22T08:00:00Z",
            "date_updated": "2026-11-22T08:00:00Z",
        }
        return sid

    def review(self, sid: str, status: str, reason: str = "") -> None:
        """Let Meta say what it thinks of a template."""
        self.contents[sid]["approval_requests"] |= {"status": status, "rejection_reason": reason}

    async def _list(self, request: web.Request) -> web.Response:
        if self.broken:
            return _refuse(401, 20003)
        page = int(request.query.get("Page", 0))
        found = list(self.contents.values())[page * _PAGE :]
        # Twilio names its own host here, whatever the address that was asked.
        more = f"https://content.twilio.com/v1/ContentAndApprovals?PageSize={_PAGE}&Page={page + 1}"
        meta = {"key": "contents", "next_page_url": more if len(found) > _PAGE else None}
        return web.json_response({"meta": meta, "contents": found[:_PAGE]})

    async def _add(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        sid = self.add(asked["friendly_name"], asked["language"], _body(asked))
        self.contents[sid]["variables"] = asked["variables"]
        return web.json_response(self.contents[sid], status=201)

    async def _submit(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        found = self.contents.get(request.match_info["sid"])
        if found is None:
            return _refuse(404, 20404)
        found["approval_requests"] = {
            **asked,
            "content_type": "twilio/text",
            "status": "received",
            "rejection_reason": "",
            "allow_category_change": True,
        }
        return web.json_response(found["approval_requests"], status=201)


def _body(asked: dict[str, Any]) -> str:
    body: str = asked["types"]["twilio/text"]["body"]
    return body


def _refuse(status: int, code: int) -> web.Response:
    return web.json_response({"code": code, "message": "refused", "status": status}, status=status)
