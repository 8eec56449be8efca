"""Style: how the person writes and likes to be talked to, read from the plain sentences of memory/style.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from memory.chunk import chunks_of
from memory.errors import RflowError
from memory.home import Home
from memory.readers import read_document

FILE = "memory/style.md"

_WORD = r"(?:(?:[A-Z]|Dr|Mrs?|Ms|Prof)\.|[A-Z][\w'’-]*)"
_NAME = rf"[\"“]?({_WORD}(?: {_WORD})*)[\"”]?"
_CALL = re.compile(rf"(?<!not )(?<!n't )(?<!n’t )(?<!never )\b(?i:call|address) me (?:as )?{_NAME}")
_SIGN = re.compile(rf"\b(?i:sign)(?:ed)?(?: off)?(?: my \w+)?(?: (?:as|with))?:? {_NAME}(.*)", re.DOTALL)
_AS_TO = re.compile(rf"{_NAME} (?:to|for) ([^,;.]+)")
_GREETING = re.compile(r"[\"“]((?:Dear|Hello|Hi|Good (?:day|morning|evening)|Greetings)\b[^\"”]{0,40}?),?[\"”]")
_OFFICIAL = re.compile(r"institution|restaurant|hotel|house|business|compan|official|formal|shop|stranger|work", re.I)
_TO_ME = re.compile(r"\b(?:talk|speak|repl\w+|answers?|messages?|(?:tell|call|address|write to) me)\b", re.I)
_SHORT = re.compile(r"\b(?:short|brief\w*|concise\w*|to the point|terse\w*|few words)\b", re.I)
_NO = r"(?:\bno|\bnever|\bwithout|\bdo(?:n['’]t| not)|\bavoid)\b[^.;]*"
_NOT_SHORT = re.compile(rf"{_NO}\b(?:short|brief|terse)\b", re.I)
_NO_SHOUTING = re.compile(rf"{_NO}\bexclamation", re.I)
_NO_EMOJI = re.compile(rf"{_NO}\b(?:emojis?|smileys?)\b", re.I)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?\\s?")


@dataclass(frozen=True, slots=True)
class Style:
    """What code can follow of it; the rest stands in `lines`.

    Attributes:
        tone: their own sentences on how they like to be talked to: data that is quoted, never instructions.
        address: what they like to be called; empty where it is not said.
        brief: they want short answers.
        greeting: what their letters begin with ("Dear all").
        signature: what stands below a letter to people whom they do not know.
        thanks: such a letter ends with thanks.
        shouts, emoji: whether they write exclamation marks, and emoji.
    """

    tone: tuple[str, ...] = ()
    address: str = ""
    brief: bool = False
    greeting: str = ""
    signature: str = ""
    thanks: bool = False
    shouts: bool = True
    emoji: bool = True

    @classmethod
    def of(cls, home: Home) -> Style:
        """As the file says it now; of none or a broken one, nothing is known."""
        try:
            lines = [c.evidence() for c in chunks_of(FILE, read_document(FILE, home.read_bytes(FILE)))]
        except RflowError:
            return cls()
        texts = [line.quote for line in lines]
        tone = [line.quote for line in lines if _TO_ME.search(f"{line.section} {line.quote}")]
        greeting = next(((m[1], text) for text in texts if (m := _GREETING.search(text))), ("", ""))
        return cls(
            tone=tuple(tone),
            address=next((m[1].rstrip(".") for text in texts if (m := _CALL.search(text))), ""),
            brief=any(_SHORT.search(text) and not _NOT_SHORT.search(text) for text in tone),
            greeting=greeting[0],
            signature=next((name for text in texts if (name := _signature(text))), ""),
            thanks=bool(re.search(r"\bthank", greeting[1], re.I)),
            shouts=not any(_NO_SHOUTING.search(text) for text in texts),
            emoji=not any(_NO_EMOJI.search(text) for text in texts),
        )

    def letter(self, text: str) -> str:
        """A message to people whom the person does not know, in one line: their words in their form."""
        text = text.strip() if self.emoji else _EMOJI.sub("", text).strip()
        text = text if self.shouts else re.sub(r"!+", ".", text)
        said = text if text[-1:] in (*".!?…", "") else f"{text}."
        opening = f"{self.greeting}," if self.greeting and not said.startswith(self.greeting) else ""
        thanks = "Thank you." if self.thanks and not re.search(r"\bthank", said, re.I) else ""
        signature = "" if said.rstrip(".").endswith(self.signature.rstrip(".")) else self.signature
        return " ".join(part for part in (opening, said, thanks, signature) if part) if said else ""


def _signature(text: str) -> str:
    """The name that a sentence says they sign with; of several the one for people who are no friends."""
    match = _SIGN.search(text)
    if match is None:
        return ""
    named = _AS_TO.findall(f"{match[1]}{match[2]}")
    official = next((name for name, whom in named if _OFFICIAL.search(whom)), "")
    return official or match[1].rstrip(".")
