// Clicks around in the demo page as a person would, and prints what was seen, as JSON.
// Arguments: URL of the page, a write key, browser to start, file for the screenshot.

import { chromium } from "playwright-core";

const [url, key, executablePath, screenshot] = process.argv.slice(2);
const seen = { foreign: [], console: [], violations: [] };

const browser = await chromium.launch({ executablePath });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
await context.exposeFunction("reportViolation", (violation) => seen.violations.push(violation));
await context.addInitScript(() =>
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    window.reportViolation(`${violatedDirective} ${blockedURI}`),
  ),
);
await context.route("**/*", (route) => {
  const target = route.request().url();
  if (new URL(target).hostname === "127.0.0.1") return route.continue();
  seen.foreign.push(target);
  return route.abort();
});

const page = await context.newPage();
page.setDefaultTimeout(15_000);
page.on("console", (message) => message.type() === "error" && seen.console.push(message.text()));
page.on("pageerror", (error) => seen.console.push(String(error)));

await page.goto(`${url}#key=${key}`);
const profile = page.locator("#profile");
await profile.getByText("cookie_id").waitFor();
seen.visitor = await profile.locator("h2").innerText();

await page.getByRole("button", { name: "Socks", exact: true }).click();
await page.getByRole("button", { name: "ADD TO CART" }).evaluate((button) => {
  for (let click = 0; click < 3; click += 1) button.click();
});
await page.getByRole("button", { name: "Sign in" }).click();
await profile.getByText("demo-ana-muller").waitFor();
await profile.getByText("click on ADD TO CART ×3").waitFor();
await profile.getByText("1 rage click").waitFor();
seen.user = await profile.locator("h2").innerText();
seen.facts = await profile.locator("dl").innerText();
seen.pages = await profile.locator("#pages li").allInnerTexts();
seen.session = await profile.locator("#sessions li").allInnerTexts();
await page.screenshot({ path: screenshot });

await page.getByRole("button", { name: "Sign out" }).click();
await page.getByRole("button", { name: "Sign in" }).waitFor();

await browser.close();
console.log(JSON.stringify(seen));
