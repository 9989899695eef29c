// Prints, as JSON, what the audit of GraphQL over HTTP says about the endpoint in the argument.

import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
const verdicts = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify(verdicts));
