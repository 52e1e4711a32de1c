"""What this service costs, measured side by side with the least that the same work can cost.

`bin/bench` starts a PostgreSQL and a Redis of its own, fills them with a town of clients, and runs
groups of measurements. Each figure is a median of several runs, taken in turn with what it is held
against, so that a busy machine slows both alike.
"""
