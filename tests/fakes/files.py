"""Files that a fake provider keeps, and how it misbehaves when one is asked for."""

import asyncio
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, or what is answered in its place."""

    data: bytes = b""
    status: int = 200
    location: str | None = None  # of a redirect
    endless: bool = False  # the data again and again
    cut: bool = False  # hang up in the midst
    path: str | None = None  # what Telegram calls it


async def serve(request: web.Request, file: StoredFile) -> web.StreamResponse:
    """Answer with a file, as badly as it says."""
    if file.location is not None:
        status = file.status if file.status != 200 else 307
        return web.Response(status=status, headers={"Location": file.location})
    if file.status != 200:
        return web.Response(status=file.status)
    if not file.endless and not file.cut:
        return web.Response(body=file.data, content_type="application/octet-stream")
    answer = web.StreamResponse()
    if file.cut:
        answer.content_length = 2 * len(file.data)
    await answer.prepare(request)
    await answer.write(file.data)
    if file.cut and request.transport is not None:
        request.transport.abort()
        return answer
    while True:
        try:
            await answer.write(file.data)
        except (ConnectionError, OSError):
            return answer
        await asyncio.sleep(0)
