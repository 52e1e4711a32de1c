"""Looking after the service: its queues, its schedulers, and whether all is well.

What is told here is read from the database and from Redis side by side, and judged by the promises
of the product: a promo starts at most ten seconds late, whoever is told is told within a minute.
The operators' pages show it, and the doctor asks the same.
"""
