"""Voice: spoken words as text, on this machine (the Moonshine model of the `voice` extra, decoded with PyAV)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from memory.errors import BadInput, Unavailable
from workflows.model import Workflow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

RATE = 16_000
"""Samples a second that the model takes."""

LONGEST = 120
"""Seconds of a voice note that are listened to."""

SHORTEST = 0.3
"""Seconds under which nothing is said."""

CLEAR = 0.6
"""How far the ways of listening must agree (1: word for word) before the words are acted on."""

ANSWERS = "the top the backup something different no thanks yes stop cancel more tonight today tomorrow"

RATES = (0.4, 6.0)
"""Words a second that are speech: fewer are a noise that sounded like one, more are invented."""

NOTHING = {"you", "i", "oh", "uh", "um", "hm", "the", "a", "and", "so", "bye", "thank"}
"""What the model makes of a cough or of traffic, where it stands alone."""

OPTIONS = {
    "identify_speakers": "false",
    "return_audio_data": "false",
    "vad_threshold": "0.0",  # its voice detector cuts off breaths as lines of their own: "You", "I"
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of a recording.

    Attributes:
        text: the words; may be wrong where `clear` is False.
        seconds: its length.
        clear: the words can be acted on; otherwise they are asked back.
    """

    text: str
    seconds: float
    clear: bool


class Voice:
    """Listens to recordings in any format that FFmpeg reads. Thread-safe; the model is loaded at the first one.

    The model gives no measure of its certainty. So it listens more than once, with silence around the sound, a little
    slower, and as it is: where all say the same it is right, and where they do not it is guessing.

    Args:
        vocabulary: words that are likely here, in lower case; among takes that differ they count like agreement.
    """

    def __init__(self, vocabulary: Callable[[], Collection[str]] = frozenset) -> None:
        self._vocabulary = vocabulary
        self._one_at_a_time = threading.Lock()

    @staticmethod
    def installed() -> bool:
        """Whether this machine has the model and the decoder."""
        return find_spec("moonshine_voice") is not None and find_spec("av") is not None

    def transcribe(self, path: Path) -> Heard:
        """The words of a recording.

        Raises:
            BadInput: it is no recording, or longer than two minutes.
            Unavailable: the `voice` extra is not installed here.
        """
        if not self.installed():
            raise Unavailable("Voice notes cannot be heard on this machine.", "Please type it.")
        sound = _decode(path)
        seconds = len(sound) / RATE
        if seconds < SHORTEST or not np.any(sound):
            return Heard("", seconds, clear=False)
        with self._one_at_a_time:
            takes = self._takes_of(sound)
        agreed = [sum(_agreement(one, other) for other in takes) - 1 for one in takes]
        likely = [a / (len(takes) - 1) + self._known(take) for a, take in zip(agreed, takes, strict=True)]
        best = likely.index(max(likely))
        clear = agreed[best] / (len(takes) - 1) >= CLEAR and _is_speech(takes[best], seconds)
        return Heard(takes[best], seconds, clear)

    @cached_property
    def _model(self) -> Any:
        from moonshine_voice.moonshine_api import ModelArch  # heavy, and not on every machine
        from moonshine_voice.transcriber import Transcriber
        from moonshine_voice.utils import get_model_path

        return Transcriber(get_model_path("tiny-en"), ModelArch.TINY, options=OPTIONS)

    def _takes_of(self, sound: Samples) -> list[str]:
        """What was heard each time; the third time only where the first two differ."""
        first, second, third = _takes(sound)
        heard = [self._listen(first), self._listen(second)]
        return heard if _agreement(*heard) == 1 else [*heard, self._listen(third)]

    def _listen(self, sound: Samples) -> str:
        lines = self._model.transcribe_without_streaming(sound.tolist(), RATE).lines
        return " ".join(text for line in lines if (text := line.text.strip()))

    def _known(self, text: str) -> float:
        vocabulary, said = self._vocabulary(), _words(text)
        return sum(word in vocabulary for word in said) / len(said) if said else 0.0


def vocabulary(workflows: Iterable[Workflow]) -> frozenset[str]:
    """The words that one says to workflows: their examples, questions and options, and how one answers."""
    said = [ANSWERS]
    for workflow in workflows:
        said += workflow.examples
        said += [f"{d.name} {d.ask} {' '.join(d.options)}" for d in workflow.details]
    return frozenset(word for text in said for word in _words(text.replace("_", " ")))


def _decode(path: Path) -> Samples:
    """The sound as one channel at the model's rate, between -1 and 1."""
    import av  # not on every machine

    parts: list[Samples] = []
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                parts += _resampled(resampler, frame)
                if sum(map(len, parts)) > LONGEST * RATE:
                    raise BadInput(
                        f"I listen to voice notes of up to {LONGEST} seconds.", "Say it shorter, or type it."
                    )
            parts += _resampled(resampler, None)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise BadInput("That is no voice note that I can play.", "Record it again, or type it.") from error
    return np.concatenate(parts) if parts else np.zeros(0)


def _resampled(resampler: Any, frame: Any) -> list[Samples]:
    return [part.to_ndarray().ravel().astype(np.float64) for part in resampler.resample(frame)]


def _takes(sound: Samples) -> tuple[Samples, Samples, Samples]:
    """The three ways of listening, each as loud as can be."""
    loud = sound / np.max(np.abs(sound)) * 0.9
    padded = np.concatenate([np.zeros(int(0.3 * RATE)), loud, np.zeros(int(0.5 * RATE))])
    slower = np.interp(np.arange(0, len(loud) - 1, 0.88), np.arange(len(loud)), loud)
    return padded, slower, loud


def _is_speech(text: str, seconds: float) -> bool:
    said = _words(text)
    return not NOTHING.issuperset(said) and RATES[0] <= len(said) / seconds <= RATES[1]


def _agreement(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(_words(one), _words(other))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())
