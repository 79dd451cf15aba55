"""The data behind the four subgraphs: made by a rule, so the same everywhere and every time."""

from typing import Any, Final

USERS: Final = 6
PRODUCTS: Final = 9
REVIEWS: Final = 29

Json = dict[str, Any]

_FIRST = ("Ada", "Boris", "Chen", "Dalia", "Emre", "Fatou")
_LAST = ("Andersen", "Bauer", "Costa", "Diallo", "Eriksen", "Fuentes")
_GOODS = ("Table", "Couch", "Glass", "Chair", "Screen", "Lamp", "Grill", "Fridge", "Sofa")
_OPINIONS = ("Love it!", "Too expensive.", "Could be better.", "Prefer something else.")

users: Final[list[Json]] = [
    {
        "id": str(number + 1),
        "name": f"{_FIRST[number]} {_LAST[number]}",
        "username": f"{_FIRST[number].lower()}{_LAST[number].lower()}",
        "birthday": 19_700_101 + 10_000 * number,
    }
    for number in range(USERS)
]
products: Final[list[Json]] = [
    {
        "upc": str(number + 1),
        "name": _GOODS[number],
        "price": 299 + 257 * number % 1_900,
        "weight": 100 + 173 * number % 1_500,
        "inStock": number % 3 != 1,
    }
    for number in range(PRODUCTS)
]
reviews: Final[list[Json]] = [
    {
        "id": str(number + 1),
        "body": _OPINIONS[number % len(_OPINIONS)],
        "author": users[number * 5 % USERS],
        "product": products[(number * 4 + number // PRODUCTS) % PRODUCTS],
    }
    for number in range(REVIEWS)
]


def shipping_estimate(price: int, weight: int) -> int:
    """What inventory makes of the fields that it requires: nothing for what is expensive."""
    return 0 if price > 1_000 else weight // 2
