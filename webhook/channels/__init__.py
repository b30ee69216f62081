"""The providers' webhooks: verify, parse, hand to the engine, answer 200."""
