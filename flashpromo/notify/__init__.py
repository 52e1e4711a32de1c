"""Telling clients: one notification a client and day, and its deliveries."""
