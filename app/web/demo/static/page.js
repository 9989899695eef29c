// A shop of three pages; whatever is done in it becomes part of the visitor's profile.

import { ask, show } from "./profile.js";
import { Visit } from "./sending.js";

const PAGES = {
  "/home": ["A small shop", "Nothing here is for sale.", "SEE SOCKS"],
  "/socks": ["Socks", "Warm, and imaginary.", "ADD TO CART"],
  "/cart": ["Your cart", "As empty as it is free.", "CHECKOUT"],
};
const RAGE_CLICKS = 3;
const SECOND = 1000;

const find = (selector) => document.querySelector(selector);
const visit = new Visit(new URLSearchParams(location.hash.slice(1)).get("key") ?? "demo");
const clicks = [];

async function open(path) {
  const [title, text, action] = PAGES[path];
  find("h1").textContent = title;
  find("#text").textContent = text;
  find("#act").textContent = action;
  await told(visit.open(path));
}

async function act() {
  const now = Date.now();
  clicks.push(now);
  const isRage = clicks.length >= RAGE_CLICKS && now - clicks.at(-RAGE_CLICKS) < SECOND;
  if (isRage) clicks.length = 0;
  await told(visit.act(find("#act").textContent, isRage));
}

// Whoever signs in is one person with the visitor before.
async function signIn(form) {
  const { name, company } = Object.fromEntries(new FormData(form));
  const id = slug(name);
  visit.user = { id: `demo-${id}`, name, email: `${id}@example.com` };
  visit.account = company ? { id: `demo-${slug(company)}`, name: company } : null;
  await showAccount();
}

async function signOut() {
  visit.user = visit.account = null;
  await showAccount();
}

async function showAccount() {
  find("#sign-in").hidden = Boolean(visit.user);
  find("#account").hidden = !visit.user;
  find("#account span").textContent = visit.user ? `You are ${visit.user.name}.` : "";
  await told(visit.sendView());
}

async function told(sending) {
  const status = await sending;
  find("#key").hidden = status !== 401;
  await refresh();
}

async function refresh() {
  show(await ask(visit.cookie), find("#profile"));
}

function slug(text) {
  const plain = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
}

function submitted(selector, act) {
  find(selector).addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.target);
  });
}

find("nav").addEventListener("click", ({ target }) => target.dataset.page && open(target.dataset.page));
find("#act").addEventListener("click", act);
find("#sign-out").addEventListener("click", signOut);
submitted("#sign-in", signIn);
submitted("#key", (form) => {
  visit.key = form.elements.key.value.trim();
  return told(visit.sendView());
});
setInterval(() => document.hidden || refresh(), SECOND);
open("/home");
