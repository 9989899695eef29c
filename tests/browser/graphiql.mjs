// Uses GraphiQL as a person would, and prints what was seen, as JSON.
// Arguments: URL of the page, browser to start, file for the screenshot.

import { chromium } from "playwright-core";

const [url, executablePath, screenshot] = process.argv.slice(2);
const SECRET = "Bearer of-a-secret";
const seen = { foreign: [], console: [], violations: [] };

const browser = await chromium.launch({ executablePath });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
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

await open();
seen.title = await page.title();
seen.brand = await page.locator(".graphiql-logo").innerText();
seen.tabs = await tabs();
seen.variables = await page.locator(".graphiql-editor-tool .CodeMirror").first().evaluate(text);
seen.explorer = await page.locator(".graphiql-explorer-root").innerText();
seen.explorerLeft = (await page.locator(".graphiql-explorer-root").boundingBox()).x;

seen.answer = await run();
await page.screenshot({ path: screenshot });

await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
await page.getByText("Root Types").waitFor();
seen.docs = await page.locator(".graphiql-plugin").innerText();

await page.getByRole("button", { name: "Headers" }).click();
await write(page.locator(".graphiql-editor-tool .CodeMirror").last(), `{"Authorization": "${SECRET}"}`);
const sent = page.waitForRequest((request) => request.method() === "POST");
await run();
seen.sentHeader = (await sent).headers().authorization;
await page.waitForTimeout(1000); // GraphiQL writes its storage half a second late
seen.stored = await page.evaluate(() => JSON.stringify(localStorage));

await page.getByRole("button", { name: "Open settings dialog" }).click();
await page.getByRole("dialog").waitFor();
seen.settings = await page.getByRole("dialog").innerText();

await open();
seen.tabsAfterReload = await tabs();

await browser.close();
console.log(JSON.stringify(seen));

async function open() {
  await page.goto(url);
  await page.locator(".graphiql-execute-button").waitFor();
  await page.locator(".graphiql-explorer-root").waitFor();
}

function tabs() {
  return page.locator(".graphiql-tab-button").allInnerTexts();
}

/** Runs the tab that is open and waits for the whole answer. */
async function run() {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.locator(".graphiql-execute-button").click();
  await answered;
  await page.locator(".graphiql-spinner").waitFor({ state: "detached" });
  return page.locator(".result-window .CodeMirror").evaluate(text);
}

function text(editor) {
  return editor.CodeMirror.getValue();
}

function write(editor, value) {
  return editor.evaluate((element, content) => element.CodeMirror.setValue(content), value);
}
