"""Drafts of the next standard: edited, compared with the one in force, simulated on the city, published."""
