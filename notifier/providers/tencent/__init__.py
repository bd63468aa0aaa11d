"""What every service of Tencent Cloud asks for: a signed call."""
