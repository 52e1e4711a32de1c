"""The data of the benchmarks: a marketplace of one country, as it might stand after a month."""
