"""A department's own program: it takes up each step that Greenlane gives the department, decides, and answers.

pip install kafka-python
greenlane access kafka home-affairs --json > access.json
python department.py access.json
"""

import json
import signal
import sys

from kafka import KafkaConsumer, KafkaProducer

NEEDED = ("request", "labour-contract")  # what this department wants to see before it decides
stopping = False


def decide(step: dict) -> dict:
    """Your rules: the answer to a step. The same step must get the same answer, since it may be handed out twice."""
    kinds = {document["kind"] for document in step.get("documents", ())}
    missing = [kind for kind in NEEDED if kind not in kinds]
    if step["kind"] == "consultation":
        return {"outcome": "approve", "reason": f"No objection to: {step['question']}"}
    if missing:
        return {"outcome": "request_supplement", "reason": "The dossier is incomplete", "documents": missing}
    return {"outcome": "approve", "reason": "All documents are there"}


def stop(*_: object) -> None:
    """Finish what is at hand, then leave."""
    global stopping  # noqa: PLW0603 - a signal has nowhere else to say it
    stopping = True


def main(access: dict) -> None:
    """Read the work topic until somebody stops the program."""
    name, work, decisions = access["username"], access["read"][0], access["write"][0]
    kafka = {key: access[key] for key in ("security_protocol", "sasl_mechanism")}
    kafka |= {"sasl_plain_username": name, "sasl_plain_password": access["password"]}
    kafka["bootstrap_servers"] = access["bootstrap"]
    producer = KafkaProducer(**kafka, acks="all")
    # The group begins with the account's name. Nothing counts as read before it was answered.
    consumer = KafkaConsumer(
        work, **kafka, group_id=f"{name}.program", auto_offset_reset="earliest", enable_auto_commit=False
    )
    while not stopping:
        messages = [found for batch in consumer.poll(timeout_ms=500).values() for found in batch]
        for message in messages:
            body, headers = json.loads(message.value), dict(message.headers)
            event = body.get("event", {})
            if event.get("type") == "StepAssigned":
                answer = {"case": body["case_id"], "step_id": event["step_id"], **decide(event)}
                # The id says what is answered: sent twice, it has its effect once.
                answer_id = f"{body['case_id']}/{event['step_id']}/{event['round']}"
                attributes = {"specversion": "1.0", "id": answer_id, "source": f"/{name}", "type": "DecideStep"}
                sent = [(f"ce_{key}", value.encode()) for key, value in attributes.items()]
                producer.send(decisions, json.dumps(answer).encode(), body["case_id"].encode(), sent).get(30)
                print("answered", answer_id, answer["outcome"], "due", event.get("due_at"), flush=True)
            elif headers["ce_type"].endswith((b"AnswerRefused", b"MessageRefused")):
                print("refused", body["code"], body.get("field"), body["message"], body["remedy"], flush=True)
        if messages:
            consumer.commit()
    consumer.close()
    producer.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with open(sys.argv[1], encoding="utf-8") as file:
        main(json.load(file))
