"""The schema.org data of the shop's pages, as JSON-LD. https://schema.org/Product"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.mercato.catalogue import Product
from demo.shared.words import Review, rating_node, review_nodes

CONTEXT = "https://schema.org"
Node = dict[str, Any]


def url_of(product: Product, base: str, query: str = "") -> str:
    """Give the address of a product's page, with the search's `query` where there was one."""
    return f"{base}/products/{product.slug}" + (f"?{query}" if query else "")


def card(product: Product, url: str, left: int, price: Decimal, quantity: int) -> Node:
    """Describe a product; `price` is for `quantity` of it with all that the search asked for."""
    stock = "InStock" if left >= quantity else "OutOfStock"
    values = {option.lower(): list(product.values(option)) for option in product.options}
    colours = {"color": values["colour"]} if "colour" in values else {}
    return {
        "@context": CONTEXT,
        "@type": "Product",
        "name": product.name,
        "url": url,
        "category": product.category,
        "brand": {"@type": "Brand", "name": product.maker},
        "description": f"{product.about} {product.facts}",
        "keywords": ", ".join(product.tags),
        "aggregateRating": rating_node(product.rating),
        "offers": {
            "@type": "Offer",
            "price": str(price),
            "priceCurrency": "EUR",
            "availability": f"{CONTEXT}/{stock}",
            "eligibleQuantity": {"@type": "QuantitativeValue", "value": quantity},
        },
        **({"size": values["size"]} if "size" in values else {}),
        **colours,
    }


def full(node: Node, reviews: tuple[Review, ...]) -> Node:
    """Describe a product as its own page shows it: with reviews."""
    return node | {"review": review_nodes(reviews)}


def order(lines: list[tuple[Product, Node]], base: str, guest: str, total: Decimal) -> Node:
    """Describe an order of (product, line) pairs."""
    items = [
        {
            "@type": "OrderItem",
            "orderQuantity": line["quantity"],
            "orderedItem": {"@type": "Product", "name": product.name, "url": url_of(product, base)},
        }
        for product, line in lines
    ]
    return {
        "@context": CONTEXT,
        "@type": "Order",
        "customer": {"@type": "Person", "name": guest},
        "seller": {"@type": "Organization", "name": "Mercato"},
        "orderedItem": items,
        "priceSpecification": {"@type": "PriceSpecification", "price": str(total), "priceCurrency": "EUR"},
    }
