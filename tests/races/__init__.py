"""What must hold at one instant: real processes, killed, stopped and set against each other."""
