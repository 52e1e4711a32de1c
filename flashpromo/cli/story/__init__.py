"""One promo from its start to its sale, on the running service, told as it happens."""
