"""Faults around us and on purpose: everybody gets an answer or an event, never a stack trace and never a stuck call."""
