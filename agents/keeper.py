"""The keeper of the memory files: it writes notes down, takes them back, and puts proposals before the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.reasoning.offline.filing import file_under
from agents.reasoning.offline.lexis import content, fold
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.taste import contradictions
from agents.types import Clock
from memory import edits, learned, proposals, purge
from memory.evidence import Evidence
from memory.forget import Said, forget, forgettable
from memory.history import History
from memory.home import Home
from memory.learned import Learned
from memory.notes import FALLBACK, Place, Shelf, notes, one_line, remember, shelves
from memory.proposals import Proposal

_MOST = 5  # statements that are shown where it is in doubt which one is meant
_NEAR = 0.45  # cosine from which a statement can be meant


@dataclass(frozen=True, slots=True)
class Kept:
    """A note that stands in a file; `new` where it was written just now."""

    note: Evidence
    new: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as it is put before the person: where it would go, and what it would change."""

    proposal: Proposal
    place: Place
    diff: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """The one hand that writes in memory for chat, commands and other programs; errors are `RflowError`s."""

    home: Home
    history: History
    meaning: Meaning
    clock: Clock

    def note(self, text: str, source: str, place: Place | None = None) -> Kept:
        """Writes down what the person stated, under the heading of theirs that fits; never the same words twice.

        Args:
            source: where it was said, one word ("web").
            place: file and heading, where they are known.
        """
        said = fold(one_line(text)).strip(" .!")
        if standing := next((n for n in notes(self.home) if fold(n.quote).strip(" .!") == said), None):
            return Kept(standing, new=False)
        place = place or self.place(text)
        return Kept(remember(self.home, self.history, *place, text, self.clock().date(), source), new=True)

    def place(self, text: str, among: Sequence[Shelf] = ()) -> Place:
        """The file and heading that a note belongs under; `among` narrows the choice, and is then never left."""
        found = file_under(text, among or shelves(self.home), self.meaning)
        return among[0].place if among and found not in [s.place for s in among] else found

    def undo(self, commit: str = "", asked: str = "") -> Learned:
        """Takes back one thing that was learned: the last, or the one named; once for each message that asks."""
        return learned.undo(self.home, self.history, commit, asked)

    def log(self, limit: int = 20) -> tuple[Learned, ...]:
        """What was learned, newest first."""
        return learned.learned(self.history, limit)

    def changes(self, limit: int = 50, under: tuple[str, ...] = learned.EDITABLE) -> tuple[Learned, ...]:
        """What was learned and edited in these folders or files, newest first."""
        return learned.learned(self.history, limit, under)

    def can_undo(self, entry: Learned) -> bool:
        """Whether `undo` can take it back: its lines stand as they were written."""
        return learned.can_undo(self.home, entry)

    def edit(self, path: str, text: str, if_match: str | None) -> str:
        """Writes a file of the person's as they edited it, and commits that; the new etag."""
        return edits.edit(self.home, self.history, path, text, if_match)

    def keep(self, stem: str, text: str, message: str) -> str:
        """Writes a new file of ours, which `undo` takes back; its path."""
        return edits.keep(self.home, self.history, stem, text, message)

    def remove(self, path: str, if_match: str) -> None:
        """Deletes a file of the person's; its history keeps it."""
        edits.remove(self.home, self.history, path, if_match)

    def contradictions(self) -> tuple[tuple[Evidence, Evidence], ...]:
        """The notes that say the opposite of each other, the newer first."""
        return contradictions(notes(self.home), self.meaning)

    def meant(self, subject: str) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """The statements that say all of a subject's words, and the few others that come near it, nearest first."""
        known, words = forgettable(self.home), content(subject)
        if not known or not words:
            return (), ()
        near = self.meaning.near([subject], [n.quote for n in known])[0]
        ranked = sorted(zip(near, known, strict=True), key=lambda pair: -pair[0])
        sure = tuple(n for _, n in ranked if words <= content(n.quote))
        return sure[:_MOST], tuple(n for fit, n in ranked[:_MOST] if fit >= _NEAR)

    def forget(self, notes: Sequence[Evidence]) -> tuple[str, ...]:
        """Removes these statements' lines; tells from where."""
        return forget(self.home, self.history, notes)

    def past(self, subject: str) -> tuple[str, ...]:
        """The lines of git's past that say all of a subject's words; raises Conflict where it cannot be rewritten."""
        words = content(subject)
        return purge.past(self.history, lambda line: bool(words) and words <= content(line))

    def purge(self, lines: Sequence[str]) -> int:
        """Takes what these lines say out of git's past; how many commits said it."""
        return purge.purge(self.history, Said(lines))

    def proposals(self) -> tuple[Shown, ...]:
        """What waits for the person, oldest first, each with its diff."""
        return tuple(self._shown(p) for p in proposals.waiting(self.home))

    def _shown(self, proposal: Proposal) -> Shown:
        place = proposal.place or self.place(proposal.text)
        return Shown(proposal, place, proposals.diff(self.home, proposal, self.clock().date(), place))

    def accept(self, name: str, text: str = "", source: str = "") -> Evidence:
        """Writes a proposal down; with `text`, in the person's own words."""
        found = next((p for p in proposals.waiting(self.home) if p.id == name), None)
        place = self.place(text or found.text) if found else FALLBACK
        return proposals.accept(self.home, self.history, name, self.clock().date(), place, text, source)

    def refuse(self, name: str) -> Proposal:
        """Puts a proposal away for good."""
        return proposals.refuse(self.home, name)
