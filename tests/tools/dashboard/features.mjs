// Clicks through one feature of the dashboard: node features.mjs <URL of the development server> <feature>
// Lines on the console tell the test what to do, such as "evaluate". Any error on the console of the browser is a failure.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { startBrowser } from "./browser.mjs";

const [base, feature] = process.argv.slice(2);
const timeout = 30_000;
const errors = [];
const browser = await startBrowser();
if (browser === null) {
    console.log("no browser");
    process.exit(0);
}

const features = {
    async flags(page) {
        await open(page, "");
        const rows = page.locator("table.flags tbody tr:has(td.state)");
        await page.getByText("new-checkout", { exact: true }).waitFor();
        const all = await rows.count();
        const row = page.locator("tr", { hasText: "new-checkout" });
        await row.getByText("email ends with @example.com → true").waitFor();
        await row.getByText("others → 50% true, 50% false").waitFor();
        const dashboard = page.locator("tr", { hasText: "new-dashboard" });
        await dashboard.getByText("user is in a segment of staff → true").waitFor();
        if (await page.getByText("FFC", { exact: true }).isVisible())
            await dashboard.getByText("beta-program").waitFor();

        // The search finds keys, values and rules.
        await page.getByLabel("Search flags").fill("EMAIL ENDS WITH");
        await until(async () => await rows.count() === 1);
        assert.equal(await page.getByRole("status").first().innerText(), `1 of ${all}`);
        await page.getByLabel("Search flags").fill("");
        await until(async () => await rows.count() === all);
        await page.getByLabel("State", { exact: true }).selectOption("off");
        await page.getByText("holiday-banner", { exact: true }).waitFor();
        await until(async () => await rows.count() === 1);
        await page.getByLabel("State", { exact: true }).selectOption("");

        // By keyboard.
        const toggle = page.getByRole("switch", { name: "new-checkout is on" });
        assert.equal(await toggle.getAttribute("aria-checked"), "true");
        await toggle.focus();
        await page.keyboard.press("Space");
        await until(async () => await toggle.getAttribute("aria-checked") === "false");
        console.log("toggled");
        await until(async () => await toggle.getAttribute("aria-checked") === "true");
    },

    async many(page) {
        await open(page, "");
        await page.getByRole("link", { name: "flag-0000" }).waitFor();
        const rows = page.locator("table.flags tbody tr:has(td.state)");
        assert.ok(await rows.count() < 100, `${await rows.count()} rows are in the page`);
        await page.locator(".scroll").evaluate(element => element.scrollTo(0, element.scrollHeight));
        await page.getByRole("link", { name: "flag-0999" }).waitFor();
        await page.getByLabel("Search flags").fill("flag-0500");
        await page.getByRole("link", { name: "flag-0500" }).waitFor();
        await until(async () => await rows.count() === 1);
        await page.getByRole("switch", { name: "flag-0500 is on" }).click();
        await until(async () => await page.getByRole("switch").getAttribute("aria-checked") === "false");
    },

    async edit(page) {
        await open(page, "flag?key=new-checkout");
        const editor = page.getByLabel(/^JSON/);
        const save = page.getByRole("button", { name: "Save" });
        const original = await editor.inputValue();
        const [, on] = /"(Enabled|isEnabled": true)/.exec(original);
        assert.ok(await save.isDisabled());

        // The errors of the file's checks are at the editor.
        await editor.fill(original.replace("{", "["));
        await page.locator("#json-result [role=alert]").waitFor();
        assert.equal(await editor.getAttribute("aria-invalid"), "true");
        assert.ok(await save.isDisabled());
        await editor.fill(original.replace('"EndsWith"', '"EndWith"'));
        await page.locator("#json-result").getByText(/never matches/).waitFor();
        assert.ok(await save.isEnabled());

        await editor.fill(original.replace(on, on === "Enabled" ? "Disabled" : 'isEnabled": false'));
        await page.locator("#json-result .banner").waitFor({ state: "detached" });
        await save.click();
        await page.getByText("Saved, and pushed to the clients.").waitFor();
        await page.getByText("The flag is off: every user").waitFor();

        // A change from outside does not overwrite the text that is being edited.
        await editor.fill(`${await editor.inputValue()} `);
        console.log("edit");
        await page.getByRole("button", { name: "Load the new version" }).click();
        await page.getByText("The flag is off: every user").waitFor({ state: "detached" });
        await until(async () => await editor.inputValue() === original);
    },

    async large(page) {
        await open(page, "flag?key=large");
        const editor = page.getByLabel(/^JSON/);
        await editor.fill((await editor.inputValue()).replace("before", "after"));
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Saved, and pushed to the clients.").waitFor();
        await page.getByRole("heading", { name: "after" }).waitFor();
        await page.getByRole("heading", { name: "20000 targeted users" }).waitFor();
    },

    async flag(page) {
        await open(page, "");
        await page.getByRole("link", { name: "New checkout" }).click();
        await page.getByRole("heading", { name: "New checkout" }).waitFor();
        const shares = page.getByRole("img", { name: "50% true, 50% false" }).locator("span");
        const [on, off] = await Promise.all(
            [shares.first(), shares.last()].map(async share => (await share.boundingBox()).width));
        assert.ok(Math.abs(on - off) < 2, `the bars have ${on} and ${off} pixels`);
        await page.getByRole("heading", { name: "email ends with @example.com" }).waitFor();
        await page.getByText("No insights were received yet.").waitFor();
        console.log("evaluate");
        await page.locator("table.events").getByText("ada", { exact: true }).waitFor();
        await page.locator(".plot canvas").waitFor();
        await page.getByRole("img", { name: /^Evaluations: true/ }).waitFor();
        assert.equal(await page.locator("table.events").getByText("beta-program").count(), 0);
        await page.getByRole("link", { name: "ada" }).first().click();
        await page.getByRole("heading", { name: "Why new-checkout?" }).waitFor();
        await page.getByRole("heading", { name: "The user is targeted individually" }).waitFor();
    },

    async add(page) {
        await open(page, "");
        await page.getByRole("link", { name: "New flag" }).click();
        const add = page.getByRole("button", { name: "Add" });
        await page.getByLabel("Key").fill("new-checkout");
        await page.getByText("There is already a flag new-checkout.").waitFor();
        await page.getByLabel("Key").fill("my flag/50%");
        await page.getByRole("button", { name: "A share of users" }).click();
        await until(() => add.isEnabled());
        await add.click();
        await page.getByRole("img", { name: "20% true, 80% false" }).waitFor();
        await page.getByRole("link", { name: "All flags" }).click();
        await page.getByText("my flag/50%", { exact: true }).first().waitFor();
    },

    async playground(page) {
        await open(page, "playground");
        const answer = key => page.locator("table.answers tr", { hasText: key });
        await answer("new-checkout").getByText("rule match").waitFor();
        await page.getByLabel("email").fill("ada@shop.example");
        await page.getByLabel("key", { exact: true }).fill("ada");
        await answer("new-checkout").getByText("target match").waitFor();
        await page.getByRole("button", { name: "Add a property" }).click();
        await page.getByLabel("Name of property 1").fill("plan");
        await page.getByLabel("Value of property 1").fill("pro");
        await answer("welcome-text").getByText("rule match").waitFor();

        await page.getByRole("button", { name: "JSON" }).click();
        const json = page.getByLabel("User as JSON");
        assert.deepEqual(JSON.parse(await json.inputValue()), { key: "ada", email: "ada@shop.example", plan: "pro" });
        await json.fill('{ "key": "u2", "country": "FR" ');
        await page.locator("#user-error [role=alert]").waitFor();
        await json.fill('{ "key": "u2", "country": "FR" }');
        await answer("welcome-text").getByText("Bienvenue !").waitFor();

        await page.getByRole("button", { name: "Explain welcome-text" }).click();
        await page.getByRole("heading", { name: "Rule 1 does not match" }).waitFor();
        await page.getByRole("heading", { name: "Rule 2 matches" }).waitFor();
        await page.getByText("the user has no plan").first().waitFor();
        await page.getByText("As text").click();
        await page.getByText(/flag 'welcome-text' for user 'u2'/).waitFor();
        await page.getByLabel("Search flags").fill("checkout");
        await answer("beta-program").waitFor({ state: "detached" });

        // The form keeps a reserved property, and the hint about it comes before the steps.
        await open(page, `playground?flag=new-checkout&user=${encodeURIComponent('{"key":"u3","Email":"ada@example.com"}')}`);
        assert.equal(await page.getByLabel("Name of property 1").inputValue(), "Email");
        await page.locator(".explanation-hints + ol").waitFor();
        await page.locator(".explanation-hints").getByText("'Email' is a custom property.").waitFor();
        const shown = answer("new-checkout").locator(".variation");
        assert.ok(await shown.evaluate(cell => cell.scrollWidth <= cell.parentElement.clientWidth), "the answer is cut");
    },

    async live(page) {
        await open(page, "live");
        await page.getByText("No client is connected.").waitFor();
        console.log("evaluate");
        await page.getByText("ffc-dotnet-server-sdk/").waitFor();
        const insights = page.locator("table.events tbody tr");
        await insights.filter({ hasText: "ada" }).filter({ hasText: "new-checkout" }).waitFor();
        await insights.filter({ hasText: "checkout-time" }).filter({ hasText: "metric" }).first().waitFor();
        await page.getByRole("row", { name: "checkout-time 2 5 2.5" }).waitFor();
        await page.getByRole("img", { name: /new-checkout: true 1/ }).waitFor();
        await page.locator(".plot canvas").waitFor();

        await page.getByLabel("Filter by flag or user").fill("grace");
        await insights.filter({ hasText: "ada" }).first().waitFor({ state: "detached" });
        await insights.filter({ hasText: "grace" }).first().waitFor();
        await page.getByLabel("Filter by flag or user").fill("");
        await page.getByLabel("Flag of the chart").selectOption("beta-program");
        await page.getByRole("img", { name: /^Evaluations: (true|false) 1$/ }).waitFor();

        await page.getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Clear" }).click();
        await page.getByText("0 events in 0 requests").waitFor();
        await insights.first().waitFor();
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText("No insights were received yet.").waitFor();
        console.log("disconnect");
        await page.getByText("No client is connected.").waitFor();
    },

    async long(page) {
        await open(page, "live");
        console.log("evaluate");
        const row = page.locator("table.events tbody tr", { hasText: "long-user" });
        await row.first().waitFor();
        const cell = row.first().locator("td").nth(1);
        assert.equal((await cell.innerText()).length, 41);
        assert.equal(await cell.locator("a").count(), 0);
        await page.getByRole("row", { name: /^long-metric-x{28}…/ }).waitFor();
    },

    async locale(page) {
        await page.addInitScript(() =>
            Object.defineProperty(Navigator.prototype, "language", { get: () => "en-US@posix", configurable: true }));
        await open(page, "live");
        await page.locator(".chart canvas").waitFor();
    },

    async chart(page) {
        await page.route("**/dashboard/chart.js", route =>
            route.fulfill({ contentType: "text/javascript", body: "export function draw() { throw new Error('no chart'); }" }));
        await open(page, "live");
        console.log("evaluate");
        await page.locator("table.events tbody tr").first().waitFor();
        await page.getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Continue" }).waitFor();
    },

    async server(page) {
        await open(page, "server");
        await page.getByText(/Ffc__StreamingUri=ws:/).waitFor();
        await page.getByText("POST /control/drop").waitFor();
    },

    async keyboard(page) {
        await open(page, "");
        // A page starts at its heading. The pages and the theme are before it.
        await until(() => page.evaluate(() => document.activeElement.matches("h1")));
        const names = [];
        for (let i = 0; i < 6; i++) {
            await page.keyboard.press("Shift+Tab");
            names.push(await page.evaluate(() =>
                document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText.trim()));
        }

        assert.deepEqual(names, ["Server", "Live", "Playground", "Flags", "Dark theme", "Skip to the content"]);
        await page.keyboard.press("Enter");
        await until(() => page.evaluate(() => document.activeElement.matches("main")));
        await page.getByRole("link", { name: "Playground" }).focus();
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Playground" }).waitFor();

        // The theme follows the system until the switch is used; then it is kept.
        await page.getByRole("button", { name: "Dark theme" }).focus();
        await page.keyboard.press("Enter");
        await page.locator(".shell.dark").waitFor();
        await page.reload();
        await page.locator(".shell.dark").waitFor();
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(27, 27, 29)");
    },

    async accessibility(page) {
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        const paths = [
            "", "flag?key=new-checkout", "flag?key=holiday-banner", "new-flag", "playground?flag=new-dashboard", "live", "mirror",
            "server",
        ];
        console.log("evaluate");
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            for (const path of paths) {
                await open(page, path);
                await page.locator(`.shell.${colorScheme}`).waitFor();
                if (path.startsWith("live"))
                    await page.locator("table.events tbody tr").first().waitFor();
                if (path === "new-flag") {
                    await page.getByLabel("Key").fill("new-checkout");
                    await page.getByRole("alert").waitFor();
                }
                if (path.includes("new-checkout")) {
                    const editor = page.getByLabel(/^JSON/);
                    await editor.fill((await editor.inputValue()).replace('"EndsWith"', '"EndWith"'));
                    await page.getByText(/never matches/).waitFor();
                }

                await page.evaluate(axe);
                const { violations } = await page.evaluate(() => globalThis.axe.run());
                for (const { id, impact, help, nodes } of violations) {
                    const where = nodes.map(node => `${node.target} ${node.html.slice(0, 200)} ${node.failureSummary}`)
                        .join("\n  ");
                    if (impact === "serious" || impact === "critical")
                        errors.push(`${path} (${colorScheme}): ${impact} ${id}: ${help}\n  ${where}`);
                }
            }
        }
    },

    async mirror(page) {
        await open(page, "mirror");
        await page.getByText("No flag is overridden.").waitFor();
        await page.getByRole("link", { name: "Flags" }).click();
        await page.getByRole("switch", { name: "new-checkout is on" }).click();
        await page.locator("tr", { hasText: "new-checkout" }).getByText("overridden").waitFor();
        await page.getByRole("link", { name: "Mirror" }).click();
        await page.getByRole("row", { name: /new-checkout off/ }).waitFor();
        console.log("overridden");
        await page.getByRole("button", { name: "Drop the override of new-checkout" }).click();
        await page.getByText("No flag is overridden.").waitFor();
        await page.getByRole("link", { name: "Flags" }).click();
        await page.getByRole("switch", { name: "new-checkout is on", checked: true }).waitFor();
        await page.getByRole("link", { name: "Mirror" }).click();
        console.log("interrupt");
        await page.getByText("The connection to the environment is interrupted.").waitFor();
    },
};

try {
    const context = await browser.newContext({ locale: "en-US", colorScheme: "light", viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(timeout);
    const page = await context.newPage();
    page.on("console", message => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", error => errors.push(error.message));
    try {
        await features[feature](page);
    } catch (error) {
        errors.push(error.stack, await page.locator("body").ariaSnapshot());
    }
} finally {
    await browser.close();
}

assert.equal(errors.length, 0, errors.join("\n"));

async function open(page, path) {
    await page.goto(base + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Waits for a condition that the page offers no locator for. */
async function until(condition) {
    const end = Date.now() + timeout;
    while (!await condition()) {
        assert.ok(Date.now() < end, `timeout: ${condition}`);
        await new Promise(resolve => setTimeout(resolve, 20));
    }
}
