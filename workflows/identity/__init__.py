"""Who may do what: roles, sign-in, password rules."""
