"""What every service of Aliyun asks for: a signed call."""
