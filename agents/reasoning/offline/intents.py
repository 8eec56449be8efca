"""What kind of turn a message is, by the words people use for it; each is tried only where it makes sense."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from agents.reasoning.offline.spans import fold
from agents.reasoning.port import Intent

_POLITE = (
    r"(?:\W|\b(?:please|thanks|thank you|then|ok(?:ay)?|well|oh|hey|hi|hello|"
    r"um+|hmm+|so|now|actually|but|and|just|sorry|mate|dear)\b)*"
)


def _whole(words: str) -> re.Pattern[str]:
    """The message is this and polite words, nothing more."""
    return re.compile(rf"^{_POLITE}(?:{words})(?:{_POLITE}(?:{words}))*{_POLITE}$")


_GREETING = _whole(
    r"hi+|hey+|hello+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|"
    r"day)|how are you(?: doing)?(?: today)?|what'?s up|nice to meet you|"
    r"(?:hi|hello|hey) there|you there|anyone there|there"
)
_THANKS = _whole(
    r"thanks?(?: a lot| so much| again)?|thank you(?: very much| so much| again)?|cheers|much appreciated|"
    r"(?:well|nicely) done|good (?:job|work)|bye(?: bye)?|goodbye|good night|see you(?: later| soon)?"
)
_HELP = _whole(
    r"help(?: me)?|i need help|what (?:can|do) you (?:actually )?do(?: for me| here)?|what can i (?:ask|say|do|type)"
    r"(?: you| here)?|how (?:does (?:this|it) work|do (?:i|you) (?:start|begin|work|use (?:this|it|you)))|"
    r"who are you|what are you|what is this|menu|commands?|options"
)
_REFUSE = re.compile(
    rf"^{_POLITE}(?:no+,? )?(?:no,? thank(?:s| you)|never ?mind|nevermind|forget (?:it|"
    rf"about it|that|the whole thing)|cancel(?: (?:it|that|this|everything|(?:the|my) (?:whole )?\w+))?|"
    rf"stop(?: it)?|"
    r"leave it|drop it|not (?:now|any ?more|interested)|i(?:'ve| have)? changed my mind|"
    r"let'?s not|don'?t bother|i don'?t want (?:to|it|this|that)(?: (?:go|any ?more|"
    r"book)\w*)?(?: out)?|"
    rf"abort|quit|i give up|no need|call it off|we'?re not going)(?: any ?more| after all)?{_POLITE}$"
)
_YES = _whole(
    r"y(?:es|eah|ep|up|a|eh)?|sure(?: thing)?|ok(?:ay)?|fine|right|correct|exactly|"
    r"of course|absolutely|definitely|please do|sounds (?:good|great|perfect|"
    r"fine|lovely)|perfect|great|good|lovely|"
    r"that(?:'s| is| works| will do| sounds)(?: (?:it|fine|right|good|great|perfect|"
    r"correct|ok|okay))?|works(?: for me)?|as usual|the usual|go for it|indeed|"
    r"why not|(?:i|we) do|it is|do that|with pleasure|👍"
)
_NO = _whole(
    r"no+|nope|nah|not? really|no(?: way| thanks?)?|wrong|negative|neither|i don'?t think so|rather not|don'?t|👎"
)
_TAKE_IT = re.compile(
    r"\b(?:take|book|do|choose|pick|reserve|have|go (?:with|for|ahead with)|get|"
    r"want|like|buy|order) (?:it|that|this|them)\b(?! (?:to|be|in|at|for|on)\b)"
)
_ASKS = re.compile(rf"^{_POLITE}(?:(?:what|how)(?! about| if)|who|when|where)(?:'s|s)?\b")
_LOOKS_BACK = re.compile(rf"^{_POLITE}(?:what|which|where|when|who|how)\b.*\bdid (?:i|we)\b")
_FRESH = re.compile(
    rf"^{_POLITE}(?:(?:can|could|would|will) you (?:please )?|i(?:'d| would)? (?:like|"
    rf"want|need)(?: you)? to |please |also )?(?:find|book|get|recommend|suggest|"
    rf"show|reserve|buy|order|rent)(?: me| us)? (?:an?|another|some\w*|tickets?) "
)
_RESUME = re.compile(
    rf"^{_POLITE}(?:(?:let'?s |can we |i want to )?(?:go |come |get )?back to|return to|resume"
    r"|continue with|carry on with|where were we with) (?:the |my |our |that |this )?(?P<x>[^?.!,]{2,60}?)"
    rf"(?: (?:task|thing|one|then|again|now))*{_POLITE}$"
    rf"|^{_POLITE}(?:where were we|(?:go )?back to (?:that|it|where we were|the other one))\W*$"
)
_WHY_NOT = re.compile(
    r"\bwhy (?:not|isn'?t|is|wasn'?t|was|didn'?t|did|don'?t|aren'?t|no)\b(?P<form>(?: you|"
    r" we| i)?(?: not)?(?: (?:suggest|propose|recommend|include|show|offer|pick|"
    r"choose|list|leave out|leave|skip|exclude|reject|drop|go (?:to|with|for)|"
    r"left))*)"
    r" ?(?P<x>.*)|\b(?:what|how) about (?P<x2>.+)|\bwhat happened to (?P<x3>.+)|"
    r"\bwhat(?:'s| is) wrong with (?P<x4>.+)|^and (?P<x6>[^?]{2,40})\?|\bwhy was (?P<x5>.+?) (?:left out|"
    r"excluded|not .+)"
)
_WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat makes\b|\breasons?\b|\bexplain\b|\bwhat(?:'s|"
    r" is) (?:so )?(?:good|special) about\b|\btell me (?:more )?about\b"
)
_DIFFERENT = re.compile(
    r"\b(?:something|somewhere|anything|anywhere|someplace) (?:else|different|"
    r"other)\b|\b(?:other|different|more|another|new|further|alternative) (?:options?|"
    r"ideas?|places?|choices?|suggestions?|ones?|pair|proposals?|alternatives?|"
    r"candidates?|results?|recommendations?)\b|"
    r"\balternatives?\b|\banother (?:one|two)\b|\bneither\b|\bnone of (?:these|"
    r"those|them|the two)\b|\bnot (?:these|those|either|any of)\b|\b(?:show|give|"
    r"find) me (?:more|others?|some others?|another)\b|\bdon'?t like (?:either|"
    r"these|those|them|any)\b|"
    r"\btry again\b|\bwhat else\b|\bany others?\b|\bnext (?:ones?|two|pair)\b|\bkeep looking\b|\bsurprise me\b"
)
_TASTE = re.compile(
    r"\bwhat (?:do|have) you (?:know|remember|learn(?:ed|t)?|think|got|have on file|"
    r"noted?)\b|\bdo you (?:know|remember) (?:what|which|who|if|whether|how|that|"
    r"my|where)\b|\bwhat(?:'s| is| are) my\b|\bwhat (?:do|did|does|would) (?:i|"
    r"he|she|we|they) (?:like|love|prefer|hate|dislike|usually|avoid|enjoy|eat|"
    r"drink|want|think|say|order)\w*\b|"
    r"\b(?:do|does|did|am|would|is) (?:i|he|she|we|my \w+) (?:really |still |"
    r"actually |ever )?(?:like|love|prefer|hate|dislike|eat|drink|enjoy|allergic|"
    r"avoid|fond|want|mind|go|been|a fan|like)\b|\b(?:my|his|her) (?:taste|preferences?|"
    r"usual|memory|notes|allerg(?:y|ies)|favou?rites?)\b.*\?|"
    r"\bwhat(?:'s| is| are) (?:his|her|their|[a-z]+'s) (?:\w+ ){0,3}(?:preferences?|tastes?|likes|dislikes|"
    r"favou?rites?|allerg(?:y|ies)|habits?|routines?|diet|budget|usual)\b|"
    r"\b(?:tell|show|remind|list|give|describe|sum up|summari[sz]e)(?: me)? (?:\w+ ){0,3}"
    r"(?:(?:you|we|is) know(?:n)? (?:about|of) (?:me|my|him|his|her|us)\b|(?:my|his|her) (?:\w+ ){0,2}"
    r"(?:tastes?|preferences?|likes|dislikes|habits?|allerg(?:y|ies)|notes|favou?rites?)\b)|"
    r"\b(?:who|what) am i\b|\bwhat (?:is|are) (?:he|she|they) allergic to\b|\bhave i (?:ever )?been\b|"
    r"\bwhen (?:did|was) i\b|\bwhat kind of .* do i\b"
)
_ABOUT = re.compile(
    r"\b(?:about|of|in|for|to|on)\b(?: my| his| her)?(?: (?:taste|preferences?|"
    r"tastes) (?:in|for|of|about|when it comes to))? (?P<x>.+)"
)
_COMPARED = re.compile(
    r"\b(?:cheaper|earlier|later|sooner|closer|nearer|quieter|calmer|louder|livelier|"
    r"bigger|larger|smaller|cosier|cozier|nicer|fancier|simpler|better|healthier|"
    r"lighter|warmer|cooler|faster|slower|longer|shorter|further|farther|brighter|"
    r"darker|newer|older|friendlier|"
    r"(?:less|more|fewer) [a-z-]+|not (?:so|as|that|too) [a-z]+|too (?:expensive|"
    r"loud|far|early|late|noisy|pricey|fancy|big|small|busy|touristy|[a-z]+y)|"
    r"without [a-z]+)\b"
)
_CHANGE = re.compile(
    r"\b(?:make (?:it|that)|change|instead|actually|rather|move (?:it|that)|switch|"
    r"push (?:it|that)|what if|on second thoughts?|let'?s (?:do|say|make)|could (?:it|"
    r"we|you) (?:be|do|make))\b"
)
_REQUEST = re.compile(
    rf"^{_POLITE}(?:(?:can|could|would|will) (?:you|we|i) (?:please |maybe |also |"
    rf"possibly |kindly )?|i(?:'d| would)? (?:really )?(?:like|love|want|need|"
    rf"wish)(?: you)?(?: to)? |i'?m (?:looking for|after|searching for|in the mood for|"
    rf"hungry|starving)|we(?:'re| are)? (?:looking for|want|need|hungry)(?: to)? |"
    rf""
    r"i (?:want|need|fancy|feel like) (?:to )?|help me |let'?s |please )?(?:find|"
    r"book|reserve|get|buy|order|recommend|suggest|show|search|look(?:ing)? for|"
    r"plan|arrange|organi[sz]e|need|want|fix|call|rent|hire|make|go|take|eat|"
    r"send|give|tell|play|write|remind|set|check)\b"
    r"|\b(?:find|book|reserve|get|recommend|suggest|show) (?:me|us) |\bi(?:'m|"
    r" am)? (?:looking for|need|want|fancy|feel like)\b|\b(?:any|some) (?:good |"
    r"nice |ideas?|suggestions?|recommendations?)|\bwhere (?:should|can|could|"
    r"to)\b"
)
_VAGUE = re.compile(
    r"\bsurprise (?:me|us)\b"
    r"|\b(?:any|some|got|have|your|need) (?:\w+ )?(?:ideas?|suggestions?|recommendations?|tips?)\b"
    rf"|\b(?:ideas?|suggestions?|recommendations?) ?\?|^{_POLITE}(?:(?:do )?(?:you|u|anyone|anybody) )?fancy \w"
    r"|\b(?:hungry|starving|peckish|famished|craving|feed (?:me|us)|murder an?|take (?:me|us) out|eat out|what'?s good|"
    r"where to(?:night| (?:go|eat))?|where (?:shall|should|can|do) (?:i|we) (?:go|eat))\b"
)
_ERRAND = re.compile(
    rf"^{_POLITE}(?:(?:can|could|would|will) (?:you|someone) )?(?:help (?:me|us) (?:with )?(?:my|our)|"
    r"(?!(?:suit|consider|mind|remember|respect|match|fit|use|like|for|with|not|no|without|near|at|in|to|by)\b)"
    r"[a-z]+ (?:my|our)) [a-z]"
)
_NEW_OBJECT = re.compile(
    r"\b(?:find|book|reserve|get|buy|order|recommend|suggest|need|want|like|looking for|"
    r"rent|fancy)(?: me| us| to \w+)? (?:an?|another|some|somewhere|something|"
    r"tickets?|the (?:best|nearest|cheapest))"
)
_ORDINALS = (
    re.compile(
        r"\b(?:first|1st|top|former|number one|no\.? ?1|#1|option (?:1|one|a)|the one on top|"
        r"main)\b|^\W*(?:1|one|a)\W*$"
    ),
    re.compile(
        r"\b(?:second|2nd|back-?up|latter|number two|no\.? ?2|#2|option (?:2|two|"
        r"b)|other one|the other|alternative|last one|plan b)\b|^\W*(?:2|two|b)\W*$"
    ),
)
_REJECTED = re.compile(
    r"\b(?:not|don'?t (?:want|like)|isn'?t|except|instead of|rather than|anything but|no to) (?:the |a )?$"
)
_KNOWS = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: both)?(?: already| just| often)? "
    r"(?:been|tried|eaten|visited|went|know|was)\b(?! (?:thinking|wondering))"
)
_CLOSE = 82  # rapidfuzz ratio of 100 at which a name counts as said


def courtesy(text: str) -> Intent | None:
    """Only a greeting, thanks or a goodbye, or a cry for help."""
    kinds: tuple[tuple[Intent, re.Pattern[str]], ...] = (("thanks", _THANKS), ("help", _HELP), ("greeting", _GREETING))
    return next((intent for intent, pattern in kinds if pattern.match(text)), None)


def is_refusal(text: str) -> bool:
    """Does not want to go on."""
    return bool(_REFUSE.match(text))


def is_yes(text: str) -> bool:
    """Only a yes."""
    return bool(_YES.match(text))


def begins_yes(text: str) -> bool:
    """Starts with a yes and goes on."""
    return bool(re.match(rf"^{_POLITE}(?:yes|yeah|yep|sure|ok|okay)\b", text))


def is_no(text: str) -> bool:
    """Only a no."""
    return bool(_NO.match(text))


def is_request(text: str) -> bool:
    """Asks for something to be found or done."""
    return bool(_REQUEST.search(text))


def is_new_request(text: str) -> bool:
    """Asks for a thing not spoken of before: "find me a …", not "book it"."""
    return is_request(text) and bool(_NEW_OBJECT.search(text))


def is_vague(text: str) -> bool:
    """Asks for ideas, or says that it is time, without naming a thing: "surprise me", "hungry, ideas?"."""
    return bool(_VAGUE.search(text))


def is_errand(text: str) -> bool:
    """Tells to do something with a thing of the person's: "walk my dog"."""
    return bool(_ERRAND.search(text))


