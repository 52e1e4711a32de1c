"""The clients, their segments, and the predicates that say whom a promo reaches."""
