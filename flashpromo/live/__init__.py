"""The live process: it tells the pages of shoppers the moment there is something to look at.

One small process on its own port, because a stream stands open for as long as somebody looks, and
would keep a thread of the web's from everybody else. It has no database: whom it talks to a ticket
says (`news.tickets`), what has changed Redis does (`news.topic`). It says *look again*, never what
is to be seen, so nobody can learn from it what the web would not show. Nothing depends on it: pages
that cannot reach it ask by themselves, only later.
"""
