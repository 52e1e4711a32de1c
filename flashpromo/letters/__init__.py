"""Letters: mails that wait as rows until a worker has handed them to a mail server.

A request only writes the row, in the transaction of the change that the letter tells of; the queue
only rings the bell. What a letter says, and the link in it, is made when it is sent (`post`), so
that no token ever stands in a table or in Redis. A letter is sent at least once: a worker that dies
between sending and noting it leaves the row to another one.
"""
