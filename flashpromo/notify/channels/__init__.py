"""The ways to a client. Two kinds, by what can go wrong.

A `Channel` carries one delivery to one client; it may fail, is retried until the promo ends, and
every delivery ends as sent, skipped or failed. A `Broadcast` is told once of a wave that has been
committed; nothing can be lost, because the rows that it speaks of are there.
"""
