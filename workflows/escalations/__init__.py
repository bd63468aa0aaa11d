"""The escalation auditor (催办稽核): was every promised reminder and step kept, in time?"""
