#!/usr/bin/env bash
# start-silo.sh NUMBER: runs a silo of this machine in a container, until it leaves. They are counted from 0, as GPUs are.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
number=$1
name=odiff-silo-$number

if ((ODIFF_GPUS > 0)) && ! nvidia-smi --id="$number" > /dev/null; then
  echo "GPU $number has no driver yet" >&2
  exit 1
fi

# The registry takes the identity's token for one of its own.
"$here/azure-token.sh" https://management.azure.com/ |
  curl --silent --show-error --fail --retry 5 --data-urlencode grant_type=access_token \
    --data-urlencode "service=$ODIFF_REGISTRY" --data-urlencode access_token@- \
    "${ODIFF_REGISTRY_URL:-https://$ODIFF_REGISTRY}/oauth2/exchange" |
  sed -nE 's/.*"refresh_token" *: *"([^"]+)".*/\1/p' |
  docker login --username 00000000-0000-0000-0000-000000000000 --password-stdin "$ODIFF_REGISTRY"

container=(--rm --name "$name" --network host --stop-timeout 60
  --env AZURE_CLIENT_ID --env OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318)
silo=(silo --role "$ODIFF_ROLE" --cluster "$ODIFF_CLUSTER" --redis "$ODIFF_REDIS" --address auto
  --silo-port $((ODIFF_SILO_PORT + number)) --gateway-port $((ODIFF_CLIENT_PORT + number))
  --eviction-notices azure --verbose)
if [[ $ODIFF_ROLE == control ]]; then
  silo+=(--store "$ODIFF_STORE")
else
  container+=(--env ODIFF_MODELS=/models --volume /var/lib/odiff/models:/models:ro)
  if ((ODIFF_GPUS > 0)); then
    container+=(--gpus "device=$number")
    silo+=(--devices cuda:0) # it sees this one alone
  else
    silo+=(--devices cpu)
  fi
  if ((ODIFF_GPUS > 1)); then
    silo+=(--shares-machine)
  fi
fi

docker rm --force "$name" > /dev/null 2>&1 || true
exec docker run --pull always "${container[@]}" "$ODIFF_IMAGE" "${silo[@]}"
