"""Who listens elsewhere: every connection and datagram that arrives is written down, whatever it wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\naccess-control-allow-origin: *\r\nconnection: close\r\n"
    b"content-length: 28\r\n\r\n<!doctype html><title>Landed"
)
_PATIENCE = 0.5  # seconds for a connection to say what it wants


@dataclass
class Elsewhere:
    """A host that nobody declared; `heard` is what arrived there: a request's first line, or what kind of thing."""

    port: int
    heard: list[str] = field(default_factory=list)

    def _answer(self, connection: socket.socket) -> None:
        at = len(self.heard)
        self.heard.append("a connection")  # before a word is said: that it was opened is too much
        with connection, suppress(OSError):
            connection.settimeout(_PATIENCE)
            said = connection.recv(4096)
            if said:
                self.heard[at] = "TLS" if said[:1] == b"\x16" else said.split(b"\r\n")[0].decode("latin-1")
            connection.sendall(_ANSWER)

    def accept(self, listener: socket.socket) -> None:
        """Take whatever comes until it is closed."""
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def receive(self, listener: socket.socket) -> None:
        """Take datagrams until it is closed."""
        with suppress(OSError):
            while True:
                data, _ = listener.recvfrom(4096)
                if data != b"end":
                    self.heard.append(f"a datagram of {len(data)} bytes")


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """On one free port of both loopback addresses, TCP and UDP."""
    while True:
        try:
            sockets = _bound()
            break
        except OSError:  # one of the four is taken
            continue
    host = Elsewhere(sockets[0].getsockname()[1])
    for listener in sockets:
        stream = listener.type == socket.SOCK_STREAM
        threading.Thread(target=host.accept if stream else host.receive, args=(listener,), daemon=True).start()
    try:
        yield host
    finally:
        for listener in sockets:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _bound() -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                listener = socket.socket(family, kind)
                sockets.append(listener)
                listener.bind((address, sockets[0].getsockname()[1] if len(sockets) > 1 else 0))
                if kind == socket.SOCK_STREAM:
                    listener.listen(128)
    except OSError:
        for listener in sockets:
            listener.close()
        raise
    return sockets
