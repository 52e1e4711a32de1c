"""What the guards of the schema refuse, by the nouns of the tables."""
