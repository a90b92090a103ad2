#!/usr/bin/env bash
# Compares one OFREP evaluation over HTTP on Ffc.Host with a bare Kestrel endpoint that reads and returns JSON of the same size, and
# prints a table. Both processes run at the same time and are measured in turns, so that other load affects both. The app delivers an
# insight for each evaluation to a development server on the same machine. Needs wrk (Debian: apt-get install wrk).
#
#   ROUNDS=7 SECONDS_EACH=5 CONNECTIONS=32 benchmarks/ofrep-throughput.sh
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-7}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-32}
app=http://127.0.0.1:17171
bare=http://127.0.0.1:17172
server=127.0.0.1:17173
path=/api/ofrep/v1/evaluate/flags/new-checkout

command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
dotnet build -c Release -v quiet src/Ffc.Host >&2
dotnet build -c Release -v quiet src/Ffc.DevServer >&2
dotnet build -c Release -v quiet benchmarks/Ffc.Baseline >&2

results=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$results"' EXIT

root=$PWD
cd "$results"
dotnet "$root/src/Ffc.DevServer/bin/Release/net10.0/Ffc.DevServer.dll" --urls "http://$server" --flags "$root/samples/flags.json" >server.log 2>&1 &
pids+=($!)
until secret=$(grep -oP 'Ffc__EnvSecret=\K\S+' server.log); do sleep 0.1; done
Ffc__EnvSecret="$secret" Ffc__StreamingUri="ws://$server" Ffc__EventsUri="http://$server" Ffc__FunctionKey=benchmark \
    Ffc__Outbox__Path="$results/outbox" \
    dotnet "$root/src/Ffc.Host/bin/Release/net10.0/Ffc.Host.dll" --urls "$app" >app.log 2>&1 &
pids+=($!)
dotnet "$root/benchmarks/Ffc.Baseline/bin/Release/net10.0/Ffc.Baseline.dll" "$bare" >bare.log 2>&1 &
pids+=($!)

body='{"context":{"targetingKey":"u1","email":"ada@example.com","country":"FR","plan":"pro"}}'
send_request() {
    curl -sf --retry 60 --retry-delay 1 --retry-all-errors -H "x-functions-key: benchmark" -H "Content-Type: application/json" -d "$body" "$1$path"
}

app_response=$(send_request "$app")
bare_response=$(send_request "$bare")
# The data version in the response is the time of the flags file.
if [ "${app_response//[0-9]/0}" != "${bare_response//[0-9]/0}" ]; then
    printf 'The responses differ, so the comparison is not valid:\n%s\n%s\n' "$app_response" "$bare_response" >&2
    exit 1
fi

# Prints the processor time of a process in microseconds.
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.0f", ($12 + $13) * 1e6 / tick }' "/proc/$1/stat"; }

# Prints: requests per second, p50 and p99 in milliseconds, processor time per request in microseconds.
measure() {
    local before after
    before=$(cpu "$3")
    wrk -t1 -c"$connections" -d"${2}s" --latency -s "$root/benchmarks/ofrep-throughput.lua" "$1$path" >wrk.log
    after=$(cpu "$3")
    awk -v cpu=$((after - before)) '
        function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
        /Non-2xx|Socket errors/ { print "requests failed: " $0 > "/dev/stderr"; failed = 1 }
        $1 == "50%" { p50 = ms($2) }
        $1 == "99%" { p99 = ms($2) }
        $2 == "requests" { requests = $1 }
        $1 == "Requests/sec:" { rate = $2 }
        END { if (failed || !rate) exit 1; printf "%.0f %.2f %.2f %.1f\n", rate, p50, p99, cpu / requests }' wrk.log
}

# Warms up both processes until all code is optimized.
measure "$bare" 5 "${pids[2]}" >/dev/null
measure "$app" 5 "${pids[1]}" >/dev/null

for ((round = 1; round <= rounds; round++)); do
    b=$(measure "$bare" "$seconds" "${pids[2]}")
    a=$(measure "$app" "$seconds" "${pids[1]}")
    echo "$b" >>bare.txt
    echo "$a" >>app.txt
    echo "round $round: bare $b, app $a" >&2
    awk -v a="$a" -v b="$b" 'BEGIN { split(a, x, " "); split(b, y, " "); printf "%.1f\n", 100 * x[1] / y[1] }' >>ratio.txt
done

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { awk -v n="$2" '{ print $n }' "$1" | median; }

echo "Medians of $rounds rounds of $seconds s, $connections connections, ${#app_response} bytes of JSON in every response, $(nproc) cores shared with wrk."
echo
echo "| | requests/s | p50 ms | p99 ms | processor time per request, µs | share of the bare endpoint |"
echo "|---|---|---|---|---|---|"
echo "| bare Kestrel endpoint | $(column bare.txt 1) | $(column bare.txt 2) | $(column bare.txt 3) | $(column bare.txt 4) | 100 % |"
echo "| one OFREP evaluation | $(column app.txt 1) | $(column app.txt 2) | $(column app.txt 3) | $(column app.txt 4) | $(median <ratio.txt) % |"
echo
echo "Insights of the app: $(curl -sf -H "x-functions-key: benchmark" "$app/api/status" | grep -oP '"(queued|delivered|toOutbox|lost)":\K\d+' |
    paste -sd' ' | awk '{ printf "%d queued, %d delivered, %d to the outbox, %d lost", $1, $2, $3, $4 }')."
