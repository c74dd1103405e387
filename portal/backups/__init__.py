"""Backups of an installation: made while it is in use, verified, kept by a rule, and restored into an empty place.

A backup is a folder with the database as one SQLite file, whatever it came from, and a manifest; the stored files that the database names
lie beside the backups, each once, under its hash. What is written comes under another name first: half a backup is never taken for one.
"""
