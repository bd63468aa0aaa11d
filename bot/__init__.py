"""The service: command line, settings and the place where all parts are put together."""
