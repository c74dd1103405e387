"""The days on which the made-up city lives."""

from datetime import date

DEMO_DAY = date(2026, 3, 2)
TARGET_DAY = date(2026, 3, 31)
