"""What belongs to a client as a person: handed over on request, and erased on request."""
