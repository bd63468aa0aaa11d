"""E-mail by SMTP: HTML and text, one thread a case."""
