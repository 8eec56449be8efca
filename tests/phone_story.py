"""The whole story on a phone, as a transcript: `python -m tests.phone_story [--voice]` (voice needs espeak-ng)."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.app.twilio_server import Sent, TwilioServer, twilio
from tests.journeys.support import OPENING, Service, Town, free_port, move_in

SPOKEN = ("find me somewhere to have dinner tonight", "yes", "for two people", "top", "go")


@dataclass
class Phone:
    """The owner's phone: what it sends, and what came back since."""

    server: TwilioServer
    seen: int = 0

    def write(self, text: str, answers: int = 1) -> list[Sent]:
        """Send words; the messages that came back, at least so many."""
        print(f"\n┌ You\n│ {text}")
        return self._send(self.server.message(text), answers)

    def say(self, text: str, answers: int = 1) -> list[Sent]:
        """Send a voice note of these words."""
        print(f"\n┌ You\n│ 🎤 (espeak-ng says: {text})")
        return self._send(self.server.message(**self.server.keep(note(text), "audio/ogg")), answers)

    def _send(self, form: dict[str, str], answers: int) -> list[Sent]:
        assert self.server.post(form).status_code == 200
        return self.show(answers)

    def show(self, answers: int = 1) -> list[Sent]:
        """Wait for so many further messages, and print them."""
        self.server.wait(self.seen + answers, 120)
        time.sleep(1.5)  # further parts of the same reply
        came = self.server.delivered()[self.seen :]
        self.seen += len(came)
        for sent in came:
            picture = f"[picture, {len(sent.media[0]) // 1000} kB]\n" if sent.media else ""
            print("┌ Recommend Flow\n│ " + (picture + sent.body).replace("\n", "\n│ "))
        return came


def note(text: str, voice: str = "en-us", speed: int = 140) -> bytes:
    """A voice note as WhatsApp sends it: Opus in Ogg, spoken by espeak-ng."""
    import av  # of the `voice` extra

    with tempfile.TemporaryDirectory() as folder:
        wav, ogg = Path(folder) / "said.wav", Path(folder) / "said.ogg"
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(wav), text], check=True)
        with av.open(str(wav)) as source, av.open(str(ogg), "w") as target:
            stream = target.add_stream("libopus", rate=48_000, layout="mono")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
            frames = [f for frame in source.decode(audio=0) for f in resampler.resample(frame)]
            for frame in [*frames, None]:
                target.mux(stream.encode(frame))
        return ogg.read_bytes()


def in_text(phone: Phone) -> None:
    """Question, numbers, more, the plan, Go, the receipt; and a STOP."""
    said = phone.write(OPENING)[-1].body
    while "Top choice" not in said:
        said = phone.write("1" if "1. " in said else "2")[-1].body
    phone.write("more")
    phone.write("1")
    phone.write("sounds good")
    phone.write("Go", answers=2)
    phone.write("STOP")


def spoken(phone: Phone) -> None:
    """The same by voice; the Go is typed."""
    for words in SPOKEN:
        phone.say(words)
    phone.write("Go", answers=2)


def main() -> None:
    """Print the transcript."""
    parser = argparse.ArgumentParser(prog="python -m tests.phone_story", description=__doc__)
    parser.add_argument("--voice", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rflow-phone-"))
    town = Town.start(folder / "town")
    try:
        home = move_in(folder / "home" / "marta", town.site)
        with twilio() as server:
            service = Service(home, free_port(), settings=server.settings()).start()
            server.service = service.url
            try:
                (spoken if options.voice else in_text)(Phone(server))
            finally:
                service.stop()
        print(f"\nThe site's own log: {[line.outcome for line in town.booked()]}")
    finally:
        town.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
