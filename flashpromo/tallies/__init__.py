"""Counts of facts, kept beside them: written in the transaction that makes a fact true.

So they survive every crash, are never doubled, and cost a scrape one small read however many rows
stand behind them. What is counted is told once a batch, never once a client.
"""
