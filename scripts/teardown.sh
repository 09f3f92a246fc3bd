#!/usr/bin/env bash
# Deletes a grid from Azure, with all jobs, samples and models.
set -euo pipefail

fail() {
  echo "teardown.sh: $*" >&2
  exit 1
}

if (($# < 1 || $# > 2)) || [[ $1 == -* || ${2:---yes} != --yes ]]; then
  echo "usage: scripts/teardown.sh GROUP [--yes]" >&2
  exit 2
fi
group=$1
command -v az > /dev/null || fail "needs the Azure CLI: https://aka.ms/azure-cli"
az account show --output none || fail "sign in first, with az login"
if [[ $(az group exists --name "$group") != true ]]; then
  echo "There is no resource group $group."
  exit 0
fi
[[ $(az group show --name "$group" --query tags.odiff --output tsv) == grid ]] ||
  fail "$group was not made by scripts/deploy.sh: it has no tag odiff=grid, and may hold more than a grid"
if [[ ${2:-} != --yes ]]; then
  az resource list --resource-group "$group" --query '[].type' --output tsv | sort | uniq -c
  read -rp "This deletes $group with all jobs, samples and models. Its name, to go on: " answer || true
  [[ ${answer:-} == "$group" ]] || fail "nothing was deleted"
fi
az group delete --name "$group" --yes
echo "$group is gone."
