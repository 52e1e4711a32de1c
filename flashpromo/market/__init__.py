"""Stores, their products and their members."""
