// Visits a shop whose page has Datadog's browser SDK, logs in and clicks.
// Arguments: URL of the server, write key, browser to start, id of the user, id of the account, and
// the path of the proxy, or "function" for one that is a function.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const [url, key, executablePath, userId, accountId, proxyPath] = process.argv.slice(2);
const sdk = join(
  dirname(createRequire(import.meta.url).resolve("@datadog/browser-rum/package.json")),
  "bundle",
);
const html = `<!doctype html><script src="/datadog-rum.js"></script>
  <button id="checkout">CHECKOUT</button>`;
const answers = [];

// Another origin than the server's, so that the browser goes by the headers of its answers.
const shop = createServer(({ url: path }, response) => {
  const isScript = path.endsWith(".js");
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? readFileSync(join(sdk, path)) : html);
});
await new Promise((listening) => shop.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${shop.address().port}`;

const browser = await chromium.launch({ executablePath });
const page = await browser.newPage();
page.on("response", (response) => {
  if (response.url().startsWith(url)) answers.push(response.status());
});

await page.goto(`${address}/products`);
await page.evaluate(
  ([server, path, clientToken, user, account]) => {
    const rum = window.DD_RUM;
    rum.init({
      applicationId: "shop",
      clientToken,
      site: "datadoghq.com",
      service: "shop",
      proxy: path === "function"
        ? ({ path: intake, parameters }) => `${server}${intake}?${parameters}`
        : `${server}${path}`,
      sessionSampleRate: 100,
      telemetrySampleRate: 0,
      trackUserInteractions: true,
    });
    rum.setUser({ id: user, name: "Ana", email: "ana@example.com", plan: "pro" });
    rum.setAccount({ id: account, name: "Acme" });
  },
  [url, proxyPath, key, userId, accountId],
);
await page.waitForFunction(() => window.DD_RUM.getInternalContext()?.view);
await page.evaluate(() => history.pushState({}, "", "/cart"));
await page.click("#checkout");
await page.evaluate(() => window.DD_RUM.addAction("order placed", { order_value: 75.25 }));
await page.waitForTimeout(500); // the SDK waits that long for more clicks
await page.goto("about:blank"); // whoever leaves a page lets the SDK send what is left, as a beacon
await page.waitForTimeout(1000);
await browser.close();
shop.close();

console.log(JSON.stringify({ answers }));
