"""What a merchant fills in to make recurring promos: the rule beside the fields of an offer.

`rule` reads what was typed, `words` says what was understood, `plan` is what would be made, with
the mark by which what is made is held against what was shown.
"""
