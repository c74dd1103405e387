"""Readiness: a snapshot judged against a published standard, with the reasons and what would mend it.

The core (standard, measures, rating, remedies, explain) is pure; views and models stand beside it.
"""
