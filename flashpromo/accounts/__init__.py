"""Who may sign in: staff accounts, sign-in names, tokens."""
