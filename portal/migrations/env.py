"""Alembic's entry: the environment was configured by portal.migration, under its lock."""

from alembic import context

context.run_migrations()
