"""The ways by which people reach the service: each parses what arrives and sends what leaves."""
