"""Calls by Tencent Cloud: an approved text is read out, and a key acknowledges."""
