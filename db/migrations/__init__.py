"""Numbered migrations, run up and down on SQLite and PostgreSQL."""
