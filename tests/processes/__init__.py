"""The processes of the service as operators start them, in real time, killed and cut off."""
