"""What a researcher does: one verb per function, one noun per module.

Each verb takes the project first and names who acts (``coder``, an id). It decides with the pure
functions of the model and writes once: one change, one journal entry, one step of undo.
"""
