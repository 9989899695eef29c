"""What the demo shop draws from: places, names, products, devices. Nobody here is real.

Every name is invented, and every address ends in ``.example``, which belongs to nobody.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """Where somebody is, and how far the clocks there are from UTC."""

    name: str
    region: str
    country: str
    utc_offset: int


@dataclass(frozen=True, slots=True)
class Product:
    """Something that the shop sells; the price is in cents."""

    slug: str
    category: str
    cents: int


@dataclass(frozen=True, slots=True)
class Hardware:
    """A kind of device with what runs on it; without a browser it is the shop's own app."""

    device: str
    brand: str
    model: str
    os: tuple[str, str]
    browser: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """How somebody found the shop."""

    referrer: str
    source: str
    medium: str
    campaign: str


CITIES = (
    City("Berlin", "Berlin", "DE", 1),
    City("Munich", "Bavaria", "DE", 1),
    City("London", "England", "GB", 0),
    City("Manchester", "England", "GB", 0),
    City("Paris", "Île-de-France", "FR", 1),
    City("Lyon", "Auvergne-Rhône-Alpes", "FR", 1),
    City("Madrid", "Community of Madrid", "ES", 1),
    City("Lisbon", "Lisbon", "PT", 0),
    City("Warsaw", "Masovian Voivodeship", "PL", 1),
    City("Wrocław", "Lower Silesian Voivodeship", "PL", 1),
    City("Stockholm", "Stockholm County", "SE", 1),
    City("São Paulo", "São Paulo", "BR", -3),
    City("Recife", "Pernambuco", "BR", -3),
    City("New York", "New York", "US", -5),
    City("Austin", "Texas", "US", -6),
    City("Portland", "Oregon", "US", -8),
    City("Toronto", "Ontario", "CA", -5),
    City("Mexico City", "Mexico City", "MX", -6),
    City("Bengaluru", "Karnataka", "IN", 5),
    City("Mumbai", "Maharashtra", "IN", 5),
    City("Tokyo", "Tokyo", "JP", 9),
    City("Osaka", "Osaka", "JP", 9),
    City("Melbourne", "Victoria", "AU", 10),
    City("Nairobi", "Nairobi County", "KE", 3),
    City("Lagos", "Lagos", "NG", 1),
)

_SPANISH = (
    "Lucía Mateo Valeria Hugo Carmen Diego Inés Rodrigo",
    "Salcedo Robledo Ibarra Montero Quiroga Villalba Arce Pineda",
)
_PORTUGUESE = (
    "Ana Caio Beatriz Thiago Marina João Lívia Rafael",
    "Azevedo Barbosa Figueira Moreira Queirós Sampaio Teles Vidigal",
)
_ENGLISH = (
    "Harriet Owen Priya Callum Naomi Jerome Tessa Elliot",
    "Ashdown Brightwell Calloway Fenwick Hargrove Lockhart Merriweather Thorne",
)

NAMES = {
    "AU": _ENGLISH,
    "BR": _PORTUGUESE,
    "CA": _ENGLISH,
    "DE": (
        "Anneke Jonas Mareike Till Katharina Lukas Özlem Florian",
        "Albrecht Brandstätter Eichler Großmann Kessler Lindenau Rüdiger Weidlich",
    ),
    "ES": _SPANISH,
    "FR": (
        "Camille Théo Élodie Bastien Manon Yanis Solène Rémi",
        "Aubertin Chevrier Delaunoy Ferrand Garance Lemaître Roussel Vasseur",
    ),
    "GB": _ENGLISH,
    "IN": (
        "Aarav Ishita Rohan Meera Kabir Ananya Vikram Divya",
        "Bhandari Chatterjee Deshpande Iyengar Kulkarni Menon Rathore Sengupta",
    ),
    "JP": (
        "Haruka Ren Yui Sōta Misaki Daichi Aoi Kenta",
        "Asakura Hayashida Kuroda Minamoto Nishikawa Ōtani Shirakawa Tachibana",
    ),
    "KE": (
        "Wanjiru Otieno Achieng Kamau Nyambura Kiprono Akinyi Mwangi",
        "Barasa Chepkoech Gitau Karanja Muthoni Njoroge Odhiambo Wekesa",
    ),
    "MX": _SPANISH,
    "NG": (
        "Adaeze Chidi Folake Emeka Ngozi Tunde Yetunde Obinna",
        "Adeyemi Balogun Eze Nwosu Ogunleye Okafor Onyekachi Salami",
    ),
    "PL": (
        "Agnieszka Bartosz Kinga Łukasz Magdalena Paweł Zofia Stanisław",
        "Borowik Czerwińska Gajda Jabłonowicz Krzemień Małecki Sikora Żurek",
    ),
    "PT": _PORTUGUESE,
    "SE": (
        "Astrid Björn Ebba Måns Linnéa Oskar Saga Viggo",
        "Ahlström Bergvall Dalgren Ekeblad Hedström Lindqvist Nyblom Åkesson",
    ),
    "US": (
        "Avery Marcus Delia Jamal Rosa Wyatt Mei Trevor",
        "Abernathy Castellano Dupree Holloway Kowalczyk Nakagawa Redfern Whitlock",
    ),
}
"""Given and family names by country, written as one would say them."""

