"""The bell: RQ queues and the timetable of rq-scheduler, wrapped so that nothing else knows them.

Redis holds no truth here. A job is a name from an allow-list and an id; whatever is lost with Redis
is found again by the sweep. Whoever can write to Redis can only run what is on the list: jobs are
JSON, never pickle, and a function is looked up by its name, never imported.
"""
