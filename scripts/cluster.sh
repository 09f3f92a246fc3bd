#!/usr/bin/env bash
# A cluster of processes on this machine: a Redis, silos for jobs (control) and for time-nodes (compute), and a gateway.
set -euo pipefail

usage() {
  cat >&2 << 'END'
usage: scripts/cluster.sh up N [--control M] [--gateway] [--metrics] [OPTION...]
                                                           start N compute silos, M control silos (1) and a Redis, with
                                                           --gateway the HTTP API, too, with --metrics for Prometheus;
                                                           options go to the compute silos: --devices emulated:50ms
       scripts/cluster.sh status                           a line "role pid address" for each process
       scripts/cluster.sh down                             end them all

ODIFF_CLUSTER names the folder that keeps logs and what is running, ODIFF_STORE where jobs are kept (there, and gone with
it), ODIFF the odiff that is run.
END
  exit 2
}

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
odiff=${ODIFF:-$root/src/OrleansDiffusion.Cli/bin/Release/net10.0/odiff}
state=${ODIFF_CLUSTER:-${XDG_RUNTIME_DIR:-/tmp}/odiff-cluster-$UID}
store=${ODIFF_STORE:-$state/store}
members=$state/members # role, pid, address, and when it was started: a pid may come again
start_seconds=120
end_seconds=40

started_at() {
  local stat
  { stat=$(< "/proc/$1/stat"); } 2> /dev/null || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086 # fields of proc(5), counted from the third
  set -- $stat
  [[ $1 != Z ]] && echo "${20}"
}

# is_alive PID STARTED
is_alive() {
  [[ $(started_at "$1") == "$2" ]]
}

declare -A taken=()
free_port() {
  local tries
  for ((tries = 0; tries < 1000; tries++)); do
    port=$((20000 + RANDOM % 10000)) # below those that connections are given
    if [[ -z ${taken[$port]:-} ]] && ! (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      taken[$port]=1
      return
    fi
  done
  fail "no free port was found"
}

# launch ROLE PORT COMMAND...: in the background, and into the list.
launch() {
  local role=$1 port=$2 name=$1-$2
  shift 2
  : > "$state/$name.out"
  setsid "$odiff" "$@" < /dev/null > "$state/$name.out" 2> "$state/$name.log" &
  echo "$role $! 127.0.0.1:$port $(started_at $!)" >> "$members"
}

# Waits until all have said that they are ready.
await_ready() {
  local role pid address started name
  while read -r role pid address started; do
    name=$role-${address##*:}
    until grep -q " ready " "$state/$name.out"; do
      if ! is_alive "$pid" "$started"; then
        fail "the $role of $address ended: $(tail -n 1 "$state/$name.log")"
      elif ((SECONDS >= start_seconds)); then
        fail "the $role of $address was not ready in $start_seconds s: $(tail -n 1 "$state/$name.log")"
      fi
      sleep 0.1
    done
  done < "$members"
}

# What shows the metrics of the next process, where that is wanted; of up alone.
watch_at_free_port() {
  watch=()
  [[ -n $metrics ]] || return 0
  free_port
  watch=(--metrics "$port")
  watched+=("http://127.0.0.1:$port/metrics")
}

up() {
  local compute=${1:-} control=1 options=() http="" metrics="" watched=() watch port gateway redis i
  [[ $compute =~ ^[1-9][0-9]*$ ]] || usage
  shift
  while (($# > 0)); do
    if [[ $1 == --control ]]; then
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage
      control=$2
      shift 2
    elif [[ $1 == --gateway ]]; then
      http=yes
      shift
    elif [[ $1 == --metrics ]]; then
      metrics=yes
      shift
    else
      options+=("$1")
      shift
    fi
  done
  [[ -x $odiff ]] || fail "there is no $odiff: build it with dotnet build -c Release"
  if [[ -z ${DOTNET_ROOT:-} ]] && command -v dotnet > /dev/null; then
    DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
    export DOTNET_ROOT
  fi
  [[ ! -e $members ]] || fail "there is a cluster in $state: end it with scripts/cluster.sh down"
  [[ ! -d $state || -z $(ls -A "$state") ]] || fail "$state is not empty"
  (umask 077 && mkdir -p "$state")
  : > "$members"
  trap 'end_all' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  free_port
  redis=redis://127.0.0.1:$port
  launch redis "$port" redis --port "$port" --data "$state/redis"
  await_ready
  for ((i = 0; i < control + compute; i++)); do
    free_port
    gateway=$port
    watch_at_free_port
    free_port
    if ((i < control)); then
      launch control "$port" silo --role control --redis "$redis" --store "$store" --silo-port "$port" --gateway-port "$gateway" "${watch[@]}"
    else
      launch compute "$port" silo --role compute --redis "$redis" --silo-port "$port" --gateway-port "$gateway" "${watch[@]}" "${options[@]}"
    fi
  done
  await_ready
  if [[ -n $http ]]; then
    watch_at_free_port
    free_port
    http=http://127.0.0.1:$port
    launch gateway "$port" gateway --redis "$redis" --listen "$http" "${watch[@]}"
    await_ready
  fi
  trap - EXIT
  echo "$control control and $compute compute silos are up; logs are in $state"
  echo "odiff sample --connect $redis ..."
  [[ -z $http ]] || echo "odiff sample --connect $http ..."
  [[ -z $metrics ]] || echo "metrics: ${watched[*]}"
}

status() {
  local role pid address started
  [[ -e $members ]] || fail "there is no cluster in $state"
  while read -r role pid address started; do
    if is_alive "$pid" "$started"; then
      echo "$role $pid $address"
    else
      echo "$role $pid $address is dead" >&2
    fi
  done < "$members"
}

# end_role ROLE: SIGTERM, and SIGKILL for what is still there at the deadline.
end_role() {
  local role pid address started deadline=$((SECONDS + end_seconds))
  while read -r role pid address started; do
    if [[ $role == "$1" ]] && is_alive "$pid" "$started"; then
      kill -TERM "$pid" 2> /dev/null || true
    fi
  done < "$members"
  while read -r role pid address started; do
    [[ $role == "$1" ]] || continue
    while is_alive "$pid" "$started"; do
      if ((SECONDS >= deadline)); then
        echo "cluster.sh: $role $pid $address did not end in $end_seconds s and is killed" >&2
        kill -KILL "$pid" 2> /dev/null || true
        deadline=$((SECONDS + end_seconds))
      fi
      sleep 0.1
    done
  done < "$members"
}

end_all() {
  end_role gateway
  end_role compute
  end_role control
  end_role redis
  rm -rf "$state"
}

case ${1:-} in
  up) up "${@:2}" ;;
  status)
    (($# == 1)) || usage
    status
    ;;
  down)
    (($# == 1)) || usage
    [[ -e $members ]] || fail "there is no cluster in $state"
    end_all
    ;;
  *) usage ;;
esac
