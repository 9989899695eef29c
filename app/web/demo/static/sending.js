// Sends what a visitor does, in the form and to the place that Datadog's browser SDK would.

const NOTHING = { action: 0, frustration: 0 };

export class Visit {
  constructor(key) {
    this.key = key;
    this.cookie = remembered(localStorage, "profilegraph-demo-cookie");
    this.session = remembered(sessionStorage, "profilegraph-demo-session");
    this.user = null;
    this.account = null;
  }

  // A page is a view until the next one; the view is sent again, with a higher version, whenever
  // something was done in it.
  async open(path) {
    this.view = { ...NOTHING, id: newId(), path, date: Date.now(), version: 0 };
    return this.sendView();
  }

  async act(name, isRage) {
    this.view.action += 1;
    this.view.frustration += isRage ? 1 : 0;
    const frustration = { type: isRage ? ["rage_click"] : [] };
    const action = { id: newId(), type: "click", target: { name }, frustration };
    const sent = await this.send({ ...this.common("action"), date: Date.now(), action });
    await this.sendView();
    return sent;
  }

  async sendView() {
    this.view.version += 1;
    const event = this.common("view");
    event._dd.document_version = this.view.version;
    return this.send({ ...event, date: this.view.date });
  }

  common(type) {
    const { id, path, action, frustration } = this.view;
    const url = new URL(path, location.origin).href;
    const counts = { action: { count: action }, frustration: { count: frustration } };
    return {
      type,
      application: { id: "demo" },
      source: "browser",
      session: { id: this.session, type: "user" },
      view: { id, url, referrer: document.referrer, ...(type === "view" ? counts : {}) },
      usr: { anonymous_id: this.cookie, ...this.user },
      ...(this.account ? { account: this.account } : {}),
      device: { locale: navigator.language },
      _dd: { format_version: 2 },
    };
  }

  async send(event) {
    const query = new URLSearchParams({ ddsource: "browser", "dd-api-key": this.key });
    const forward = `/api/v2/rum?${query}&batch_time=${Date.now()}`;
    const response = await fetch(`dd?ddforward=${encodeURIComponent(forward)}`, {
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body: JSON.stringify(event),
    });
    return response.status;
  }
}

// crypto.randomUUID is there in secure contexts only.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function remembered(storage, name) {
  const known = storage.getItem(name) ?? newId();
  storage.setItem(name, known);
  return known;
}
