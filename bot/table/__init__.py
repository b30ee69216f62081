"""The explicit table: which capability answers which intent, button, command and role."""