def is_fresh_request(text: str) -> bool:
    """Begins by asking for a thing to be found, as one does for a new task: "find me a …"."""
    return bool(_FRESH.search(text))


def asks(text: str) -> bool:
    """Asks what, who, when, where or how something is; "how about" and "what about" propose."""
    return bool(_ASKS.search(text))


def looks_back(text: str) -> bool:
    """Asks about what the person did, and wants nothing done: "which wine did we have at Easter?"."""
    return bool(_LOOKS_BACK.search(text))


def takes_it(text: str) -> bool:
    """Takes what was proposed: "book it", "let's do that"."""
    return bool(_TAKE_IT.search(text))


def negates(text: str) -> bool:
    """Says first what it shall not be."""
    return bool(re.match(rf"^{_POLITE}(?:not|no|anything but|anywhere but)\b ?\w", text))


def changes(text: str) -> bool:
    """Says that something shall be otherwise."""
    return bool(_CHANGE.search(text))


def compared(text: str) -> tuple[str, ...]:
    """The comparatives in it: "cheaper", "less noisy"."""
    return tuple(match.group() for match in _COMPARED.finditer(text))


def wants_different(text: str) -> bool:
    """Wants a new pair."""
    return bool(_DIFFERENT.search(text)) and not _ABSENT.search(text)


