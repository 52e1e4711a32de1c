"""Tests mirror flashpromo/; real PostgreSQL, Redis and processes, no stand-ins."""
