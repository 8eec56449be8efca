"""UCI's restaurant ratings: whether what is proposed from half of what somebody thinks is what they rate highest."""

from __future__ import annotations

import asyncio
import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean

from agents.orchestrator.rank import rank
from agents.preference_proxy import PreferenceProxy
from agents.preference_proxy.proxy import question_for
from agents.reasoning.checked import Checked
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.types import Candidate
from memory.embeddings import Embedder
from memory.index import Index
from memory.retrieve import Retriever
from tests.evals.support import Measured, home_in
from workflows.model import Limits, Workflow

BEST = 2
SEEN = "2026-11-21T10:00:00+00:00"
FLOW = Workflow(
    "eat-out", "Find a restaurant that fits you.", "", "", "Find a restaurant", ("a place to eat",), (), (), Limits()
)
_THOUGHT = {2: "I loved", 1: "I found all right", 0: "I did not like"}
Ratings = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Town:
    """The places with what their pages would say, and what each person thinks of those that they rated."""

    places: dict[str, dict[str, str]]
    cuisines: dict[str, list[str]]
    payments: dict[str, list[str]]
    parking: dict[str, list[str]]
    ratings: Ratings
    likes: dict[str, list[str]]
    pays: dict[str, list[str]]


def measure(data: Path, folder: Path, embedder: Embedder) -> list[Measured]:
    """Top 1, and top 1 or backup, rated 2 by that person, beside the others' favourites; half of the people held back.

    Half of a person's ratings are their notes, with the kitchens they say they like; the other half are the candidates,
    each with the mean of the others' ratings on its page. The ceiling is the share of people who rate one of them 2.
    """
    town = _town(data / "7_recommend")
    names = ("top 1", "top 1 or backup", "popularity, first", "popularity, first two", "ceiling")
    rows = [Measured(f"UCI restaurants rated 2: {name}") for name in names]
    for number, person in enumerate(sorted(town.ratings)):
        rated = town.ratings[person]
        known, candidates = _halves(person, rated)
        page = [_candidate(place, person, town) for place in candidates]
        proposed = asyncio.run(_proposed(page, _notes(person, known, town), folder / person, embedder))
        popular = sorted(candidates, key=lambda place: -_mean(place, person, town.ratings))[:2]
        for row, chosen in zip(rows, (proposed[:1], proposed, popular[:1], popular, candidates), strict=True):
            row.add(any(rated[place] == BEST for place in chosen), held_back=number % 2 == 1)
    return rows


async def _proposed(page: Sequence[Candidate], notes: str, folder: Path, embedder: Embedder) -> list[str]:
    with home_in(folder) as home:
        (home.root / "memory" / "food.md").write_text(notes)
        index = Index(home, embedder)
        index.sync()
        reasoner, retriever = Checked(OfflineReasoner(embedder.embed)), Retriever(index)
        known = await PreferenceProxy(retriever, reasoner).gather(question_for(FLOW, "a place to eat"))
        ranked = await rank(tuple(page), FLOW, {}, (), False, known, retriever, reasoner, request="a place to eat")
        index.close()
    options = [ranked.decision.top, ranked.decision.backup] if ranked.decision else []
    return [option.id for option in options if option]


def _halves(person: str, rated: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
    places = random.Random(person).sample(sorted(rated), len(rated))
    half = len(places) // 2
    return {place: rated[place] for place in places[:half]}, places[half:]


def _notes(person: str, known: Mapping[str, int], town: Town) -> str:
    """What the person says they like, and what they thought of the places of one half."""
    likes = [f"- I like {kitchen} food." for kitchen in town.likes[person]]
    pays = [f"- I pay by {way}." for way in town.pays[person]]
    thought = [
        f"- {_THOUGHT[rating]} {town.places[place]['name']}: {_about(place, town)}." for place, rating in known.items()
    ]
    return "\n".join(["# Food", "", "## What I like", "", *likes, *pays, "", "## Where I ate", "", *thought, ""])


def _about(place: str, town: Town) -> str:
    """A place in a few words, as its page and a guest would say it."""
    told = town.places[place]
    kitchens = " and ".join(town.cuisines[place]) or "local"
    words = [
        f"{kitchens} food",
        f"{told['price']} prices",
        f"{told['Rambience']} atmosphere",
        f"{told['dress_code']} dress",
    ]
    words.append("no alcohol" if told["alcohol"] == "No Alcohol Served" else told["alcohol"].lower())
    words.append("no smoking" if told["smoking_area"] in ("none", "not permitted") else "smoking allowed")
    return ", ".join([*words, f"{told['area']} room"])


def _candidate(place: str, person: str, town: Town) -> Candidate:
    told = town.places[place]
    others = [rated[place] for who, rated in town.ratings.items() if place in rated and who != person]
    facts = {
        "servesCuisine": town.cuisines[place],
        "description": _about(place, town),
        "priceRange": told["price"],
        "paymentAccepted": ", ".join(town.payments[place]),
        "keywords": [f"parking: {kind}" for kind in town.parking[place] if kind != "none"],
        "address": {"addressLocality": told["city"]},
    }
    if others:
        rating = {"ratingValue": round(1 + 2 * fmean(others), 2), "bestRating": 5, "ratingCount": len(others)}
        facts["aggregateRating"] = rating
    return Candidate(id=place, name=told["name"], url=f"http://town.localhost/{place}", facts=facts, seen_at=SEEN)


def _mean(place: str, person: str, ratings: Ratings) -> float:
    others = [rated[place] for who, rated in ratings.items() if place in rated and who != person]
    return fmean(others) if others else 0.0


def _town(folder: Path) -> Town:
    ratings: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(folder / "rating_final.csv"):
        ratings[row["userID"]][row["placeID"]] = int(row["rating"])
    places = {row["placeID"]: row for row in _rows(folder / "geoplaces2.csv")}
    return Town(
        places=places,
        cuisines=_listed(folder / "chefmozcuisine.csv"),
        payments=_listed(folder / "chefmozaccepts.csv"),
        parking=_listed(folder / "chefmozparking.csv"),
        ratings={who: {p: r for p, r in rated.items() if p in places} for who, rated in ratings.items()},
        likes=_listed(folder / "usercuisine.csv"),
        pays=_listed(folder / "userpayment.csv"),
    )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="latin-1", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {name: value.replace("_", " ").strip() for name, value in row.items()}


def _listed(file: Path) -> dict[str, list[str]]:
    """The second column's values by the first one's."""
    found: dict[str, list[str]] = defaultdict(list)
    with file.open(encoding="latin-1", newline="") as lines:
        for of, what, *_ in islice(csv.reader(lines), 1, None):
            found[of].append(what.replace("_", " "))
    return found
