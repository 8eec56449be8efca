"""Signing in and out, and registering."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from demo.shared.site import Site, see, site_of
from demo.shared.store import SESSION_FOR, Account

WRONG = "This email and password do not belong together. Please try again, or register."


def _onward(site: Site, path: str) -> str:
    """Give `path` where it lies on this site, else the listing: nobody is sent elsewhere after signing in."""
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if own else site.face.home


def _form(request: Request, template: str) -> Response:
    site = site_of(request)
    return site.page(request, template, next=_onward(site, request.query_params.get("next", "")))


async def login_form(request: Request) -> Response:
    """Show the form to sign in."""
    return _form(request, "login.html")


async def register_form(request: Request) -> Response:
    """Show the form to register."""
    return _form(request, "register.html")


def _welcome(site: Site, account: Account, onward: str) -> Response:
    """Open a session that outlives the browser, and lead on."""
    response = see(onward)
    token = site.store.open_session(account, site.clock())
    age = int(SESSION_FOR.total_seconds())
    response.set_cookie(site.face.cookie, token, max_age=age, httponly=True, samesite="lax", path="/")
    return response


async def login(request: Request) -> Response:
    """Sign in with email and password."""
    site, form = site_of(request), await request.form()
    email, onward = str(form.get("email", "")).strip().lower(), _onward(site, str(form.get("next", "")))
    account = site.store.check(email, str(form.get("password", "")))
    site.record(request, account, {"action": "login"}, "signed in" if account else "refused: wrong password")
    if account is None:
        return site.page(request, "login.html", 401, next=onward, email=email, problem=WRONG)
    return _welcome(site, account, onward)


def _problem(email: str, name: str, password: str) -> str:
    if not 3 <= len(email) <= 200 or "@" not in email[1:-1]:
        return "Please give an email address such as you@example.org."
    if not 1 <= len(name) <= 80:
        return "Please give your name, in at most 80 letters."
    return "" if 8 <= len(password) <= 200 else "Please choose a password of at least 8 characters."


async def register(request: Request) -> Response:
    """Make an account and sign in with it."""
    site, form = site_of(request), await request.form()
    email, name = str(form.get("email", "")).strip().lower(), " ".join(str(form.get("name", "")).split())
    password, onward = str(form.get("password", "")), _onward(site, str(form.get("next", "")))
    problem = _problem(email, name, password)
    account = None if problem else site.store.register(email, name, password)
    site.record(request, account, {"action": "register"}, "registered" if account else "refused")
    if account is None:
        problem = problem or f"{email} has an account already. Please log in at /login?next={quote(onward)}."
        return site.page(request, "register.html", 422, next=onward, email=email, name=name, problem=problem)
    return _welcome(site, account, onward)


async def logout(request: Request) -> Response:
    """Sign out."""
    site = site_of(request)
    site.record(request, site.account(request), {"action": "logout"}, "signed out")
    site.store.close_session(request.cookies.get(site.face.cookie, ""))
    response = see(site.face.home)
    response.delete_cookie(site.face.cookie, path="/")
    return response
