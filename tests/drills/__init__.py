"""Drills: what may go wrong in an installation, done to a real one on this machine. ``make drill`` runs them all.

Each file beside has functions named ``drill_…``; one gives a list of what went wrong, or raises. All together take 25 minutes at most.
"""
