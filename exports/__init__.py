"""What leaves the house: the investment plan, its workbook, the figures of the map, and the open data."""
