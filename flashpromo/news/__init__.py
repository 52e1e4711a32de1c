"""What is published the moment it has changed: of what, never what.

Whoever is told looks for itself, and sees what it may see. Nothing is lost with a listener or with
Redis: what is true stands in the database, and whoever looks at it asks again by and by.
"""