COMPANIES = (
    "Nordlicht Studios",
    "Havelwerk",
    "Brückner & Söhne",
    "Isarblick Hotels",
    "Fernhill Interiors",
    "Quayside Coworking",
    "Tidewell Dental",
    "Copperleaf Books",
    "Atelier Marceau",
    "Café Lanterne",
    "Rive Gauche Bureaux",
    "Traboule Design",
    "Talleres Oroz",
    "Azulejo Arquitectos",
    "Marea Alta Seguros",
    "Casa Faro",
    "Bursztyn Logistics",
    "Zielony Młyn",
    "Odra Robotics",
    "Fjällbacka Yoga",
    "Skärgård Software",
    "Ipê Amarelo Móveis",
    "Maracatu Filmes",
    "Cobogó Engenharia",
    "Harlow & Pike",
    "Juniper Loop",
    "Lone Cedar Clinics",
    "Larkspur Analytics",
    "Maple Yard Schools",
    "Stillwater Credit Union",
    "Cenote Estudio",
    "Banyan Learning",
    "Monsoon Mobility",
    "Saffron Kitchens",
    "Aozora Clinics",
    "Komorebi Works",
    "Tsubame Freight",
    "Ironbark Surveying",
    "Savanna Fintech",
    "Lagoonside Labs",
)

PLANS = (("free", 0), ("starter", 1_200), ("business", 14_400), ("enterprise", 96_000))
"""Plans of the shop for companies, with the revenue of a year that each begins at."""

PRODUCTS = (
    Product("oak-desk-lamp", "lighting", 6_490),
    Product("paper-pendant", "lighting", 4_250),
    Product("clip-reading-light", "lighting", 1_995),
    Product("arc-floor-lamp", "lighting", 18_900),
    Product("walnut-standing-desk", "desks", 64_900),
    Product("folding-desk", "desks", 17_950),
    Product("corner-desk", "desks", 32_900),
    Product("mesh-office-chair", "chairs", 22_900),
    Product("kneeling-chair", "chairs", 14_999),
    Product("stacking-chair", "chairs", 5_450),
    Product("linen-lounge-chair", "chairs", 41_900),
    Product("birch-bookcase", "storage", 12_900),
    Product("wall-shelf-pair", "storage", 3_995),
    Product("rolling-cabinet", "storage", 9_950),
    Product("felt-basket", "storage", 1_850),
    Product("cork-notice-board", "accessories", 2_475),
    Product("monitor-stand", "accessories", 4_590),
    Product("wool-desk-pad", "accessories", 3_290),
    Product("cable-tray", "accessories", 1_399),
    Product("ceramic-planter", "accessories", 2_199),
)

DESKTOPS = (
    Hardware("desktop", "Dell", "Latitude", ("Windows", "11"), ("Chrome", "147.0")),
    Hardware("desktop", "Lenovo", "ThinkPad", ("Windows", "11"), ("Edge", "147.0")),
    Hardware("desktop", "HP", "EliteBook", ("Windows", "10"), ("Firefox", "149.0")),
    Hardware("desktop", "Apple", "MacBook Pro", ("macOS", "15.6"), ("Safari", "18.6")),
    Hardware("desktop", "Apple", "MacBook Air", ("macOS", "15.6"), ("Chrome", "147.0")),
    Hardware("desktop", "Lenovo", "ThinkPad", ("Ubuntu", "24.04"), ("Firefox", "149.0")),
)

HANDHELDS = (
    Hardware("mobile", "Apple", "iPhone 16", ("iOS", "18.6"), ("Mobile Safari", "18.6")),
    Hardware("mobile", "Apple", "iPhone 15", ("iOS", "18.5"), None),
    Hardware("mobile", "Samsung", "Galaxy S25", ("Android", "16"), ("Chrome Mobile", "147.0")),
    Hardware("mobile", "Google", "Pixel 9", ("Android", "16"), None),
    Hardware("mobile", "Xiaomi", "Redmi Note 14", ("Android", "15"), ("Chrome Mobile", "146.0")),
    Hardware("tablet", "Apple", "iPad Air", ("iPadOS", "18.6"), ("Mobile Safari", "18.6")),
)

CAMPAIGNS = (
    Campaign("https://www.google.com/", "google", "organic", ""),
    Campaign("https://www.google.com/", "google", "cpc", "home-office"),
    Campaign("https://www.bing.com/", "bing", "organic", ""),
    Campaign("https://duckduckgo.com/", "duckduckgo", "organic", ""),
    Campaign("https://www.instagram.com/", "instagram", "social", "desk-of-the-week"),
    Campaign("https://www.facebook.com/", "facebook", "social", "autumn-sale"),
    Campaign("", "newsletter", "email", "autumn-sale"),
    Campaign("https://workspaces.example/best-desks", "workspaces.example", "referral", ""),
)
