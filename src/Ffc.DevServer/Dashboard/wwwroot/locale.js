// A browser can have a locale that is not valid for the web, such as en-US@posix. Without this, the chart library does not start.
try {
    new Intl.NumberFormat(navigator.language);
} catch {
    Object.defineProperty(navigator, "language", { value: "en" });
}
