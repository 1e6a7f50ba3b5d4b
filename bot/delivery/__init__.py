"""Telling members about their jobs: writers, budgets, and every place a clip can arrive at."""
