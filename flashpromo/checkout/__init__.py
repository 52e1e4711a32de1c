"""Holding a unit for a minute, and selling it once."""
