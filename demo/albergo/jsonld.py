"""The schema.org data of Albergo's pages, as JSON-LD. https://schema.org/Hotel"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.albergo.houses import House, Room
from demo.albergo.stay import Stay
from demo.shared.words import Review, rating_node, review_nodes

CONTEXT = "https://schema.org"
Node = dict[str, Any]


def offer(room: Room, rate: str, total: Decimal, left: int) -> Node:
    """Describe a room at a rate for a whole stay, with taxes and fees."""
    return {
        "@type": "Offer",
        "name": f"{room.name} room, {rate}",
        "price": str(total),
        "priceCurrency": "EUR",
        "availability": f"{CONTEXT}/{'InStock' if left else 'SoldOut'}",
        "itemOffered": {
            "@type": "HotelRoom",
            "name": f"{room.name} room",
            "occupancy": {"@type": "QuantitativeValue", "maxValue": room.sleeps},
        },
    }


def card(house: House, url: str, offers: list[Node]) -> Node:
    """Describe a house as the listing shows it; `offers` are for the whole stay."""
    return {
        "@context": CONTEXT,
        "@type": "Hotel" if house.kind == "Hotel" else "LodgingBusiness",
        "name": house.name,
        "url": url,
        "description": f"{house.about} {house.kind}, {house.keeper}.",
        "keywords": ", ".join((house.kind, *house.good)),
        "numberOfRooms": sum(room.count for room in house.rooms),
        "checkinTime": "15:00",
        "checkoutTime": "11:00",
        "petsAllowed": "pets" in house.good,
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": name, "value": True} for name in house.good
        ],
        "address": {
            "@type": "PostalAddress",
            "streetAddress": house.street,
            "addressLocality": house.area,
            "addressRegion": house.place,
        },
        "aggregateRating": rating_node(house.rating),
        "makesOffer": offers,
    }


def full(node: Node, reviews: tuple[Review, ...]) -> Node:
    """Describe a house as its own page shows it: with reviews."""
    return node | {"review": review_nodes(reviews)}


def reservation(house: House, room: Room, stay: Stay, base: str, guest: str, total: Decimal) -> Node:
    """Describe a booked stay."""
    return {
        "@context": CONTEXT,
        "@type": "LodgingReservation",
        "underName": {"@type": "Person", "name": guest},
        "checkinTime": f"{stay.check_in}T15:00",
        "checkoutTime": f"{stay.check_out}T11:00",
        "numAdults": stay.guests,
        "lodgingUnitType": f"{room.name} room",
        "reservationFor": {"@type": "LodgingBusiness", "name": house.name, "url": f"{base}/hotels/{house.slug}"},
        "totalPrice": str(total),
        "priceCurrency": "EUR",
    }
