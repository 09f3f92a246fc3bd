#!/usr/bin/env bash
# Builds everything and runs all tests. The last line says "N passed, N failed"; the exit code is 0 if none failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

passed=0
failed=0
results=$(mktemp -d)

finish() {
  local status=$?
  rm -rf "$results"
  if ((status != 0 && failed == 0)); then
    failed=1
  fi
  echo "$passed passed, $failed failed"
  if ((failed > 0)); then
    exit 1
  fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# attribute NAME FILE: a number that the <assembly> element of an xunit result file carries.
attribute() {
  sed -nE "s/.*<assembly [^>]*\b$1=\"([0-9]+)\".*/\1/p" "$2" | head -n 1
}

# One test project. What ends badly without saying which test failed counts as one failure.
run_project() {
  local name=$1
  local file=$results/$name.xml
  local status=0 good='' bad='' errors='' skipped=''
  dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor -noAutoReporters -result-xml "$file" || status=$?
  if [[ -s $file ]]; then
    good=$(attribute passed "$file")
    bad=$(attribute failed "$file")
    errors=$(attribute errors "$file")
    skipped=$(attribute skipped "$file")
  fi

  good=${good:-0}
  bad=$((${bad:-0} + ${errors:-0}))
  if ((bad == 0 && (status != 0 || good == 0))); then
    echo "$name ended with exit code $status and reported $good tests" >&2
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  summary+=("$(printf '%-40s %5d passed %5d failed %5d skipped' "$name" "$good" "$bad" "${skipped:-0}")")
}

if ! command -v dotnet > /dev/null || ! dotnet --version 2> /dev/null | grep -q '^10\.'; then
  echo "scripts/test.sh needs the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 1
fi

# The blob service that storage is tested against.
azurite=tests/OrleansDiffusion.Storage.Tests/azurite
if ! command -v node > /dev/null; then
  echo "scripts/test.sh needs Node.js 20 or later with npm, for Azurite: https://nodejs.org" >&2
  exit 1
fi
if [[ ! -f $azurite/node_modules/.package-lock.json ]]; then
  if ! command -v npm > /dev/null; then
    echo "scripts/test.sh needs npm, which installs Azurite: https://nodejs.org" >&2
    exit 1
  fi
  npm --prefix "$azurite" ci --ignore-scripts --no-audit --no-fund
fi

# The browser that the page is tested in.
if [[ -z ${ODIFF_CHROMIUM:-} ]] && ! command -v chromium > /dev/null && ! command -v chromium-browser > /dev/null &&
  ! command -v google-chrome > /dev/null; then
  echo "without Chromium (apt-get install chromium), or its path in ODIFF_CHROMIUM, tests of the live page are skipped" >&2
fi

# Programs that tests start find the runtime as this one did, wherever it is installed.
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

dotnet build OrleansDiffusion.sln --configuration Release

mapfile -t projects < <(grep -l 'Include="xunit.v3"' tests/*/*.csproj)
summary=()
for project in "${projects[@]}"; do
  run_project "$(basename "$project" .csproj)"
done
printf '\n'
printf '%s\n' "${summary[@]}"
