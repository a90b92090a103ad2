// Makes the screenshot of the README: node tests/tools/dashboard/screenshot.mjs
// It starts the first command of the README, evaluates a flag for some users, and takes a picture of the page of the flag.
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startBrowser } from "./browser.mjs";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const image = path.join(repository, "docs/images/dashboard.png");
const host = "http://127.0.0.1:7079";
const seconds = 45;

// A group of its own, because dotnet run does not forward a signal to the program.
const app = spawn(
    "dotnet", ["run", "--project", "src/Ffc.Host", "--", "--urls", host], { cwd: repository, stdio: "inherit", detached: true });
const browser = await startBrowser();
try {
    const page = await browser.newPage({ locale: "en-US", colorScheme: "light", viewport: { width: 1200, height: 680 } });
    await until(() => page.goto(host));
    await page.goto(new URL("flag?key=new-checkout", page.url()).toString());

    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
        const key = `user-${Math.floor(Math.random() * 1000)}`;
        const email = `${key}@${Math.random() < 0.3 ? "example.com" : "shop.example"}`;
        await fetch(`${host}/api/evaluate/new-checkout`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ user: { key, email }, default: false }),
        });
        await new Promise(resolve => setTimeout(resolve, 300 * Math.random()));
    }

    await page.getByRole("img", { name: /^Evaluations: false/ }).waitFor();
    await mkdir(path.dirname(image), { recursive: true });
    await page.screenshot({ path: image });
} finally {
    await browser.close();
    process.kill(-app.pid, "SIGINT");
}

async function until(action) {
    for (const end = Date.now() + 120_000; ;) {
        try {
            return await action();
        } catch (error) {
            if (Date.now() > end)
                throw error;
            await new Promise(resolve => setTimeout(resolve, 500));
        }
    }
}
