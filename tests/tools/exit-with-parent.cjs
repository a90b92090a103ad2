// Loaded before a server that a test starts: when the test's process is gone, its end of this pipe is closed, however
// it went, and the server goes too. The signal is emitted, not sent: there is none to send on Windows.
process.stdin.resume();
process.stdin.on("end", () => process.emit("SIGTERM") || process.exit(0));
process.stdin.on("error", () => process.exit(1));
