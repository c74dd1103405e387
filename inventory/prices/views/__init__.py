"""Pages of prices: lists, the prices of a list, observed prices, and the list as a workbook."""
