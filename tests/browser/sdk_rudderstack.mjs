// Sends what a server of a shop would, with RudderStack's SDK for Node.
// Arguments: URL of the server, write key, id of the user, id of the account.

import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [dataPlaneUrl, writeKey, userId, groupId] = process.argv.slice(2);
const failures = [];
const errorHandler = (error) => failures.push(String(error));
const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl, errorHandler, logLevel: "error" });

const anonymousId = `${userId}-anonymous`;
analytics.page({ anonymousId, name: "Cart", properties: { path: "/cart" } });
analytics.identify({ anonymousId, userId, traits: { email: "ana@example.com", plan: "pro" } });
analytics.group({ userId, groupId, traits: { name: "Acme" } });
analytics.track({ userId, event: "Order Completed", properties: { revenue: 75.25 } });
await analytics.flush();

console.log(JSON.stringify({ failures }));
