"""`python -m tests.evals.speech`: how well voice notes are heard: errors, what is asked back, time and memory.

The clips are people's; the requests are spoken by espeak-ng, whose voices the model was not made for. `CLEAR` and the
vocabulary's weight were chosen on the first half of the requests; the second half was held back.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from app.voice import Heard, Voice, vocabulary
from tests.evals.support import data_folder
from workflows import registry
from workflows.registry import Registry

REQUESTS = (Path(__file__).parent / "requests.txt").read_text().splitlines()
VOICES = (("en-us", 140), ("en-gb", 140), ("en-us+f3", 150), ("en-us+m3", 150))
FOREIGN = {
    "de": "Ich hätte gern einen Tisch am Fenster für heute Abend",
    "fr": "Je voudrais une chambre avec vue pour deux nuits",
    "pt": "Queria marcar um jantar para quatro pessoas no sábado",
    "it": "Vorrei due biglietti per il concerto di domani",
}
UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty"}


@dataclass(frozen=True)
class Clip:
    """A recording and what is said in it."""

    file: Path
    said: str


def words(text: str) -> list[str]:
    """The words, however numbers, “Mr.” and hyphens are written."""
    text = re.sub(r"(\d+):00\b", r"\1 o'clock", text.casefold()).replace(":", " ").replace("mr.", "mister")
    return re.findall(r"[a-z']+", re.sub(r"\d+", lambda found: _spelt(int(found[0])), text.replace("-", " ")))


def _spelt(number: int) -> str:
    if number < len(UNITS):
        return UNITS[number]
    ten = number // 10 * 10
    return f"{TENS.get(ten, '')} {UNITS[number - ten] if number > ten else ''}" if ten in TENS else str(number)


def errors(clip: Clip, heard: Heard) -> int:
    """Words to change, add or leave out."""
    return Levenshtein.distance(words(clip.said), words(heard.text))


def spoken(folder: Path) -> list[Clip]:
    """The requests, by voices in turn."""
    return [Clip(_say(text, folder / f"{n}.wav", *VOICES[n % len(VOICES)]), text) for n, text in enumerate(REQUESTS)]


def _say(text: str, file: Path, voice: str, speed: int = 150) -> Path:
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(file), text], check=True)
    return file


def people() -> list[Clip]:
    """The clips of the data folder that come with their words; none where RFLOW_DATA names no such folder."""
    data = data_folder()
    folder = (data or Path()) / "8_channel" / "audio"
    return [Clip(f.with_suffix(".wav"), f.read_text().strip()) for f in sorted(folder.glob("sense*.txt"))]


def unclear(folder: Path, clear: list[Clip]) -> Iterator[Clip]:
    """Recordings that nobody should act on: noise, tones, silence, speech under noise, backwards, of other tongues."""
    rng = np.random.default_rng(6)
    for number in range(4):
        yield _write(folder / f"noise{number}.wav", rng.normal(0, 0.05 * 3**number / 10, 48_000))
        beat = np.sin(np.arange(48_000) * (number + 1) / 20) * 0.3
        yield _write(folder / f"tone{number}.wav", beat)
    yield _write(folder / "silence.wav", np.zeros(32_000))
    for number, clip in enumerate(clear[:12]):
        sound = _read(clip.file)
        yield _write(folder / f"backwards{number}.wav", sound[::-1])
        loud = float(np.sqrt(np.mean(sound**2)))
        yield _write(folder / f"drowned{number}.wav", sound + rng.normal(0, loud * 2, len(sound)), clip.said)
        yield _write(folder / f"cut{number}.wav", sound * (np.arange(len(sound)) // 2400 % 2), clip.said)
    for tongue, text in FOREIGN.items():
        yield Clip(_say(text, folder / f"{tongue}.wav", tongue), "")


def _read(file: Path) -> NDArray[np.float64]:
    with wave.open(str(file)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32_768


def _write(file: Path, sound: NDArray[np.float64], said: str = "") -> Clip:
    with wave.open(str(file), "wb") as target:
        target.setparams((1, 2, 22_050, 0, "NONE", ""))
        target.writeframes((sound.clip(-1, 1) * 32_767).astype("<i2").tobytes())
    return Clip(file, said)


def run(folder: Path) -> None:
    """Measure, and print the table."""
    if not Voice.installed() or shutil.which("espeak-ng") is None:
        print("Skipped: speech needs the voice extra and espeak-ng.")
        return
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    likely = vocabulary(Registry(registry.LIBRARY, folder).all())
    requests = spoken(folder)
    half = len(requests) // 2
    sets = {"clips of people": people(), "requests, first half": requests[:half], "held back": requests[half:]}
    for name, voice in {"with": Voice(lambda: likely), "without": Voice()}.items():
        print(f"\n{name} the workflows' words")
        for title, clips in sets.items():
            if clips:
                _tell(title, clips, voice)
    voice = Voice(lambda: likely)
    acted = [(c, h) for c in unclear(folder, requests) if (h := voice.transcribe(c.file)).clear]
    wrong = [(c, h) for c, h in acted if not c.said or errors(c, h) > len(words(c.said)) / 2]
    total = sum(1 for _ in folder.glob("*.wav")) - len(requests)
    back = total - len(acted)
    print(f"\nunclear: {total} recordings, {back} asked back, {len(acted)} heard, {len(wrong)} of them wrongly")
    for clip, heard in wrong:
        print(f"  {clip.file.stem}: {heard.text!r}")
    print(
        f"memory of the model and its work: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024} MB"
    )


def _tell(title: str, clips: list[Clip], voice: Voice) -> None:
    began, worked = time.perf_counter(), time.process_time()
    heard = [voice.transcribe(clip.file) for clip in clips]
    took, work = time.perf_counter() - began, time.process_time() - worked
    pairs = list(zip(clips, heard, strict=True))
    rate = _rate(pairs)
    acted = [(c, h) for c, h in pairs if h.clear]
    seconds = sum(h.seconds for h in heard)
    print(
        f"  {title}: word error rate {rate:.1%}; {len(acted)} of {len(pairs)} acted on, at {_rate(acted):.1%}; "
        f"{took / seconds:.2f} of real time, {work / seconds:.2f} of one core"
    )


def _rate(pairs: list[tuple[Clip, Heard]]) -> float:
    return sum(errors(c, h) for c, h in pairs) / max(1, sum(len(words(c.said)) for c, _ in pairs))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rflow-speech-") as made:
        run(Path(made))
