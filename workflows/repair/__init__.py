"""Repair of equipment (维修): from the fault report to the closed work order (clause 6.4.3)."""
