"""Administration (管理): what is written outside of cases – organisations, people, devices, policies, accounts."""
