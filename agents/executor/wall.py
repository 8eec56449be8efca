"""The wall: a SOCKS5 proxy (RFC 1928) of our own that every connection of a browser goes through, closed by default.

The barrier decides about requests, but a page can set off more than it sees: connections opened and pages fetched ahead
of time, what the browser itself fetches for payments and sign-ins, reports, calls over TURN.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

_SOCKS, _CONNECT, _NO_PASSWORD, _NAME = 5, 1, 0, 3
_FAMILIES = {1: (socket.AF_INET, 4), 4: (socket.AF_INET6, 16)}  # by address type: and its length in bytes
_DONE, _REFUSED = 0, 2
_PIECE = 1 << 16
_SECONDS = 15  # to name the host, and to reach it

Admit = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""The addresses to try for a host and port; none lets nothing through."""


@dataclass
class Wall:
    """Listens on loopback while entered; `port` is where."""

    admit: Admit
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Wall:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(_SECONDS):
                far = await self._reach(*await _asked(reader, writer))
            writer.write(bytes((_SOCKS, _DONE if far else _REFUSED, 0, 1, 0, 0, 0, 0, 0, 0)))
            if far:
                await self._joined(reader, writer, *far)
        except (OSError, EOFError, UnicodeError, TimeoutError):
            return  # a side has gone, or this is no SOCKS
        finally:
            writer.close()
            self._open.discard(writer)

    async def _reach(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for address in await self.admit(host, port):
            with suppress(OSError):
                return await asyncio.open_connection(address, port)
        return None

    async def _joined(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        self._open.add(far_writer)
        try:
            await asyncio.gather(_passed(reader, far_writer), _passed(far_reader, writer))
        finally:
            far_writer.close()
            self._open.discard(far_writer)


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """The greeting, and the host and port that are asked for; EOFError where it is another protocol."""
    version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes((_SOCKS, _NO_PASSWORD)))
    _, command, _, kind = await reader.readexactly(4)
    if (version, command) != (_SOCKS, _CONNECT):
        raise EOFError
    if kind == _NAME:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
    elif kind in _FAMILIES:
        family, size = _FAMILIES[kind]
        host = socket.inet_ntop(family, await reader.readexactly(size))
    else:
        raise EOFError
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What one side says, to the other, until it has no more to say."""
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
