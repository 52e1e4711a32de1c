"""What stands in deploy/, and the containers: read, verified by those who will read it, and run."""
