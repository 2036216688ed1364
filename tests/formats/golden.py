"""A reading as JSON that a person can check line by line."""

import json


def clock(milliseconds):
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:03d}" if rest else text


def as_json(reading):
    turns = []
    for turn in reading.turns:
        row = {"kind": turn.kind.value + (f" {turn.level}" if turn.level else "")}
        if turn.speaker:
            row["speaker"] = turn.speaker
        if turn.start_ms is not None:
            row["from"] = clock(turn.start_ms)
        if turn.end_ms is not None:
            row["to"] = clock(turn.end_ms)
        turns.append(row | {"text": turn.span.of(reading.text)})
    head = {
        "kind": reading.kind.value,
        "date": reading.date,
        "speakers": reading.speakers,
        "warnings": reading.warnings,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in turns)
    return "\n".join(["{", *lines, '  "turns": [', rows, "  ]", "}"]) + "\n"
