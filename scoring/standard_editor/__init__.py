"""Drafts of the next standard: edited, compared with the one in force, tried on the city, published."""
