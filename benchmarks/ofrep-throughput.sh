#!/usr/bin/env bash
# Compares evaluations over HTTP on Ffc.Host with bare Kestrel endpoints, and prints a table:
#   one   one OFREP evaluation; the bare endpoint reads and returns JSON of the same size
#   bulk  an OFREP bulk evaluation of FLAGS flags; the bare endpoint returns the same bytes as a constant
#   all   POST evaluate of the same flags, likewise
# All processes run at the same time and are measured in turns, so that other load affects all of them. The app delivers an insight for
# each evaluation of one flag to a development server on the same machine. APP names another build of Ffc.Host.dll to measure. Needs wrk
# (Debian: apt-get install wrk) and Node.
#
#   ROUNDS=7 SECONDS_EACH=5 CONNECTIONS=32 FLAGS=100 benchmarks/ofrep-throughput.sh [one] [bulk] [all]
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-7}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-32}
flags=${FLAGS:-100}
cases=("$@")
[ $# -gt 0 ] || cases=(one bulk all)
app=http://127.0.0.1:17171
server=127.0.0.1:17173

command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
dotnet build -c Release -v quiet src/Ffc.Host >&2
dotnet build -c Release -v quiet src/Ffc.DevServer >&2
dotnet build -c Release -v quiet benchmarks/Ffc.Baseline >&2

results=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$results"' EXIT

root=$PWD
node benchmarks/copy-flags.mjs "$flags" "$results/flags.json"
cd "$results"
dotnet "$root/src/Ffc.DevServer/bin/Release/net10.0/Ffc.DevServer.dll" --urls "http://$server" --flags flags.json >server.log 2>&1 &
pids+=($!)
until secret=$(grep -oP 'Ffc__EnvSecret=\K\S+' server.log); do sleep 0.1; done
Ffc__EnvSecret="$secret" Ffc__StreamingUri="ws://$server" Ffc__EventsUri="http://$server" Ffc__FunctionKey=benchmark \
    Ffc__Outbox__Path="$results/outbox" \
    dotnet "${APP:-$root/src/Ffc.Host/bin/Release/net10.0/Ffc.Host.dll}" --urls "$app" >app.log 2>&1 &
pids+=($!)
app_pid=$!

user='"email":"ada@example.com","country":"FR","plan":"pro"}}'
declare -A path=([one]=/api/ofrep/v1/evaluate/flags/new-checkout [bulk]=/api/ofrep/v1/evaluate/flags [all]=/api/evaluate)
declare -A body=(
    [one]='{"context":{"targetingKey":"u1",'$user [bulk]='{"context":{"targetingKey":"u1",'$user [all]='{"user":{"key":"u1",'$user)
declare -A title=(
    [one]="one OFREP evaluation" [bulk]="OFREP bulk evaluation of $flags flags" [all]="\`POST evaluate\`, $flags flags")
declare -A bare=([one]=http://127.0.0.1:17172 [bulk]=http://127.0.0.1:17174 [all]=http://127.0.0.1:17175)
declare -A bare_pid

send_request() {
    curl -sf --retry 60 --retry-delay 1 --retry-all-errors -H "x-functions-key: benchmark" -H "Content-Type: application/json" \
        -d "${body[$1]}" "$2${path[$1]}"
}

for case in "${cases[@]}"; do
    send_request "$case" "$app" >"$case.json"
    constant=()
    [ "$case" = one ] || constant=("$results/$case.json")
    dotnet "$root/benchmarks/Ffc.Baseline/bin/Release/net10.0/Ffc.Baseline.dll" "${bare[$case]}" "${constant[@]}" >"$case.log" 2>&1 &
    pids+=($!)
    bare_pid[$case]=$!
    send_request "$case" "${bare[$case]}" >"$case.bare.json"
    # The data version in the response is the time of the flags file.
    if ! cmp -s <(tr 0-9 0 <"$case.json") <(tr 0-9 0 <"$case.bare.json"); then
        echo "The responses differ, so the comparison is not valid:" >&2
        head -c 500 "$case.json" "$case.bare.json" >&2
        exit 1
    fi
done

# Prints the processor time of a process in microseconds.
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.0f", ($12 + $13) * 1e6 / tick }' "/proc/$1/stat"; }

# Measures a case for some seconds at an address and its process.
# Prints: requests per second, p50 and p99 in milliseconds, processor time per request in microseconds.
measure() {
    local before after
    before=$(cpu "$4")
    BODY=${body[$1]} wrk -t1 -c"$connections" -d"${2}s" --latency -s "$root/benchmarks/ofrep-throughput.lua" "$3${path[$1]}" >wrk.log
    after=$(cpu "$4")
    awk -v cpu=$((after - before)) '
        function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
        /Non-2xx|Socket errors/ { print "requests failed: " $0 > "/dev/stderr"; failed = 1 }
        $1 == "50%" { p50 = ms($2) }
        $1 == "99%" { p99 = ms($2) }
        $2 == "requests" { requests = $1 }
        $1 == "Requests/sec:" { rate = $2 }
        END { if (failed || !rate) exit 1; printf "%.0f %.2f %.2f %.1f\n", rate, p50, p99, cpu / requests }' wrk.log
}

# Warms up all processes until all code is optimized, which takes longer on a busy machine.
for case in "${cases[@]}"; do
    measure "$case" 10 "${bare[$case]}" "${bare_pid[$case]}" >/dev/null
    measure "$case" 10 "$app" "$app_pid" >/dev/null
done

for ((round = 1; round <= rounds; round++)); do
    for case in "${cases[@]}"; do
        b=$(measure "$case" "$seconds" "${bare[$case]}" "${bare_pid[$case]}")
        a=$(measure "$case" "$seconds" "$app" "$app_pid")
        echo "$b" >>"$case.bare.txt"
        echo "$a" >>"$case.app.txt"
        echo "round $round, $case: bare $b, app $a" >&2
        awk -v a="$a" -v b="$b" 'BEGIN { split(a, x, " "); split(b, y, " "); printf "%.1f\n", 100 * x[1] / y[1] }' >>"$case.ratio.txt"
    done
done

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { awk -v n="$2" '{ print $n }' "$1" | median; }
row() { echo "| $1 | $(column "$2" 1) | $(column "$2" 2) | $(column "$2" 3) | $(column "$2" 4) | $3 % |"; }

echo "Medians of $rounds rounds of $seconds s, $connections connections, $(nproc) cores shared with wrk."
echo
echo "| | requests/s | p50 ms | p99 ms | processor time per request, µs | share of the bare endpoint |"
echo "|---|---|---|---|---|---|"
for case in "${cases[@]}"; do
    row "bare endpoint, $(stat -c %s "$case.json") bytes" "$case.bare.txt" 100
    row "${title[$case]}" "$case.app.txt" "$(median <"$case.ratio.txt")"
done
echo
echo "Insights of the app: $(curl -sf -H "x-functions-key: benchmark" "$app/api/status" | grep -oP '"(queued|delivered|toOutbox|lost)":\K\d+' |
    paste -sd' ' | awk '{ printf "%d queued, %d delivered, %d to the outbox, %d lost", $1, $2, $3, $4 }')."
