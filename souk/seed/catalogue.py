"""What the example shop sells: a tree of categories, products with options, and their prices."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from souk.seed.chance import EPOCH, chance, seed_id

TREE: dict[str, tuple[str, ...]] = {
    "Kitchen": ("Cookware", "Knives and Boards", "Tea and Coffee", "Storage"),
    "Table": ("Plates and Bowls", "Glasses", "Cutlery", "Linen"),
    "Home": ("Lighting", "Rugs", "Cushions and Throws", "Baskets"),
    "Bath": ("Towels", "Soap", "Accessories"),
    "Desk": ("Notebooks", "Pens", "Organisers"),
    "Outdoors": ("Camping", "Garden", "Picnic"),
    "Pantry": ("Spices", "Olive Oil", "Tea Leaves"),
}

CLAY = ("Sand", "Indigo", "Olive")
WOOD = ("Walnut", "Oak", "Olive Wood")
CLOTH = ("Natural", "Terracotta", "Slate", "Moss")
METAL = ("Brass", "Copper", "Steel")
SIZES = ("Small", "Medium", "Large")


@dataclass(frozen=True, slots=True)
class Family:
    """Products of one kind: each style is a product, each option value a variant."""

    category: str
    noun: str
    styles: tuple[str, ...]
    option: str
    values: tuple[str, ...]
    cents: int
    """The price of the smallest, in euro cents."""
    grams: int
    tax_class: str = "STANDARD"
    text: str = ""


FAMILIES: tuple[Family, ...] = (
    Family(
        "Cookware",
        "Saucepan",
        ("Hammered", "Classic", "Low"),
        "Size",
        ("16 cm", "20 cm", "24 cm"),
        5900,
        1400,
        text="Heats evenly and pours without a drip.",
    ),
    Family(
        "Cookware",
        "Frying Pan",
        ("Cast Iron", "Carbon Steel", "Ribbed"),
        "Size",
        ("20 cm", "24 cm", "28 cm"),
        4500,
        1800,
        text="Seasoned with linseed oil; better with every meal.",
    ),
    Family(
        "Cookware",
        "Tagine",
        ("Glazed", "Unglazed", "Painted"),
        "Size",
        ("24 cm", "28 cm", "32 cm"),
        5200,
        2600,
        text="For slow dishes that cook in their own steam.",
    ),
    Family(
        "Cookware",
        "Casserole",
        ("Enamelled", "Stoneware", "Oval"),
        "Colour",
        CLAY,
        8900,
        4200,
        text="From the oven straight to the table.",
    ),
    Family(
        "Knives and Boards",
        "Chef's Knife",
        ("Damascus", "Forged", "Carbon"),
        "Length",
        ("18 cm", "21 cm", "24 cm"),
        7900,
        210,
        text="Balanced at the bolster, honed by hand.",
    ),
    Family(
        "Knives and Boards",
        "Paring Knife",
        ("Damascus", "Forged", "Bird's Beak"),
        "Handle",
        WOOD,
        3200,
        80,
        text="For the small work of peeling and trimming.",
    ),
    Family(
        "Knives and Boards",
        "Cutting Board",
        ("End Grain", "Long Grain", "Juice Groove"),
        "Wood",
        WOOD,
        4800,
        1900,
        text="Oiled twice, kind to the blade.",
    ),
    Family(
        "Tea and Coffee",
        "Coffee Pot",
        ("Turkish", "Stovetop", "Pour-Over"),
        "Metal",
        METAL,
        3900,
        650,
        text="For two generous cups.",
    ),
    Family(
        "Tea and Coffee",
        "Teapot",
        ("Moroccan", "Cast Iron", "Porcelain"),
        "Volume",
        ("0.6 l", "0.9 l", "1.2 l"),
        4200,
        900,
        text="With a strainer that keeps every leaf.",
    ),
    Family(
        "Tea and Coffee",
        "Coffee Grinder",
        ("Hand", "Wall", "Travel"),
        "Metal",
        METAL,
        6900,
        820,
        text="Steel burrs, from powder to coarse.",
    ),
    Family(
        "Storage",
        "Storage Jar",
        ("Cork-Lidded", "Swing-Top", "Stoneware"),
        "Volume",
        ("0.5 l", "1 l", "2 l"),
        1400,
        520,
        text="Airtight, and easy to write on.",
    ),
    Family(
        "Storage",
        "Bread Bin",
        ("Slatted", "Enamelled", "Terracotta"),
        "Size",
        SIZES,
        4900,
        2300,
        text="Keeps a loaf fresh for days.",
    ),
    Family(
        "Plates and Bowls",
        "Dinner Plate",
        ("Speckled", "Fluted", "Coupe", "Rimmed"),
        "Glaze",
        CLAY,
        1900,
        640,
        text="Thrown and glazed by hand; no two alike.",
    ),
    Family(
        "Plates and Bowls",
        "Soup Bowl",
        ("Speckled", "Fluted", "Footed", "Wide"),
        "Glaze",
        CLAY,
        1700,
        480,
        text="Deep enough for broth, wide enough for pasta.",
    ),
    Family(
        "Plates and Bowls",
        "Serving Bowl",
        ("Carved", "Painted", "Glazed"),
        "Size",
        SIZES,
        3400,
        1300,
        text="For the middle of the table.",
    ),
    Family(
        "Glasses",
        "Tea Glass",
        ("Engraved", "Tinted", "Gilded"),
        "Set",
        ("Set of 4", "Set of 6", "Set of 12"),
        1800,
        600,
        text="Narrow at the waist, so that the rim stays cool.",
    ),
    Family(
        "Glasses",
        "Tumbler",
        ("Recycled", "Ribbed", "Bubble"),
        "Colour",
        ("Clear", "Amber", "Sea"),
        1200,
        320,
        text="Blown from recycled glass.",
    ),
    Family(
        "Glasses",
        "Carafe",
        ("Recycled", "Ribbed", "Corked"),
        "Volume",
        ("0.7 l", "1 l", "1.5 l"),
        2600,
        700,
        text="For water, wine, or a few stems.",
    ),
    Family(
        "Cutlery",
        "Cutlery Set",
        ("Brushed", "Hammered", "Matte"),
        "Pieces",
        ("16 pieces", "24 pieces", "48 pieces"),
        8900,
        1600,
        text="Eighteen-ten steel, safe in the dishwasher.",
    ),
    Family(
        "Cutlery",
        "Serving Spoon",
        ("Slotted", "Long", "Rice"),
        "Wood",
        WOOD,
        1100,
        60,
        text="Carved from one piece.",
    ),
    Family(
        "Linen",
        "Tablecloth",
        ("Washed", "Striped", "Embroidered"),
        "Size",
        ("140 x 180", "160 x 260", "180 x 320"),
        5900,
        700,
        text="Linen that softens with each wash.",
    ),
    Family(
        "Linen",
        "Napkin Set",
        ("Washed", "Striped", "Hemstitched"),
        "Colour",
        CLOTH,
        2900,
        260,
        text="Four napkins, mitred corners.",
    ),
    Family(
        "Lighting",
        "Table Lamp",
        ("Pleated", "Arched", "Mushroom"),
        "Metal",
        METAL,
        8900,
        2100,
        text="A warm pool of light, with a dimmer on the cord.",
    ),
    Family(
        "Lighting",
        "Lantern",
        ("Pierced", "Star", "Mosaic"),
        "Size",
        SIZES,
        3900,
        950,
        text="Throws its pattern on the walls.",
    ),
    Family(
        "Lighting",
        "Pendant Light",
        ("Woven", "Dome", "Pierced"),
        "Size",
        SIZES,
        9900,
        1700,
        text="Hung low over a table, or in a row.",
    ),
    Family(
        "Rugs",
        "Wool Rug",
        ("Berber", "Flatweave", "Tufted"),
        "Size",
        ("60 x 90", "120 x 170", "170 x 240"),
        14900,
        5200,
        text="Knotted from undyed highland wool.",
    ),
    Family(
        "Rugs",
        "Runner",
        ("Striped", "Kilim", "Jute"),
        "Length",
        ("180 cm", "240 cm", "300 cm"),
        8900,
        2900,
        text="For a hall, or beside the bed.",
    ),
    Family(
        "Cushions and Throws",
        "Cushion Cover",
        ("Bouclé", "Kilim", "Linen", "Velvet"),
        "Colour",
        CLOTH,
        2400,
        240,
        text="Fits a 50 by 50 cm pad; hidden zip.",
    ),
    Family(
        "Cushions and Throws",
        "Throw",
        ("Herringbone", "Waffle", "Fringed"),
        "Colour",
        CLOTH,
        5900,
        1100,
        text="Large enough to share.",
    ),
    Family(
        "Baskets",
        "Storage Basket",
        ("Seagrass", "Willow", "Palm"),
        "Size",
        SIZES,
        2200,
        800,
        text="Woven over a frame, with two handles.",
    ),
    Family(
        "Baskets",
        "Market Basket",
        ("Palm", "Raffia", "Leather-Handled"),
        "Size",
        SIZES,
        3400,
        700,
        text="Carries the week's vegetables.",
    ),
    Family(
        "Towels",
        "Bath Towel",
        ("Waffle", "Hammam", "Terry", "Ribbed"),
        "Colour",
        CLOTH,
        2900,
        520,
        text="Long-staple cotton, quick to dry.",
    ),
    Family(
        "Towels",
        "Hand Towel",
        ("Waffle", "Hammam", "Terry"),
        "Colour",
        CLOTH,
        1400,
        210,
        text="The small sister of the bath towel.",
    ),
    Family(
        "Soap",
        "Soap Bar",
        ("Aleppo", "Olive Oil", "Rose", "Black"),
        "Pack",
        ("1 bar", "3 bars", "6 bars"),
        690,
        180,
        text="Cured for nine months.",
    ),
    Family(
        "Soap",
        "Hand Wash",
        ("Orange Blossom", "Cedar", "Unscented"),
        "Volume",
        ("250 ml", "500 ml", "1 l"),
        1200,
        560,
        text="Plant oils only; refillable bottle.",
    ),
    Family(
        "Accessories",
        "Soap Dish",
        ("Ridged", "Footed", "Draining"),
        "Material",
        ("Marble", "Brass", "Terracotta"),
        1600,
        430,
        text="Lets the bar dry between uses.",
    ),
    Family(
        "Notebooks",
        "Notebook",
        ("Clothbound", "Saddle-Stitched", "Pocket"),
        "Ruling",
        ("Plain", "Lined", "Dotted"),
        1500,
        320,
        "REDUCED",
        "Paper that takes a fountain pen.",
    ),
    Family(
        "Notebooks",
        "Sketchbook",
        ("Landscape", "Portrait", "Square"),
        "Size",
        ("A6", "A5", "A4"),
        1900,
        480,
        "REDUCED",
        "Heavy paper with a soft tooth.",
    ),
    Family(
        "Pens",
        "Fountain Pen",
        ("Faceted", "Pocket", "Classic"),
        "Nib",
        ("Fine", "Medium", "Broad"),
        4900,
        40,
        text="Piston filler with an ink window.",
    ),
    Family(
        "Pens",
        "Pencil Set",
        ("Graphite", "Coloured", "Charcoal"),
        "Pencils",
        ("6 pencils", "12 pencils", "24 pencils"),
        1200,
        120,
        text="Cedar casings, sharpened by hand.",
    ),
    Family(
        "Organisers",
        "Desk Tray",
        ("Stacking", "Divided", "Leather-Lined"),
        "Wood",
        WOOD,
        3600,
        780,
        text="A place for what gathers on a desk.",
    ),
    Family(
        "Organisers",
        "Pen Cup",
        ("Turned", "Hammered", "Glazed"),
        "Material",
        ("Oak", "Brass", "Stoneware"),
        1900,
        300,
        text="Heavy enough not to tip.",
    ),
    Family(
        "Camping",
        "Camping Mug",
        ("Enamelled", "Folding", "Insulated"),
        "Colour",
        CLAY,
        1300,
        180,
        text="For coffee before sunrise.",
    ),
    Family(
        "Camping",
        "Blanket",
        ("Wool", "Quilted", "Striped"),
        "Size",
        SIZES,
        6900,
        1500,
        text="Waxed canvas on one side, wool on the other.",
    ),
    Family(
        "Garden",
        "Watering Can",
        ("Long-Spouted", "Indoor", "Round"),
        "Metal",
        METAL,
        3900,
        900,
        text="A rose that rains gently.",
    ),
    Family(
        "Garden",
        "Plant Pot",
        ("Ribbed", "Footed", "Hanging"),
        "Size",
        SIZES,
        1800,
        1400,
        text="Terracotta that breathes.",
    ),
    Family(
        "Picnic",
        "Picnic Basket",
        ("Willow", "Canvas", "Insulated"),
        "For",
        ("Two", "Four", "Six"),
        6900,
        2400,
        text="With plates, cups and a cloth.",
    ),
    Family(
        "Spices",
        "Spice Blend",
        ("Ras el Hanout", "Baharat", "Za'atar", "Dukkah"),
        "Weight",
        ("50 g", "100 g", "250 g"),
        490,
        60,
        "REDUCED",
        "Ground in small batches.",
    ),
    Family(
        "Spices",
        "Whole Spice",
        ("Cumin", "Coriander", "Cardamom", "Saffron"),
        "Weight",
        ("25 g", "50 g", "100 g"),
        420,
        40,
        "REDUCED",
        "Whole seeds, this year's harvest.",
    ),
    Family(
        "Olive Oil",
        "Olive Oil",
        ("Early Harvest", "Unfiltered", "Lemon"),
        "Volume",
        ("250 ml", "500 ml", "1 l"),
        1100,
        620,
        "REDUCED",
        "Pressed within hours of picking.",
    ),
    Family(
        "Tea Leaves",
        "Tea",
        ("Gunpowder Green", "Assam", "Mint", "Verbena"),
        "Weight",
        ("50 g", "100 g", "250 g"),
        650,
        70,
        "REDUCED",
        "Whole leaves in a tin.",
    ),
    Family(
        "Accessories",
        "Bath Mat",
        ("Waffle", "Cork", "Slatted"),
        "Size",
        ("50 x 70", "60 x 90", "70 x 120"),
        2900,
        800,
        text="Soft underfoot and quick to dry.",
    ),
    Family(
        "Storage",
        "Spice Tin",
        ("Stacking", "Magnetic", "Engraved"),
        "Set",
        ("Set of 4", "Set of 8", "Set of 12"),
        1600,
        450,
        text="Opens with one hand.",
    ),
    Family(
        "Linen",
        "Apron",
        ("Cross-Back", "Bib", "Waist"),
        "Colour",
        CLOTH,
        3400,
        340,
        text="Deep pockets, and a loop for the towel.",
    ),
    Family(
        "Garden",
        "Hand Trowel",
        ("Forged", "Copper", "Narrow"),
        "Handle",
        WOOD,
        2600,
        310,
        text="Stays sharp, and feels right in the hand.",
    ),
    Family(
        "Pens",
        "Ink",
        ("Iron Gall", "Indigo", "Walnut"),
        "Volume",
        ("15 ml", "30 ml", "50 ml"),
        900,
        140,
        text="Flows well and dries quickly.",
    ),
    Family(
        "Picnic",
        "Thermos",
        ("Brushed", "Enamelled", "Wide-Mouth"),
        "Volume",
        ("0.5 l", "0.75 l", "1 l"),
        3400,
        480,
        text="Hot for twelve hours, cold for a day.",
    ),
    Family(
        "Camping",
        "Camp Stove",
        ("Folding", "Wood-Burning", "Alcohol"),
        "Size",
        SIZES,
        5400,
        900,
        text="Boils a litre in seven minutes.",
    ),
    Family(
        "Lighting",
        "Candle",
        ("Beeswax", "Fig", "Cedar", "Amber"),
        "Size",
        SIZES,
        1400,
        380,
        text="A clean flame for forty hours.",
    ),
    Family(
        "Baskets",
        "Laundry Basket",
        ("Seagrass", "Rope", "Lidded"),
        "Size",
        SIZES,
        4900,
        1900,
        text="Holds a week of washing.",
    ),
    Family(
        "Cutlery",
        "Steak Knife Set",
        ("Forged", "Serrated", "Folding"),
        "Handle",
        WOOD,
        6400,
        520,
        text="Four knives in a box.",
    ),
    Family(
        "Glasses",
        "Wine Glass",
        ("Stemless", "Tall", "Smoked"),
        "Set",
        ("Set of 2", "Set of 4", "Set of 6"),
        2400,
        500,
        text="Thin rims; stronger than they look.",
    ),
    Family(
        "Lighting",
        "Desk Lamp",
        ("Banker's", "Swing-Arm", "Clip-On"),
        "Metal",
        METAL,
        7900,
        1800,
        text="Light where the work is.",
    ),
    Family(
        "Accessories",
        "Robe",
        ("Waffle", "Hammam", "Linen"),
        "Size",
        SIZES,
        8900,
        900,
        text="A deep collar and a belt that stays tied.",
    ),
    Family(
        "Organisers",
        "Bookend",
        ("Arched", "Stacked", "Cast"),
        "Material",
        ("Marble", "Brass", "Oak"),
        3900,
        1900,
        text="Sold in pairs, felted underneath.",
    ),
    Family(
        "Olive Oil",
        "Vinegar",
        ("Sherry", "Pomegranate", "Fig"),
        "Volume",
        ("250 ml", "500 ml", "1 l"),
        890,
        620,
        "REDUCED",
        "Aged in chestnut barrels.",
    ),
)

BRANDS = (
    "Atelier Noor",
    "Haldane & Sons",
    "Casa Lumbre",
    "Tessaro",
    "Mills and Moor",
    "Zellige Works",
    "Fjordhus",
    "Olivar",
)
FACTORS = (100, 135, 180, 240)
CURRENCIES = {"EUR": (100, 2), "USD": (109, 2), "GBP": (86, 2)}
"""Per currency: how many of it buy one euro, in hundredths; and its digits."""


@dataclass(frozen=True, slots=True)
class CategoryPlan:
    id: str
    name: str
    slug: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class VariantPlan:
    id: str
    sku: str
    name: str
    option: str
    value: str
    grams: int
    prices: tuple[tuple[str, int], ...]
    """(currency, minor units)."""


@dataclass(frozen=True, slots=True)
class ProductPlan:
    id: str
    name: str
    slug: str
    text: str
    brand: str
    category_id: str
    tax_class: str
    status: str
    created_at: datetime
    variants: tuple[VariantPlan, ...]


@cache
def categories() -> tuple[CategoryPlan, ...]:
    """Parents before their children."""
    found: list[CategoryPlan] = []
    for parent, children in TREE.items():
        top = CategoryPlan(seed_id("cat", len(found)), parent, slug(parent), None)
        found.append(top)
        for child in children:
            found.append(CategoryPlan(seed_id("cat", len(found)), child, slug(child), top.id))
    return tuple(found)


@cache
def products() -> tuple[ProductPlan, ...]:
    """Every style of every family: most are for sale, a few paused, drafts or archived."""
    by_name = {category.name: category.id for category in categories()}
    pairs = [(family, style) for family in FAMILIES for style in family.styles]
    return tuple(
        _product(number, family, style, by_name[family.category])
        for number, (family, style) in enumerate(pairs)
    )


def _product(number: int, family: Family, style: str, category_id: str) -> ProductPlan:
    draw = chance("product", number)
    name = f"{style} {family.noun}" if style not in family.noun else style
    status = "ACTIVE" if number % 23 else ("DRAFT", "PAUSED", "ARCHIVED")[number // 23 % 3]
    cents = round(family.cents * draw.uniform(0.85, 1.3) / 100) * 100 - 10
    return ProductPlan(
        id=seed_id("prd", number),
        name=name,
        slug=slug(name),
        text=family.text,
        brand=draw.choice(BRANDS),
        category_id=category_id,
        tax_class=family.tax_class,
        status=status,
        created_at=EPOCH - timedelta(days=400) + timedelta(hours=9 * number),
        variants=tuple(
            _variant(number, place, value, family, name, cents)
            for place, value in enumerate(family.values)
        ),
    )


def _variant(
    number: int, place: int, value: str, family: Family, name: str, cents: int
) -> VariantPlan:
    sized = family.option in {
        "Size",
        "Volume",
        "Weight",
        "Length",
        "Set",
        "Pieces",
        "Pack",
        "Pencils",
        "For",
    }
    factor = FACTORS[place] if sized else 100
    euros = round(cents * factor / 10_000) * 100 - 10 if cents > 1500 else cents * factor // 100
    return VariantPlan(
        id=seed_id("var", number * 10 + place),
        sku=f"{_letters(family.noun)}-{number:03}-{place + 1}",
        name=f"{name}, {value}",
        option=family.option,
        value=value,
        grams=family.grams * factor // 100,
        prices=tuple((currency, euros * rate // 100) for currency, (rate, _) in CURRENCIES.items()),
    )


def slug(name: str) -> str:
    """Lower case and hyphens, as it stands in an address."""
    plain = name.lower().replace("é", "e").replace("'", "")
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def _letters(noun: str) -> str:
    return "".join(c for c in noun.upper() if c.isalpha())[:4]
