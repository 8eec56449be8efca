"""The schema.org data of the box office's pages, as JSON-LD. https://schema.org/Event"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.biglietto.programme import Event
from demo.shared.words import clock_face

CONTEXT = "https://schema.org"
KINDS = {"Concert": "MusicEvent", "Theatre": "TheaterEvent", "Food fair": "FoodEvent", "Workshop": "EducationEvent"}
Node = dict[str, Any]


def local(event: Event, after: int = 0) -> str:
    """Give a local ISO date-time such as "2026-11-21T19:30", `after` minutes after the start."""
    return f"{event.date}T{clock_face(event.show.start + after)}"


def _offer(name: str, price: Decimal, left: int, quantity: int) -> Node:
    stock = "InStock" if left >= quantity else "SoldOut"
    return {
        "@type": "Offer",
        "name": name,
        "price": str(price),
        "priceCurrency": "EUR",
        "availability": f"{CONTEXT}/{stock}",
        "eligibleQuantity": {"@type": "QuantitativeValue", "value": quantity},
    }


def event_node(event: Event, url: str, offers: list[tuple[str, Decimal, int]], quantity: int) -> Node:
    """Describe an event; `offers` are (category, EUR for `quantity` tickets with fees, seats left)."""
    show, venue = event.show, event.show.venue
    return {
        "@context": CONTEXT,
        "@type": KINDS.get(show.kind, "Event"),
        "name": show.name,
        "url": url,
        "startDate": local(event),
        "endDate": local(event, show.lasts),
        "duration": f"PT{show.lasts}M",
        "description": show.about,
        "keywords": ", ".join((show.kind, *show.tags)),
        "performer": {"@type": "PerformingGroup", "name": show.by},
        "typicalAgeRange": f"{show.age}-",
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "location": {
            "@type": "Place",
            "name": venue.name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": venue.street,
                "addressLocality": venue.area,
                "addressRegion": "Port Aurel",
            },
        },
        "offers": [_offer(name, price, left, quantity) for name, price, left in offers],
    }


def reservation(event: Event, base: str, guest: str, total: Decimal, seats: str) -> Node:
    """Describe a reservation of tickets."""
    return {
        "@context": CONTEXT,
        "@type": "EventReservation",
        "underName": {"@type": "Person", "name": guest},
        "reservationFor": {
            "@type": "Event",
            "name": event.show.name,
            "startDate": local(event),
            "url": f"{base}/events/{event.slug}",
        },
        "reservedTicket": {"@type": "Ticket", "ticketedSeat": {"@type": "Seat", "seatSection": seats}},
        "totalPrice": str(total),
        "priceCurrency": "EUR",
    }
