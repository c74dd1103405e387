"""The prices that the program brings, and what remedies are chosen by."""

from inventory.prices.prices import PriceList, load_default_prices
from scoring.rating.remedies import RemedyTerms
from tests.factories.days import DEMO_DAY

PRICES = {price.item: price for price in load_default_prices()}
UNIT_PRICES = {item: price.unit_price for item, price in PRICES.items()}
PRICE_LIST = PriceList(1, "Giá thử", DEMO_DAY, PRICES)
TERMS = RemedyTerms()
# A PC whose operating system is supported no longer stays so.
NO_UPGRADES = RemedyTerms(upgrades_os=False)
