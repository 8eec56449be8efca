"""The process that `memory.readers.apart` starts: reads one file after the other until its line ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from multiprocessing.connection import Connection

from memory.errors import BadInput
from memory.readers import NEAR, Reader
from memory.readers.apart import FULL
from memory.readers.base import Reading, decode
from memory.readers.docx import read_docx
from memory.readers.feed import read_feed
from memory.readers.html import read_html
from memory.readers.pdf import read_pdf

READERS: dict[str, Reader] = {
    **NEAR,
    "html": lambda data: read_html(decode(data)),
    "feed": lambda data: read_feed(decode(data)),
    "pdf": read_pdf,
    "docx": read_docx,
}


def answer(kind: str, data: bytes) -> Reading | BadInput:
    """The file, or why it could not be read; raises MemoryError."""
    try:
        return READERS[kind](data)
    except BadInput as error:
        return error
    except MemoryError:
        raise
    except RecursionError:
        return BadInput("It is nested too deeply.", "Save it as text.")
    except Exception as error:  # noqa: BLE001  what a parser of others raises over broken bytes is not listed anywhere
        named = {"docx": "DOCX", "pdf": "PDF", "html": "HTML"}.get(kind, kind)
        return BadInput(f"It is a broken {named} ({type(error).__name__}).", "Open it, and save it anew or as text.")


def bound(memory: int) -> None:
    """Keeps this process to its memory, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(line: Connection, seconds: int, memory: int, idle: int) -> None:
    """Serves until there is no work, or nobody, left."""
    bound(memory)
    with contextlib.suppress(EOFError, ConnectionError):
        while line.poll(idle):
            kind, data = line.recv(), line.recv_bytes()
            signal.alarm(seconds + 5)  # whoever asked may be gone, and nobody else would end a parser that hangs
            try:
                line.send(answer(kind, data))
            except MemoryError:  # there is none left to say so with
                os._exit(FULL)
            signal.alarm(0)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), *map(int, sys.argv[2:5]))
