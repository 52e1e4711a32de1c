"""The demo data and the story that it tells."""
