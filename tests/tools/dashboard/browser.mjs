// Starts a browser for the scripts of the dashboard.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";

const tools = fileURLToPath(new URL("..", import.meta.url));

// The names of browsers that are installed on Windows and macOS.
const installed = ["chrome", "msedge"];

/** Returns a browser; null if this machine has none. */
export async function startBrowser() {
    if (process.platform === "linux" && process.arch === "x64") {
        // Not the arguments of the package, because they turn off rules of the web that the dashboard relies on.
        return chromium.launch({ executablePath: await extractBrowser(), args: ["--no-sandbox", "--disable-gpu"] });
    }

    for (const channel of installed) {
        try {
            return await chromium.launch({ channel });
        } catch (error) {
            if (!/is not found/.test(error.message))
                throw error;
        }
    }

    return null;
}

// The package extracts the browser into the folder for temporary files. The folder is renamed when it is complete.
async function extractBrowser() {
    const { version } = JSON.parse(await readFile(path.join(tools, "node_modules/@sparticuz/chromium/package.json"), "utf8"));
    const folder = path.join(tools, "obj", `chromium-${version}`);
    if (!existsSync(folder)) {
        await mkdir(path.dirname(folder), { recursive: true });
        const partial = await mkdtemp(`${folder}-`);
        const temp = process.env.TMPDIR;
        process.env.TMPDIR = partial;
        const { default: carried } = await import("@sparticuz/chromium");
        await carried.executablePath();
        process.env.TMPDIR = temp ?? "/tmp";
        await rename(partial, folder).catch(error => {
            // Another process was faster.
            if (!existsSync(folder))
                throw error;
        });
    }

    return path.join(folder, "chromium");
}
