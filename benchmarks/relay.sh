#!/usr/bin/env bash
# Requests a second through our relay and through Jetty's AsyncProxyServlet as it comes, in turns, in one run. Needs wrk, and both jars built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jar=benchmarks/target/benchmarks.jar
config=$(mktemp --suffix .yaml)
cat >"$config" <<'YAML'
services:
  - {name: upstream, url: "http://127.0.0.1:9300", routes: [{name: all, paths: [/]}]}
YAML
pids=()
trap 'kill "${pids[@]}"; rm -f "$config"' EXIT
options="-Xms256m -Xmx512m -XX:+UseParallelGC"
java $options -cp $jar io.oidcgrant.benchmarks.Peer upstream 9300 2>/dev/null & pids+=($!)
java $options -cp $jar io.oidcgrant.benchmarks.Peer stock 9301 http://127.0.0.1:9300 2>/dev/null & pids+=($!)
java $options -jar proxy-servlet/target/oidc-proxy.jar run --config "$config" --listen 127.0.0.1:9302 --admin off >/dev/null 2>&1 & pids+=($!)
load() { wrk -t1 -c"$1" -d"$2" "${@:4}" "http://127.0.0.1:$3/x" | awk '/Requests\/sec/ {print int($2)} /Non-2xx|Socket errors/ {print "  ERRORS: " $0 > "/dev/stderr"}'; }
until curl -sf -o /dev/null http://127.0.0.1:9301/x && curl -sf -o /dev/null http://127.0.0.1:9302/x; do sleep 0.2; done
long="Authorization: Bearer $(head -c 750 /dev/zero | tr '\0' a)"
for port in 9301 9302 9301 9302; do load 32 8s $port >/dev/null; load 32 4s $port -H "$long" >/dev/null; done
echo "connections header stock ours ratio"
for header in none long; do
  for connections in 32 256; do
    for round in 1 2 3; do
      extra=(); [ $header = long ] && extra=(-H "$long")
      stock=$(load $connections 3s 9301 "${extra[@]}"); ours=$(load $connections 3s 9302 "${extra[@]}")
      again=$(load $connections 3s 9302 "${extra[@]}"); stock2=$(load $connections 3s 9301 "${extra[@]}")
      awk -v s=$(( (stock + stock2) / 2 )) -v o=$(( (ours + again) / 2 )) -v c=$connections -v h=$header 'BEGIN {printf "%d %s %d %d %.2f\n", c, h, s, o, o / s}'
    done
  done
done
