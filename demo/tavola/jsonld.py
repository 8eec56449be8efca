"""The schema.org data that the pages carry, as JSON-LD. https://schema.org/Restaurant"""

from __future__ import annotations

import datetime as dt
from typing import Any

from demo.shared.words import WEEKDAYS, clock_face, item_list, rating_node, review_nodes
from demo.tavola.places import MenuItem, Place

CONTEXT = "https://schema.org"
DIET = {"vegetarian": "VegetarianDiet", "vegan": "VeganDiet", "gluten-free": "GlutenFreeDiet"}
Node = dict[str, Any]


def local(date: dt.date, start: int) -> str:
    """Give a local ISO date-time such as "2026-11-21T19:30"."""
    return f"{date}T{clock_face(start)}"


def card(place: Place, base: str, date: dt.date, starts: list[int]) -> Node:
    """Describe a place as the listing shows it, with `starts` as offers in the order given."""
    return {
        "@context": CONTEXT,
        "@type": "Restaurant",
        "@id": f"{base}/restaurants/{place.slug}#restaurant",
        "name": place.name,
        "url": f"{base}/restaurants/{place.slug}",
        "servesCuisine": list(place.cuisine),
        "priceRange": f"{place.price} EUR per person",
        "currenciesAccepted": "EUR",
        "description": f"{place.about} {place.ambience}",
        "keywords": ", ".join(place.mood),
        "acceptsReservations": True,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.street,
            "addressLocality": place.area,
            "addressRegion": "Port Aurel",
        },
        "aggregateRating": rating_node(place.rating),
        "offers": [{"@type": "Offer", "availabilityStarts": local(date, start)} for start in starts],
    }


def listing(places: list[Place], base: str) -> Node:
    """Describe the order of a listing."""
    return item_list((place.name, f"{base}/restaurants/{place.slug}") for place in places)


def _dish(item: MenuItem) -> Node:
    contains = f"contains: {', '.join(item.contains)}" if item.contains else ""
    return {
        "@type": "MenuItem",
        "name": item.name,
        "description": ". ".join(part for part in (item.description, contains) if part),
        "suitableForDiet": [f"{CONTEXT}/{DIET[diet]}" for diet in item.diets],
        "offers": {"@type": "Offer", "price": f"{item.price:.2f}", "priceCurrency": "EUR"},
    }


def full(place: Place, base: str, date: dt.date, starts: list[int]) -> Node:
    """Describe a place as its own page shows it: with menu, reviews and opening hours."""
    sections = [
        {"@type": "MenuSection", "name": s.name, "hasMenuItem": [_dish(item) for item in s.items]} for s in place.menu
    ]
    hours = [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"{CONTEXT}/{WEEKDAYS[o.weekday]}",
            "opens": clock_face(o.opens),
            "closes": clock_face(o.closes),
        }
        for o in place.hours
    ]
    return card(place, base, date, starts) | {
        "hasMenu": {"@type": "Menu", "inLanguage": "en", "hasMenuSection": sections},
        "review": review_nodes(place.reviews),
        "openingHoursSpecification": hours,
        "maximumAttendeeCapacity": place.seats,
    }


def reservation(
    place: Place, base: str, guest: str, when: tuple[dt.date, int], party: int, charge: str, number: str, status: str
) -> Node:
    """Describe a reservation; `status` is a schema.org ReservationStatusType, `number` empty until there is one."""
    node: Node = {
        "@context": CONTEXT,
        "@type": "FoodEstablishmentReservation",
        "reservationStatus": f"{CONTEXT}/{status}",
        "startTime": local(*when),
        "partySize": party,
        "totalPrice": charge,
        "priceCurrency": "EUR",
        "underName": {"@type": "Person", "name": guest},
        "reservationFor": {
            "@type": "Restaurant",
            "name": place.name,
            "url": f"{base}/restaurants/{place.slug}",
            "address": {"@type": "PostalAddress", "streetAddress": place.street, "addressLocality": place.area},
        },
    }
    return node | ({"reservationNumber": number} if number else {})
