"""Sessions: who knows the password, proved by a signed cookie or a bearer token."""

from __future__ import annotations

import hashlib
import hmac
import time
from http.cookies import CookieError, SimpleCookie

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.responses import Response

COOKIE = "rflow_session"
LASTS = 30 * 24 * 3600  # seconds


class Sessions:
    """Checks the password and signs cookies with a key made from it, so that a new password ends every session."""

    def __init__(self, password: SecretStr | None) -> None:
        self._password = password.get_secret_value().encode() if password else None
        self._key = (
            hashlib.scrypt(self._password, salt=b"rflow session v1", n=2**14, r=8, p=1) if self._password else b""
        )

    @property
    def needed(self) -> bool:
        """Whether a password is set at all."""
        return self._password is not None

    def accepts(self, password: str) -> bool:
        """Whether this is the password; takes the same time for every wrong one."""
        return self._password is not None and hmac.compare_digest(password.encode(), self._password)

    def begin(self, response: Response, secure: bool) -> None:
        """Sets the session cookie."""
        issued = str(int(time.time()))
        response.set_cookie(
            COOKIE, f"{issued}.{self._sign(issued)}", LASTS, httponly=True, samesite="strict", secure=secure
        )

    def valid(self, headers: Headers) -> bool:
        """Whether the request carries a live session or the password as a bearer token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.accepts(token):
            return True
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return morsel is not None and self._live(morsel.value)

    def _live(self, value: str) -> bool:
        issued, _, signature = value.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(issued).encode()):
            return False
        return time.time() - int(issued) < LASTS

    def _sign(self, issued: str) -> str:
        return hmac.new(self._key, issued.encode(), hashlib.sha256).hexdigest()
