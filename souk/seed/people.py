"""Who buys in the example shop: five hundred people, where they live, and what they agreed to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from souk.seed.chance import EPOCH, chance, seed_id

CUSTOMERS = 500

FIRST_NAMES = [
    "Amina",
    "Anna",
    "Arjun",
    "Astrid",
    "Aya",
    "Bruno",
    "Camille",
    "Carmen",
    "Chloe",
    "Daniel",
    "David",
    "Elena",
    "Elias",
    "Emil",
    "Emma",
    "Farah",
    "Felix",
    "Fatima",
    "Finn",
    "Freya",
    "Giulia",
    "Grace",
    "Hanna",
    "Hugo",
    "Ines",
    "Isla",
    "Ivan",
    "Jakob",
    "Jana",
    "Jonas",
    "Karim",
    "Laila",
    "Lars",
    "Lea",
    "Leila",
    "Leon",
    "Lina",
    "Lucas",
    "Luis",
    "Maja",
    "Malik",
    "Marco",
    "Maria",
    "Marta",
    "Mateo",
    "Maya",
    "Mila",
    "Mira",
    "Nadia",
    "Nils",
    "Noah",
    "Nora",
    "Omar",
    "Oscar",
    "Paula",
    "Pedro",
    "Petra",
    "Rania",
    "Rosa",
    "Samir",
    "Sara",
    "Selma",
    "Sofia",
    "Stefan",
    "Tariq",
    "Theo",
    "Tomas",
    "Yara",
    "Yusuf",
    "Zoe",
]
LAST_NAMES = [
    "Abadi",
    "Alvarez",
    "Andersson",
    "Bakker",
    "Becker",
    "Bennani",
    "Berg",
    "Bianchi",
    "Blanc",
    "Brandt",
    "Carter",
    "Chraibi",
    "Conti",
    "Costa",
    "Dahl",
    "Dubois",
    "Duran",
    "Eklund",
    "Evans",
    "Ferrari",
    "Fischer",
    "Fontaine",
    "Garcia",
    "Greco",
    "Haddad",
    "Hansen",
    "Hoffmann",
    "Hughes",
    "Jansen",
    "Karlsson",
    "Keller",
    "Khoury",
    "Kovacs",
    "Lambert",
    "Larsen",
    "Lopez",
    "Lund",
    "Mansour",
    "Marino",
    "Martin",
    "Mendes",
    "Meyer",
    "Moreau",
    "Moretti",
    "Murphy",
    "Nilsson",
    "Novak",
    "Olsen",
    "Pereira",
    "Peters",
    "Popescu",
    "Ramos",
    "Ricci",
    "Romano",
    "Rossi",
    "Saidi",
    "Santos",
    "Schmidt",
    "Silva",
    "Smit",
    "Svensson",
    "Tazi",
    "Varga",
    "Visser",
    "Vogel",
    "Wagner",
    "Walker",
    "Weber",
    "Wright",
    "Ziani",
]
STREETS = [
    "Mill Lane",
    "Station Road",
    "Church Street",
    "Garden Way",
    "Harbour View",
    "Orchard Road",
    "Market Place",
    "Chestnut Avenue",
    "River Walk",
    "Castle Hill",
    "Bridge Street",
    "Linden Row",
]
CITIES = (
    ("DE", "Berlin", "10", 3), ("DE", "Hamburg", "20", 3), ("DE", "Munich", "80", 3),
    ("FR", "Lyon", "69", 3), ("FR", "Nantes", "44", 3), ("ES", "Valencia", "46", 3),
    ("IT", "Bologna", "40", 3), ("NL", "Utrecht", "35", 2), ("SE", "Gothenburg", "41", 3),
    ("AT", "Vienna", "1", 3), ("BE", "Ghent", "9", 3), ("PT", "Porto", "4", 3),
    ("GB", "Bristol", "BS", 1), ("GB", "Leeds", "LS", 1), ("US", "Portland", "97", 3),
    ("US", "Boston", "02", 3),
)  # fmt: skip
"""Country, city, how its postal codes begin, and how many digits follow."""

CURRENCY_OF = {"GB": "GBP", "US": "USD"}
LOCALE_OF = {"DE": "de-DE", "AT": "de-AT", "FR": "fr-FR", "ES": "es-ES", "IT": "it-IT", "NL": "nl-NL", "SE": "sv-SE", "BE": "nl-BE", "PT": "pt-PT", "GB": "en-GB", "US": "en-US"}  # fmt: skip  # noqa: E501  # a table


@dataclass(frozen=True, slots=True)
class AddressPlan:
    id: str
    line1: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    id: str
    first_name: str
    last_name: str
    email: str
    locale: str
    status: str
    """GUEST, ACTIVE or SUSPENDED."""
    created_at: datetime
    addresses: tuple[AddressPlan, ...]
    """The first is the default."""
    newsletter: bool

    @property
    def currency(self) -> str:
        return CURRENCY_OF.get(self.addresses[0].country, "EUR")

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@cache
def customers() -> tuple[CustomerPlan, ...]:
    return tuple(_customer(number) for number in range(CUSTOMERS))


def _customer(number: int) -> CustomerPlan:
    draw = chance("customer", number)
    first, last = draw.choice(FIRST_NAMES), draw.choice(LAST_NAMES)
    home = _address(number * 2, draw)
    second = (_address(number * 2 + 1, draw),) if draw.random() < 0.25 else ()
    status = draw.choices(("ACTIVE", "GUEST", "SUSPENDED"), (82, 15, 3))[0]
    return CustomerPlan(
        id=seed_id("cus", number),
        first_name=first,
        last_name=last,
        # A domain that can belong to nobody (RFC 2606).
        email=f"{first}.{last}.{number}@example.com".lower(),
        locale=LOCALE_OF[home.country],
        status=status,
        created_at=EPOCH - timedelta(days=390) + timedelta(hours=12 * number),
        addresses=(home, *second),
        newsletter=draw.random() < 0.4,
    )


def _address(number: int, draw: Random) -> AddressPlan:
    country, city, prefix, digits = draw.choice(CITIES)
    code = prefix + "".join(str(draw.randrange(10)) for _ in range(digits))
    if country == "GB":
        code += f" {draw.randrange(1, 9)}{draw.choice('ABDEFG')}{draw.choice('HJLNPQ')}"
    return AddressPlan(
        id=seed_id("adr", number),
        line1=f"{draw.randrange(1, 180)} {draw.choice(STREETS)}",
        postal_code=code,
        city=city,
        country=country,
    )
