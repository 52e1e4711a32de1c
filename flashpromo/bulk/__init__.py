"""What every bulk shares, whatever it brings: how rows are read, staged, refused and reported."""