_ABSENT = re.compile(r"\bwhy\b")


def why_not(text: str, original: str) -> str | None:
    """What it asks about: "why not Mizu?" gives "Mizu"; None where it does not ask that."""
    match = _WHY_NOT.search(text)
    if not match:
        return None
    name = next((g for g in ("x", "x2", "x3", "x4", "x5", "x6") if match.group(g) is not None), None)
    if name is None or (
        name == "x" and not re.search(r"not|n't|left|leave|exclude|reject|skip|drop|\bno\b", match.group())
    ):
        return None
    subject = original[match.start(name) : match.end(name)].strip().strip("?!. \"'")
    subject = re.sub(
        r"(?i)^(?:you )?(?:suggest|propose|show|include|recommend|go (?:to|with|for)|the place )\s*", "", subject
    )
    return re.sub(
        r"(?i)\s+(?:then|instead|left out|excluded|on the list|in there|there|not (?:there|suggested|included))$",
        "",
        subject,
    ).strip()


def resumes(text: str) -> str | None:
    """What it goes back to: "back to dinner" gives "dinner", "where were we?" nothing; None where it does not."""
    match = _RESUME.match(text)
    return (match["x"] or "") if match else None


def why(text: str) -> bool:
    """Asks for the reasons."""
    return bool(_WHY.search(text))


