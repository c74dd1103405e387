"""Geometry of the pages' charts: plain numbers and labels in, coordinates of an SVG out. Pure.

What a chart shows is decided by the package that owns the figures; this room knows no ward, no plan and no rating.
"""
