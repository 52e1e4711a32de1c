"""Flash Promos: special prices for a short window, for the right clients, near the store."""
