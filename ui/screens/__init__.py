"""One screen a module: read, draw, call one verb."""
