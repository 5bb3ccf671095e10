#!/usr/bin/env bash
# Run once beside the broker: the account of `greenlane prepare`, which then makes all others. Run again, it sets the password anew.
set -euo pipefail
: "${KAFKA_NODE_PASSWORD:?is not set: it is the password of the broker itself}"
: "${KAFKA_PREPARE_PASSWORD:?is not set: it is the password of the account prepare}"
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# In files: what stands on a command line is seen by everybody on the machine.
cat > "$folder/node.properties" <<PROPERTIES
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="node" password="$KAFKA_NODE_PASSWORD";
PROPERTIES
printf 'SCRAM-SHA-256=password=%s\n' "${KAFKA_PREPARE_PASSWORD//\\/\\\\}" > "$folder/account.properties"
"${KAFKA_HOME:-/opt/kafka}/bin/kafka-configs.sh" --bootstrap-server "${KAFKA_LOCAL:-localhost:9094}" \
    --command-config "$folder/node.properties" --alter --entity-type users --entity-name prepare \
    --add-config-file "$folder/account.properties"
