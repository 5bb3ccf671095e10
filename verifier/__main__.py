"""`greenlane-verify FILE --key PUBLIC.pem [--json]`: exit code 0 sound, 2 not."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from verifier.checking import CHECKS, Verdict, examine
from verifier.reading import Fault, hold, record_of

SIZE_MAX_BYTES: Final = 1_000_000_000
FAULTS: Final = {  # what the words mean that say more than their check does
    "no_file": "Không đọc được tệp | No such file, or none that can be read",
    "file_too_large": "Tệp lớn hơn 1 GB hoặc quá sức máy này | The file is larger than 1 GB, or too large for this machine",
    "key_private": "Đây là khóa riêng: cần khóa công khai | This is a private key: give the public one",
    "key_none": "Không phải khóa công khai dạng PEM | No public key in PEM",
    "key_other": "Không phải khóa Ed25519 | No key of Ed25519",
    "not_a_bundle": "Không phải gói chứng cứ | The file is no bundle",
    "cut_off": "Tệp bị cắt cụt | The file was cut off",
    "not_json": "Không phải JSON hợp lệ, có khóa lặp hoặc lồng quá sâu | No valid JSON, a key twice, or nested too deep",
    "not_canonical": "JSON không ở dạng chuẩn tắc | The JSON is not in the canonical form",
    "version_unknown": "Phiên bản lạ: dùng bản kiểm tra mới hơn | Another version: take a newer verifier",
    "content_differs": "Dữ liệu đã bị sửa | The data were changed",
    "report_differs": "Báo cáo đã bị sửa | The report was changed",
    "key_unknown": "Ký bằng khóa khác khóa của kiểm toán viên | Signed with another key than the auditor's",
    "body_wrong": "Sự kiện không đọc được | The event cannot be read",
    "hash_differs": "Sự kiện này đã bị sửa | This event was changed",
}


def main(arguments: list[str] | None = None) -> int:
    """Verify one bundle and say what came of it; the exit code."""
    parser = argparse.ArgumentParser("greenlane-verify", description="Kiểm tra gói chứng cứ | Verify a bundle, offline")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="khóa công khai (PEM) | the public key")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        verdict = examine(content_of(given.file), key_of(content_of(given.key), str(given.key)))
    except (Fault, MemoryError) as unread:  # nothing was examined
        verdict = Verdict(unread if isinstance(unread, Fault) else Fault("file_too_large", str(given.file)))
    fault = verdict.first_fault and dict(zip(("what", "where"), verdict.first_fault.args, strict=True))
    answer = {"ok": fault is None, "checks": verdict.checks, "first_fault": fault}
    lines = [json.dumps(answer)] if given.json else lines_of(verdict)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        for line in lines:  # nothing that moves a terminal's cursor gets through
            print("".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in line))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough, and at the end of the program too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if fault is None else 2


def content_of(path: Path) -> bytes:
    """The bytes of a file; its size is asked before it is read."""
    try:
        hold(path.is_file(), "no_file", str(path))
        hold(path.stat().st_size <= SIZE_MAX_BYTES, "file_too_large", str(path))
        return path.read_bytes()
    except OSError:
        raise Fault("no_file", str(path)) from None


def key_of(pem: bytes, where: str) -> Ed25519PublicKey:
    """The public key in a PEM text."""
    hold(b"PRIVATE KEY" not in pem, "key_private", where)
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise Fault("key_none", where) from None
    if not isinstance(key, Ed25519PublicKey):
        raise Fault("key_other", where)
    return key


def lines_of(verdict: Verdict) -> Iterator[str]:
    """The events, each check, and the verdict, in Vietnamese and English; only why, where nothing was examined."""
    fault, examined = verdict.first_fault, verdict.checks["form"] is not None
    yield from map(line_of, verdict.events)
    marks = {True: "ĐÚNG | OK   ", False: "SAI | FAULT ", None: "–           "}
    for name, meaning in CHECKS.items() if examined else ():
        place = f" [{verdict.faults[name].args[1]}]" if name in verdict.faults and verdict.faults[name].args[1] else ""
        yield f"{marks[verdict.checks[name]]} {name}: {meaning}{place}"
    if fault is not None:
        head = "KHÔNG TIN ĐƯỢC | NOT SOUND" if examined else "CHƯA KIỂM TRA | NOT CHECKED"
        yield ": ".join(filter(None, (head, *fault.args, FAULTS.get(fault.args[0]))))
    elif verdict.checks["signature"] is None:
        yield "ĐÚNG, nhưng gói không ký: lời báo cáo và việc đủ sự kiện chưa được chứng minh; các sự kiện thì đã được chứng minh"
        yield "SOUND, but not signed: the report's words, and that no event was left out, are not proven; the events are"
    else:
        yield "CHỨNG CỨ ĐÚNG | SOUND"


def line_of(event: dict[str, Any]) -> str:
    """An event as it stands in the ledger: place, instant (UTC), type, who acted and how that is known."""
    try:
        record = record_of(event)
    except Fault as fault:
        return f"{event['where']}  ?  {fault.args[0]}"
    actor = record.get("actor")
    who = f"{actor.get('kind')} {actor.get('id')} ({actor.get('assurance')})" if isinstance(actor, dict) else "-"
    return f"{event['where']}  {record.get('at')}  {record['event'].get('type')}  {who}"


if __name__ == "__main__":
    sys.exit(main())
