"""Calls by Aliyun: an approved text is read out, and a key acknowledges."""
