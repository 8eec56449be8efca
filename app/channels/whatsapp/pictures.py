"""Pictures of runs at addresses that nobody can guess and that end after an hour: for Twilio, which fetches them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote

LASTS = 3600
"""Seconds that an address works."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes and checks addresses under /media; nothing is stored.

    Attributes:
        key: the home's own key.
        public_url: where they are fetched from outside.
    """

    key: bytes
    public_url: str

    def url(self, path: str, now: float) -> str:
        """The address of a picture of home's (`runs/<task>/<name>`), from now (seconds since 1970) on."""
        expires = int(now) + LASTS
        return f"{self.public_url}/media/{expires}/{self._proof(path, expires)}/{quote(path)}"

    def valid(self, path: str, expires: int, proof: str, now: float) -> bool:
        """Whether that address was made by us and has not ended."""
        return now < expires and hmac.compare_digest(proof.encode(), self._proof(path, expires).encode())

    def _proof(self, path: str, expires: int) -> str:
        return hmac.new(self.key, f"picture:{expires}:{path}".encode(), hashlib.sha256).hexdigest()
