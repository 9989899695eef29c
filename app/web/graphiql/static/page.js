// Starts GraphiQL with the example operations as tabs.

"use strict";

const root = document.getElementById("graphiql");
const examples = JSON.parse(root.dataset.examples);

// GraphiQL keeps tabs and history in these, and history has the headers of every request, with
// their tokens, even where `shouldPersistHeaders` is false.
const OPERATIONS = ["graphiql:tabState", "graphiql:queries", "graphiql:favorites"];

const storage = {
  get length() {
    return localStorage.length;
  },
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(key, OPERATIONS.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
};

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === "headers" ? null : value)));
}

// On a first visit GraphiQL opens the first tab without its variables, and the next visit finds an
// empty tab more. Neither happens if it believes that the first example was edited last.
function rememberFirstExample() {
  if (examples.length && !storage.getItem("graphiql:tabState")) {
    storage.setItem("graphiql:query", examples[0].query);
    storage.setItem("graphiql:variables", examples[0].variables);
  }
}

// Browsers turn numbers into floats; those that would be rounded are kept as they were sent.
function exactly(key, value, context) {
  const isRounded = typeof value === "number" && context && String(value) !== context.source;
  return isRounded && JSON.rawJSON ? JSON.rawJSON(context.source) : value;
}

async function execute(operation, { headers } = {}) {
  const response = await fetch(root.dataset.endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  return JSON.parse(await response.text(), exactly);
}

function brand() {
  const icon = React.createElement("img", { src: "graphql/assets/icon.svg", alt: "" });
  return React.createElement("span", { className: "brand" }, icon, "ProfileGraph");
}

function start() {
  const explorer = GraphiQLPluginExplorer.explorerPlugin();
  const plugins = { plugins: [explorer], visiblePlugin: explorer };
  const graphiql = React.createElement(
    GraphiQL,
    {
      ...plugins,
      fetcher: execute,
      storage,
      defaultTabs: examples,
      shouldPersistHeaders: false,
    },
    React.createElement(GraphiQL.Logo, null, brand()),
  );
  // GraphiQL hides the pane of a plug-in that it only learns of while it starts, so it is told first.
  const { PluginContextProvider } = GraphiQL.React;
  ReactDOM.createRoot(root).render(React.createElement(PluginContextProvider, plugins, graphiql));
}

if (window.GraphiQL && window.GraphiQLPluginExplorer) {
  rememberFirstExample();
  start();
} else {
  root.classList.add("state");
  root.textContent = "GraphiQL's files could not be loaded; the API itself works without them.";
}
