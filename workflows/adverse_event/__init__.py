"""Adverse events of medical devices (医疗器械不良事件): reported, checked, graded, handled, within the law's clocks."""
