#!/usr/bin/env bash
# Makes this machine one of the grid: run once, when it starts for the first time.
set -euo pipefail

set -a
# shellcheck source=/dev/null
source /etc/odiff/machine.env
set +a

if ((ODIFF_GPUS > 0)); then
  curl --silent --show-error --fail --retry 5 https://nvidia.github.io/libnvidia-container/gpgkey |
    gpg --dearmor --yes --output /usr/share/keyrings/nvidia-container-toolkit.gpg
  echo 'deb [signed-by=/usr/share/keyrings/nvidia-container-toolkit.gpg] https://nvidia.github.io/libnvidia-container/stable/deb/amd64 /' \
    > /etc/apt/sources.list.d/nvidia-container-toolkit.list
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nvidia-container-toolkit
  nvidia-ctk runtime configure --runtime=docker
  systemctl restart docker
fi

units=(odiff-collector.service)
if [[ $ODIFF_ROLE == compute ]]; then
  mkdir -p /var/lib/odiff/models
  units+=(odiff-models.timer odiff-queue.timer)
fi
for ((number = 0; number == 0 || number < ODIFF_GPUS; number++)); do
  units+=("odiff-silo@$number.service")
done
systemctl daemon-reload
systemctl enable "${units[@]}"
systemctl start --no-block "${units[@]}"
