"""WeCom (企业微信): app messages, template cards and the encrypted callback."""
