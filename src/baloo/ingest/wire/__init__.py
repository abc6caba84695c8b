"""The wire protocols of the door, one module each. `baloo.ingest.http` lists them."""
