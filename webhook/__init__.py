"""Everything HTTP: the providers' webhooks, health, and the pages."""
