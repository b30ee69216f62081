"""The shared SQL store: tables and their queries, a file a subject."""
