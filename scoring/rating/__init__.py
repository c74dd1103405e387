"""The rating: a standard, what it measures, the findings with their reasons, and the remedies with their price.

Pure, but for the files that read the published standards and the snapshots of the city.
"""
