// Sends what a server of a shop would, with PostHog's SDK for Node.
// Arguments: URL of the server, write key, id of the user, id of the account.

import { PostHog } from "posthog-node";

const [host, writeKey, distinctId, company] = process.argv.slice(2);
const failures = [];
const posthog = new PostHog(writeKey, { host });
posthog.on("error", (error) => failures.push(String(error)));

posthog.capture({
  distinctId,
  event: "Order Completed",
  properties: { revenue: 75.25, $set: { email: "ana@example.com", plan: "pro" } },
  groups: { company },
});
posthog.alias({ distinctId, alias: `${distinctId}-anonymous` });
posthog.groupIdentify({ groupType: "company", groupKey: company, properties: { name: "Acme" } });
await posthog.shutdown();

console.log(JSON.stringify({ failures }));
