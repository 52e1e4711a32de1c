"""What the doors that speak HTTP share: who comes in, from where, how often; what a page may do."""
