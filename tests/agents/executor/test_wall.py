from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.executor.barrier import Barrier, Phase, Policy
from agents.executor.wall import Wall
from workflows.model import Requests


async def asked(wall: Wall, host: str, port: int, greeting: bytes = b"\x05\x01\x00") -> bytes:
    """What comes of asking for a host: nothing, a refusal (the second byte), or what the far side says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", wall.port)
    name = host.encode()
    writer.write(greeting + b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big") + b"hello\n")
    writer.write_eof()
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return said


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"echo " + await reader.read(100))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()


async def public(host: str) -> tuple[str, ...]:
    return ("127.0.0.1",) if host == "cdn.example" else ()


async def test_a_connection_goes_to_sites_and_to_public_hosts_that_a_request_may_go_to(echo: int) -> None:
    barrier = Barrier(resolve=public)
    async with Wall(barrier.admit) as wall:
        assert (await asked(wall, "shop.localhost", echo))[2:4] == b"\x05\x02"  # no workflow is at work
        barrier.begin(Policy("w", (f"http://shop.localhost:{echo}",), Requests()), Phase.PREPARE)
        assert (await asked(wall, "shop.localhost", echo)).endswith(b"echo hello\n")
        for host, port in (("shop.localhost", echo + 1), ("evil.localhost", echo), ("127.0.0.1", echo)):
            assert (await asked(wall, host, port))[2:4] == b"\x05\x02", host
        assert (await asked(wall, "cdn.example", echo))[2:4] == b"\x05\x02"
        paused: Any = {"requestId": "1", "request": {"method": "GET", "url": f"http://cdn.example:{echo}/a.js"}}
        await barrier._answer(paused)
        assert (await asked(wall, "cdn.example", echo)).endswith(b"echo hello\n")
        barrier.begin(barrier.policy, Phase.PREPARE)
        assert (await asked(wall, "cdn.example", echo))[2:4] == b"\x05\x02"
        barrier.begin(barrier.policy, Phase.TAKEOVER)
        assert (await asked(wall, "cdn.example", echo)).endswith(b"echo hello\n")


async def test_what_is_no_socks_is_hung_up_on(echo: int) -> None:
    async with Wall(Barrier(resolve=public).admit) as wall:
        for greeting in (b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01\x00P\x7f\x00\x00\x01\x00", b"\x05"):
            assert b"echo" not in await asked(wall, "shop.localhost", echo, greeting)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", wall.port), 1):
        pass
