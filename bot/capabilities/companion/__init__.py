"""What companions do from the field."""
