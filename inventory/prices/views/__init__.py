"""Pages of prices: lists, the prices of a list, observed prices, and the list as a workbook.

``items`` and ``observed`` add their pages to the blueprint of ``lists``; no rule of a price lives here.
"""
