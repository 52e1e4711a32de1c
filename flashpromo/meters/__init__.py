"""What a process counts of itself while it serves: requests, the cache, the pool, the breakers.

Facts of the business are not counted here but in the database, in the transaction that makes them
true (`tallies`), so that no crash and no restart loses or doubles one.
"""
