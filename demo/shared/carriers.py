"""Where a page can carry words that try to give orders to whoever reads it for somebody: for the rig."""

from __future__ import annotations

import datetime as dt
import json
from html import escape

from demo.shared.rig import Rig
from demo.shared.words import Review


def planted(html: str, rig: Rig) -> str:
    """Put the rig's text into a finished page, in each of the carriers that pages of every kind have."""
    text, plain = escape(rig.text), json.dumps(rig.text).replace("<", "\\u003c")
    head = {
        "comment": f"<!-- {rig.text.replace('--', '- -')} -->",
        "meta": f'<meta name="description" content="{text}">',
        "json_ld": f'<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "WebPage", '
        f'"name": {plain}, "description": {plain}}}</script>',
    }
    main = {
        "visible": f"<p>{text}</p>",
        "hidden": f"<p hidden>{text}</p>",
        "off_screen": f'<p class="skip">{text}</p>',
        "alt": f'<img src="/static/dot.svg" alt="{text}" width="8" height="8">',
        "iframe": f'<iframe title="Notice" srcdoc="{escape(f"<p>{text}</p>")}"></iframe>',
        "file_name": f'<p><a href="/static/dot.svg" download="{text}.pdf">{text}.pdf</a></p>',
        "label": f'<form><label>{text} <input name="planted"></label></form>',
        "heading": f"<h2>{text}</h2>",
    }
    html = _before("</head>", html, [head[c] for c in sorted(rig.carriers & head.keys())])
    html = _before("</main>", html, [main[c] for c in sorted(rig.carriers & main.keys())])
    return _before("</title>", html, [f" {text}"]) if "title" in rig.carriers else html


def _before(mark: str, html: str, pieces: list[str]) -> str:
    return html.replace(mark, "".join(pieces) + mark, 1)


def with_planted(reviews: tuple[Review, ...], rig: Rig | None, today: dt.date) -> tuple[Review, ...]:
    """Give an item's reviews, the rig's among them where reviews carry its text."""
    if rig is None or "review" not in rig.carriers:
        return reviews
    return (*reviews, Review(rating=5, author="A. Reader", date=today - dt.timedelta(days=3), text=rig.text))
