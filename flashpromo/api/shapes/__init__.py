"""The documents of the contract, field by field: what comes in (`…In`), what goes out (`…Out`)."""
