"""Data that is alive on any day, and a story that runs on it. Never for production."""
