"""Flash promos: their terms, their run, their units."""
