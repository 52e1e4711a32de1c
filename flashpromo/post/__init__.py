"""Making letters ready to be sent: what they say, and the links in them.

Above the domains, because a letter of an account speaks of stores as well; `letters` only knows
that something has to be sent.
"""
