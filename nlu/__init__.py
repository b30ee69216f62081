"""Turns what a person writes into an intent, its entities and a confidence."""
