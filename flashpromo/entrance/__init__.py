"""What the doors that speak HTTP share about whoever comes in: from where, as whom, how often."""
