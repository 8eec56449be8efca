import datetime as dt

import pytest

from demo.shared.words import AREAS, clock_face
from demo.tavola.availability import Taken, free_tables
from demo.tavola.places import Place, load_places

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
EIGHT = 20 * 60
NAMED = """Casa Bruma, Forno Adele, Chez Odile, Taberna Quinze, Mizu, Little Damascus, The Copper Kettle,
Hammer & Tongue, Lanterna, Ortica, Quiet Anchor, Sete Mares, Velvet Room, Brasa Viva, Golden Carp, Alto Mare"""


def test_the_town_has_enough_to_choose_from(places: dict[str, Place]) -> None:
    assert len(places) >= 64
    assert {place.area for place in places.values()} == set(AREAS)
    assert len({cuisine for place in places.values() for cuisine in place.cuisine}) >= 15
    assert {name.strip() for name in NAMED.split(",")} <= {place.name for place in places.values()}
    assert places["lanterna"].seats == 24


def test_every_menu_and_review_is_complete(places: dict[str, Place]) -> None:
    for place in places.values():
        dishes = [item for section in place.menu for item in section.items]
        assert 6 <= len(dishes) <= 12, place.name
        assert 2 <= len(place.reviews) <= 4, place.name
        assert all(review.date < NOW.date() for review in place.reviews), place.name


def test_marks_agree_with_allergens(places: dict[str, Place]) -> None:
    wrong = [
        (place.name, item.name)
        for place in places.values()
        for section in place.menu
        for item in section.items
        if ("gluten-free" in item.diets and "gluten" in item.contains)
        or ("vegetarian" in item.diets and {"fish", "shellfish"} & set(item.contains))
        or ("vegan" in item.diets and {"fish", "shellfish", "milk", "eggs"} & set(item.contains))
    ]
    assert wrong == []


def test_any_evening_has_free_tables_and_some_evenings_full_favourites(places: dict[str, Place]) -> None:
    days = [NOW.date() + dt.timedelta(days=n) for n in range(60)]
    free = {day: {s for s, p in places.items() if EIGHT in free_tables(p, day, 2, (), NOW)} for day in days}
    liked = {s for s, p in places.items() if p.rating[0] >= 4.4 and p.price <= 60}
    assert min(len(slugs & liked) for slugs in free.values()) >= 5
    fridays = [day for day in days if day.weekday() == 4]
    full = {slug for day in fridays for slug in liked - free[day]}
    assert any(free_tables(places[slug], day, 2, (), NOW) for day in fridays for slug in full - free[day])


def test_what_is_free_is_the_same_each_time_and_differs_by_day(places: dict[str, Place]) -> None:
    def week(place: Place) -> list[list[int]]:
        return [list(free_tables(place, NOW.date() + dt.timedelta(days=n), 2, (), NOW)) for n in range(1, 8)]

    first = {slug: week(place) for slug, place in places.items()}
    assert first == {slug: week(place) for slug, place in load_places().items()}
    mizu = [tuple(day) for day in first["mizu"]]
    assert len(set(mizu)) >= 3


def test_each_start_lies_in_the_opening_hours_on_the_grid(places: dict[str, Place]) -> None:
    lanterna = places["lanterna"]
    saturday = dt.date(2026, 11, 21)
    times = [clock_face(start) for start in free_tables(lanterna, saturday, 2, (), NOW)]
    assert times
    assert all("18:30" <= time <= "22:00" and time[3:] in ("00", "30") for time in times)
    monday = dt.date(2026, 11, 23)
    assert free_tables(lanterna, monday, 2, (), NOW) == {}


def test_weekdays_may_run_over_the_weekend(places: dict[str, Place]) -> None:
    closed = [day for day, span in places["ortica"].week() if span == "Closed"]
    assert closed == ["Tuesday"]


def test_nothing_at_or_before_now_is_offered(places: dict[str, Place]) -> None:
    evening = dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)
    assert min(free_tables(places["lanterna"], evening.date(), 2, (), evening)) > EIGHT
    assert free_tables(places["lanterna"], evening.date() - dt.timedelta(days=1), 2, (), evening) == {}


@pytest.mark.parametrize("party", [0, -1, 13, 500])
def test_no_table_for_an_impossible_party(places: dict[str, Place], party: int) -> None:
    assert all(free_tables(place, dt.date(2026, 11, 21), party, (), NOW) == {} for place in places.values())


def test_a_taken_table_blocks_its_whole_stay_and_no_more(places: dict[str, Place]) -> None:
    place = places["lanterna"].model_copy(update={"tables": (2,), "busy": 0.0})
    saturday = dt.date(2026, 11, 21)
    times = [clock_face(start) for start in free_tables(place, saturday, 2, [Taken(0, EIGHT, 2)], NOW)]
    assert times == ["18:30", "21:30", "22:00"]
