// Asks for the profile of a cookie, and shows it.

const QUERY = `query Me($cookie: String!) {
  profile(by: { identifier: { type: "cookie_id", value: $cookie } }) {
    name email firstSeen lastSeen
    lastBrowserName lastBrowserVersion lastOsName lastDeviceType lastCity
    lastSeenCountry { name }
    identifiers { type value }
    accounts(first: 3) { nodes { accountId name } }
    sessions(first: 3) {
      nodes { sessionId viewCount actionCount frustrations { type count } }
    }
    mostVisitedPages(first: 5) { page views }
    frequentActions(first: 5) { action count }
  }
}`;

export async function ask(cookie) {
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: QUERY, variables: { cookie } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data.profile;
}

export function show(profile, place) {
  if (!profile) return;
  const [browser, system] = [
    [profile.lastBrowserName, profile.lastBrowserVersion],
    [profile.lastOsName, profile.lastDeviceType],
  ];
  place.querySelector("h2").textContent = profile.name ?? "Somebody";
  const facts = {
    Email: profile.email,
    Company: profile.accounts.nodes.map((one) => one.name ?? one.accountId).join(", "),
    Browser: browser.filter(Boolean).join(" "),
    System: system.filter(Boolean).join(", "),
    Place: [profile.lastCity, profile.lastSeenCountry?.name].filter(Boolean).join(", "),
    "First seen": moment(profile.firstSeen),
    "Last seen": moment(profile.lastSeen),
    ...Object.fromEntries(profile.identifiers.map((one) => [one.type, one.value])),
  };
  const known = Object.entries(facts).filter(([, value]) => value);
  place.querySelector("dl").replaceChildren(
    ...known.flatMap(([name, value]) => [element("dt", name), element("dd", value)]),
  );
  list(place.querySelector("#sessions"), profile.sessions.nodes.map(session));
  const { mostVisitedPages: pages, frequentActions: actions } = profile;
  list(place.querySelector("#pages"), pages.map((one) => `${one.page} ×${one.views}`));
  list(place.querySelector("#actions"), actions.map((one) => `${one.action} ×${one.count}`));
}

function session({ viewCount, actionCount, frustrations }) {
  const rage = frustrations.map((one) => `, ${one.count} ${one.type.replace("_", " ")}`).join("");
  return `${viewCount} views, ${actionCount} actions${rage}`;
}

function list(place, texts) {
  place.replaceChildren(...texts.map((text) => element("li", text)));
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function moment(text) {
  return text && new Date(text).toLocaleTimeString();
}
