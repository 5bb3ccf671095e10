"""What anybody may ask or do, whatever the door: who asks, when, and what goes in; typed values or a Refusal come out.

A service is a function, named by a verb and a noun, in a module named by what it is about (`cases`, `dossiers`, `changes`):

    async def command_case(installation: Installation, actor: Actor, case: str, command: CaseCommand, *, now: datetime)
        -> CaseView | Refusal
    def list_cases(installation: Installation, reader: Reader, wanted: CaseFilter, *, limit: int, now: datetime) -> CaseList

- `installation` first, then the `actor`: whether somebody may is asked here. Where something is shown, in his place the
  `Reader`, who looks and why: the read is on record before anything is handed out (`recording_reads`).
- `now` is an aware real instant that the door reads; a service has no clock. What waits or paces may take time, no instant.
- What comes out are frozen values of ours: no text for a screen, no JSON, no language. `presentation` says and draws them.
- A rule's no is a `Refusal` among the values; nobody answering is a `ServiceError`; servers that are away raise the errors
  of their rooms. What can be checked without any server is a function of its own, so that doors refuse before they wait.
- `async` only where Temporal is asked.
"""
