// Sends what a server of a shop would, with Segment's SDK for Node.
// Arguments: URL of the server, write key, id of the user, id of the account.

import { Analytics } from "@segment/analytics-node";

const [host, writeKey, userId, groupId] = process.argv.slice(2);
const failures = [];
const analytics = new Analytics({ writeKey, host, flushAt: 20 });
analytics.on("error", (error) => failures.push(String(error.reason ?? error)));

const anonymousId = `${userId}-anonymous`;
analytics.page({ anonymousId, name: "Cart", properties: { path: "/cart" } });
analytics.identify({ anonymousId, userId, traits: { email: "ana@example.com", plan: "pro" } });
analytics.group({ userId, groupId, traits: { name: "Acme" } });
analytics.track({ userId, event: "Order Completed", properties: { revenue: 75.25 } });
await analytics.closeAndFlush();

console.log(JSON.stringify({ failures }));
