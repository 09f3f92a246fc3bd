#!/usr/bin/env bash
# Tells Azure Monitor how many requests wait for the devices of this machine, as a metric of the scale set that it belongs
# to, which is scaled by the mean.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")

# about WHAT: this machine.
about() {
  curl --silent --show-error --fail --retry 5 --noproxy '*' --header 'Metadata: true' \
    "${ODIFF_METADATA:-http://169.254.169.254}/metadata/instance/compute/$1?api-version=2021-02-01&format=text"
}

series=$(curl --silent --show-error --fail --noproxy '*' "${ODIFF_COLLECTOR:-http://127.0.0.1:9464}/metrics" | awk '
  /^odiff_device_queued[{ ]/ {
    if (!count++ || $NF < least) least = $NF
    if (count == 1 || $NF > most) most = $NF
    sum += $NF
  }
  END { if (count) printf "{\"min\":%d,\"max\":%d,\"sum\":%d,\"count\":%d}", least, most, sum, count }')
if [[ -z $series ]]; then
  echo "no silo has told its queue yet"
  exit 0
fi

machine=$(about resourceId)
location=$(about location)
token=$("$here/azure-token.sh" https://monitoring.azure.com/)
curl --silent --show-error --fail --retry 2 --config - --header 'Content-Type: application/json' \
  --data "{\"time\":\"$(date --utc +%Y-%m-%dT%H:%M:%SZ)\",\"data\":{\"baseData\":{\"metric\":\"queued\",\"namespace\":\"odiff\",\"series\":[$series]}}}" \
  "${ODIFF_MONITORING:-https://$location.monitoring.azure.com}${machine%/virtualMachines/*}/metrics" \
  <<< "header = \"Authorization: Bearer $token\""
