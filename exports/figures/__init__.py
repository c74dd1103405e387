"""Pictures drawn with matplotlib: bars and the map of hexagons, in one look.

``gallery`` says which there are and what each may show to whom; nothing but ``render`` and what it calls loads matplotlib.
"""
