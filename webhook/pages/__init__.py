"""Pages for people who come by browser."""
