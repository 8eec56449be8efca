"""Amounts of money in a message, with their ISO 4217 currency."""

from __future__ import annotations

import re
from decimal import Decimal

from agents.reasoning.offline.numbers import NUMBER, SMALL, amount, whole
from agents.reasoning.offline.spans import Hit, longest

_CURRENCIES = {
    "EUR": r"€|eur\b|euros?\b",
    "USD": r"us ?\$|\$|usd\b|(?:us |u\.s\. |american |united states )?dollars?\b|bucks?\b",
    "GBP": r"£|gbp\b|(?:british )?pounds?\b(?: sterling)?|quid\b",
    "JPY": r"¥|jpy\b|(?:japanese )?yen\b",
    "CHF": r"chf\b|(?:swiss )?francs?\b",
    "SEK": r"sek\b|swedish kron[aeo]r?\b",
    "NOK": r"nok\b|norwegian kron[aeo]r?\b",
    "DKK": r"dkk\b|danish kron[aeo]r?\b",
    "INR": r"₹|inr\b|(?:indian )?rupees?\b",
    "CNY": r"cny\b|rmb\b|(?:chinese )?yuan\b|renminbi\b|kuai\b",
    "KRW": r"₩|krw\b|(?:korean )?won\b",
    "CAD": r"cad\b|c ?\$|canadian dollars?\b",
    "AUD": r"aud\b|a ?\$|australian dollars?\b",
    "NZD": r"nzd\b|new zealand dollars?\b",
    "BRL": r"r\$|brl\b|reais\b|real\b",
    "MXN": r"mxn\b|mex ?\$|(?:mexican )?pesos?\b",
    "PLN": r"pln\b|zloty\b|złoty\b",
    "CZK": r"czk\b|(?:czech )?korun[ay]s?\b",
    "TRY": r"₺|try\b(?= *\d)|(?:turkish )?lira\b",
    "ILS": r"₪|ils\b|shekels?\b",
    "ZAR": r"zar\b|(?:south african )?rand\b",
    "THB": r"฿|thb\b|baht\b",
    "RUB": r"₽|rub\b|(?:russian )?rubles?\b",
    "HUF": r"huf\b|forints?\b",
    "HKD": r"hk ?\$|hkd\b|hong kong dollars?\b",
    "SGD": r"s\$|sgd\b|singapore dollars?\b",
}
_ANY_AFTER = "|".join(words for words in _CURRENCIES.values())
_BOUND = (
    r"(?:\b(?:under|below|up to|at most|max(?:imum)?(?: of)?|no more than|not more than|"
    r"less than|within|around|about|over|at least|"
    r"cheaper than|budget(?: of| is)?|spend(?:ing)?)\s+)?"
)
_EACH = (
    r"(?:\s*(?:a|per|each|/|for each)\s*(?:head|person|people|pp|night|ticket|"
    r"piece|item|day|hour)|\s*pp\b|\s*p\.p\.|\s+each\b|\s+(?:max(?:imum)?|tops|"
    r"or less|or so)\b)*"
)
_BEFORE = re.compile(rf"(?P<all>{_BOUND}(?<!\w)(?:{_ANY_AFTER})\s*(?P<n>{NUMBER})(?!\w){_EACH})")
_AFTER = re.compile(
    rf"(?P<all>{_BOUND}(?<![\w.,])(?P<n>{NUMBER})[\s-]*(?:{_ANY_AFTER})(?!\w)"
    rf"(?:(?:,? and)? (?P<cents>{SMALL})(?: (?:cents?|pence|p)\b|(?=\W*$)))?{_EACH})"
)
_PLAIN = re.compile(rf"(?<![\w.,:/])(?P<all>{_BOUND}(?P<n>{NUMBER})(?![\w:/]){_EACH})")
_NAMED = [(code, re.compile(words)) for code, words in _CURRENCIES.items()]


def find_money(text: str, currency: str = "", asked: bool = False) -> list[Hit]:
    """Every amount in the folded text.

    Args:
        text: folded.
        currency: of a bare number, which counts only with `asked`; empty: it is asked for.
        asked: bare numbers count.
    """
    after = list(_AFTER.finditer(text))
    # In "10 euros 20" the euros are those of the 10.
    before = [m for m in _BEFORE.finditer(text) if not any(a.start() < m.start() < a.end() for a in after)]
    hits = [_hit(m, _code(m), currency) for m in (*before, *after)]
    if asked and not hits:
        hits = [_hit(m, "", currency) for m in _PLAIN.finditer(text)]
    return longest(hits)


def _code(match: re.Match[str]) -> str:
    """The currency nearest to the number; the more particular name wins ("canadian dollars")."""
    said = match.group().replace(match.group("n"), " ", 1)
    found = [(m.end() - m.start(), code) for code, pattern in _NAMED if (m := pattern.search(said))]
    return max(found)[1] if found else ""


def _hit(match: re.Match[str], code: str, currency: str) -> Hit:
    start, end = match.span("all")
    cents = match.groupdict().get("cents")
    value = amount(match.group("n")) + (Decimal(whole(cents)) / 100 if cents else 0)
    code = code or currency
    if not code:
        return Hit(
            start,
            end,
            None,
            f"In which currency is {match.group('n').strip()}? For example “{match.group('n').strip()} EUR”.",
        )
    if value <= 0:
        return Hit(start, end, None, f"{value} {code} is no amount to spend; please say one above zero.")
    return Hit(start, end, {"amount": f"{value:.2f}", "currency": code})
