"""The prices that the program brings."""

from inventory.prices.prices import PriceList, load_default_prices
from tests.factories.days import DEMO_DAY

PRICES = {price.item: price for price in load_default_prices()}
UNIT_PRICES = {item: price.unit_price for item, price in PRICES.items()}
PRICE_LIST = PriceList(1, "Giá thử", DEMO_DAY, PRICES)
