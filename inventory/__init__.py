"""What the city has: the wards, the catalogue of items, price lists, and the approved snapshots of each ward.

Lowest of the rooms that know the domain: nothing here knows of surveys, criteria or plans.
"""
