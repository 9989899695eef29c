// GraphQL servers of Node over the documents of our profiles: node peers.mjs NAME PORT FOLDER [URI DATABASE]
//
// They serve our own schema. A document becomes a flat row first, which they read fastest.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { BSON, MongoClient } from "mongodb";

const [name, port, folder, uri, database] = process.argv.slice(2);
const world = JSON.parse(readFileSync(`${folder}/world.json`));
const typeDefs = readFileSync(new URL("../../../graphql_schema/schema.graphql", import.meta.url), "utf8");

function kept() {
  const bytes = readFileSync(`${folder}/documents.bson`);
  const documents = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
    documents.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))));
  }
  return documents;
}

async function reader() {
  if (!uri) {
    const documents = kept();
    return async (limit) => documents.slice(0, limit);
  }
  const client = await new MongoClient(uri).connect();
  const profiles = client.db(database).collection("profiles");
  return (limit, projection) =>
    profiles
      .find(world.filter, { projection, sort: world.sort, limit, batchSize: limit + 1 })
      .toArray();
}

const read = await reader();

async function page(_, { first }, __, info) {
  const isAttributes = info.operation.name.value === "Attributes";
  const found = await read(first + 1, world.projection[isAttributes ? "attributes" : "fields"]);
  return {
    pageInfo: { hasNextPage: found.length > first },
    nodes: found.slice(0, first).map(isAttributes ? withAttributes : withFields),
  };
}

function withAttributes(document) {
  return { id: globalId(document), attributes: document.attributes };
}

function withFields(document) {
  const a = document.attributes;
  return {
    id: globalId(document),
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    firstSeen: a.first_seen,
    lastSeen: a.last_seen,
    lastSeenCountry: a.last_seen_country && { name: world.countries[a.last_seen_country.v] },
    userId: a.user_id?.v,
    email: a.email?.v,
    name: a.name?.v,
    firstSeenApplication: a.first_seen_application?.v,
    lastSeenApplication: a.last_seen_application?.v,
    firstCity: a.first_city?.v,
    lastCity: a.last_city?.v,
    firstRegion: a.first_region?.v,
    lastRegion: a.last_region?.v,
    firstDeviceType: a.first_device_type?.v,
    lastDeviceType: a.last_device_type?.v,
    firstOsName: a.first_os_name?.v,
    lastOsName: a.last_os_name?.v,
    firstOsVersion: a.first_os_version?.v,
    lastOsVersion: a.last_os_version?.v,
    firstBrowserName: a.first_browser_name?.v,
    lastBrowserName: a.last_browser_name?.v,
    firstBrowserVersion: a.first_browser_version?.v,
    lastBrowserVersion: a.last_browser_version?.v,
  };
}

function attributes({ attributes }, { names }) {
  const wanted = new Set(names);
  const rows = [];
  for (const definition of world.definitions) {
    const state = attributes[definition.name];
    if (state !== undefined && wanted.has(definition.name)) {
      rows.push({ name: definition.name, value: value(definition.aggregation, state), definition });
    }
  }
  return rows;
}

function value(aggregation, state) {
  switch (aggregation) {
    case "FIRST":
    case "LAST":
      return plain(state.v);
    case "FIRST_AND_LAST":
      return plain(state.last.v);
    default:
      return plain(state);
  }
}

function plain(value) {
  return value?._bsontype === "Decimal128" ? Number(value.toString()) : value;
}

function globalId(document) {
  return Buffer.from(`Profile:${document._id}`).toString("base64url");
}

const { GraphQLScalarType } = await import("graphql");
const resolvers = {
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (time) => time.toISOString() }),
  JSON: new GraphQLScalarType({ name: "JSON" }),
  Query: { profiles: page },
  Profile: { attributes },
  Node: { __resolveType: () => "Profile" },
};

async function yoga(...plugins) {
  const { createSchema, createYoga } = await import("graphql-yoga");
  const schema = createSchema({ typeDefs, resolvers });
  createServer(createYoga({ schema, plugins, logging: false })).listen(port, "127.0.0.1");
}

async function mercurius(jit) {
  const { default: fastify } = await import("fastify");
  const { default: plugin } = await import("mercurius");
  const app = fastify();
  const { Node, ...others } = resolvers;
  await app.register(plugin, {
    schema: typeDefs,
    resolvers: { ...others, Node: { resolveType: Node.__resolveType } },
    jit,
  });
  await app.listen({ port, host: "127.0.0.1" });
}

async function apollo() {
  const { ApolloServer } = await import("@apollo/server");
  const { startStandaloneServer } = await import("@apollo/server/standalone");
  await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
    listen: { port, host: "127.0.0.1", path: "/graphql" },
  });
}

const servers = {
  "graphql-yoga": () => yoga(),
  "graphql-yoga, graphql-jit": async () =>
    yoga((await import("@envelop/graphql-jit")).useGraphQlJit()),
  mercurius: () => mercurius(0),
  "mercurius, jit: 1": () => mercurius(1),
  "apollo-server": apollo,
};
await servers[name]();