def taste(text: str, original: str) -> str | None:
    """What a question about taste or memory is about; None where it is no such question."""
    if not _TASTE.search(text) or (is_new_request(text) and "?" not in text):
        return None
    return original.strip().strip("?!. ")


def knows_it(text: str) -> bool:
    """Has been to what was proposed."""
    return bool(_KNOWS.search(text))


def chosen(text: str, names: tuple[str, ...]) -> int | None:
    """Which of the two on offer is taken, by place or by name; None where neither or both are."""
    taken = {
        number for number, pattern in enumerate(_ORDINALS) for m in pattern.finditer(text) if not _rejected(text, m)
    }
    refused = {number for number, pattern in enumerate(_ORDINALS) for m in pattern.finditer(text) if _rejected(text, m)}
    for number, name in enumerate(names):
        place = _named(text, fold(name))
        if place is not None:
            (refused if _REJECTED.search(text[:place]) else taken).add(number)
    if not taken and len(refused) == 1:
        taken = {0, 1} - refused
    return next(iter(taken)) if len(taken) == 1 else None


def _rejected(text: str, match: re.Match[str]) -> bool:
    return bool(_REJECTED.search(text[: match.start()]))


def _named(text: str, name: str) -> int | None:
    """Where the name (or its longest word) stands, with a slip of the finger forgiven; None where it does not."""
    words = [word for word in re.findall(r"[\w'’&-]+", name) if len(word) > 3] or [name]
    for wanted in (name, max(words, key=len)):
        size = len(wanted.split())
        said = list(re.finditer(r"[\w'’&-]+", text))
        for n in range(len(said) - size + 1):
            start, end = said[n].start(), said[n + size - 1].end()
            if fuzz.ratio(text[start:end], wanted) >= _CLOSE:
                return start
    return None
