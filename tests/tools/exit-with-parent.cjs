// Preloaded into a server that a test starts. When the test process ends for any reason, its end of this pipe closes and
// the server stops. The signal is emitted instead of sent, because Windows has no signals.
process.stdin.resume();
process.stdin.on("end", () => process.emit("SIGTERM") || process.exit(0));
process.stdin.on("error", () => process.exit(1));
