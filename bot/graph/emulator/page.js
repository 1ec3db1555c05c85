"use strict";

const byId = (id) => document.getElementById(id);
let tag = null;
const open = new Set();

/** Make an element. Text is set as text, never as markup. */
function make(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key === "class") element.className = value;
    else if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

async function post(path, body = {}) {
  await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  tag = null;
  await refresh();
}

function phone(each) {
  const texts = make("div", { class: "texts" });
  for (const sms of each.texts) {
    const bubble = make("div", { class: "bubble", text: sms.words });
    if (sms.link) bubble.append(make("a", { href: sms.link, target: "_blank", rel: "noopener", text: "Open the visit" }));
    texts.append(make("div", { class: "text-at", text: sms.at }), bubble);
  }
  return make("div", { class: "phone" },
    make("div", { class: "phone-head" }, make("h3", { text: each.number }), make("p", { class: "quiet", text: each.zone })),
    texts);
}

function noPhone() {
  return make("div", { class: "phone" }, make("p", { class: "nothing", text: "No messages yet. Book a visit and text the client." }));
}

const PER_HOUR = 40;

function day(each) {
  const height = ((each.closes - each.opens) / 60) * PER_HOUR;
  const top = (minutes) => `${((minutes - each.opens) / 60) * PER_HOUR}px`;
  const grid = make("div", { class: "grid" });
  grid.style.gridTemplateColumns = `62px repeat(${each.people.length}, minmax(132px, 1fr))`;
  grid.append(make("div", { class: "who corner" }), ...each.people.map((who) => make("div", { class: "who", text: who.name })));
  const hours = make("div", { class: "hours" });
  hours.style.height = `${height}px`;
  for (let at = each.opens; at < each.closes; at += 60) {
    const hour = at / 60;
    const label = make("span", { class: "hour", text: `${hour % 12 || 12} ${hour < 12 ? "AM" : "PM"}` });
    label.style.top = top(at);
    hours.append(label);
  }
  grid.append(hours, ...each.people.map((who) => column(each, who, top, height)));
  return make("div", { class: "day" },
    make("h3", {}, document.createTextNode(each.label), each.today ? make("span", { class: "pill accent", text: "today" }) : null),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": each.label }, grid));
}

function column(each, who, top, height) {
  const found = make("div", { class: "column" });
  found.style.height = `${height}px`;
  for (let at = each.opens + 60; at < each.closes; at += 60) {
    const rule = make("div", { class: "rule" });
    rule.style.top = top(at);
    found.append(rule);
  }
  if (each.now !== null && each.now >= each.opens && each.now <= each.closes) {
    const now = make("div", { class: "now" });
    now.style.top = top(each.now);
    found.append(now);
  }
  for (const item of who.items) {
    const tall = ((item.to - item.from) / 60) * PER_HOUR;
    const box = make("div", { class: `item ${item.kind}`, title: `${item.title}, ${item.time}`, text: item.title });
    if (tall >= 34) box.append(make("span", { class: "time", text: item.time }));
    if (item.id) changeable(box, item);
    if (tall < 34) box.classList.add("short");
    box.style.left = `calc(${(item.lane / item.lanes) * 100}% + 3px)`;
    box.style.width = `calc(${100 / item.lanes}% - 6px)`;
    box.style.top = top(item.from);
    box.style.height = `${Math.max(tall - 2, 15)}px`;
    found.append(box);
  }
  return found;
}

/** Somebody may change a visit in Outlook itself: press it, and say how. */
function changeable(box, item) {
  const ask = () => byHand(item);
  box.classList.add("changeable");
  box.setAttribute("role", "button");
  box.setAttribute("tabindex", "0");
  box.addEventListener("click", ask);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); ask(); } });
}

function byHand(item) {
  const dialog = byId("by-hand");
  byId("by-hand-title").textContent = `${item.title}, ${item.time}`;
  const later = (minutes) => ({
    event_id: item.id,
    start: new Date(Date.parse(item.start) + minutes * 60000).toISOString(),
    end: new Date(Date.parse(item.end) + minutes * 60000).toISOString(),
  });
  const bodies = { earlier: () => later(-60), later: () => later(60), deleted: () => ({ event_id: item.id, deleted: true }) };
  dialog.onclose = () => { if (bodies[dialog.returnValue]) post("/emulator/outlook", bodies[dialog.returnValue]()); };
  dialog.returnValue = "";
  dialog.showModal();
}

function meeting(each) {
  const tone = { "in call": "good", open: "accent", over: "", ended: "" }[each.state];
  const people = make("ul", { class: "people" });
  for (const who of each.waiting) {
    people.append(make("li", { class: "waits" }, make("span", { text: `${who.name} is waiting` }), admit(each, who)));
  }
  for (const who of each.present) people.append(make("li", {}, make("span", { text: who.staff ? `${who.name} (staff)` : who.name })));
  const actions = make("div", { class: "actions" });
  if (each.live) {
    actions.append(make("a", { href: each.link, target: "_blank", rel: "noopener", text: "Client’s link" }));
    if (!each.present.some((who) => who.staff)) {
      actions.append(make("button", { type: "button", text: "Staff joins", onclick: () => post(`${each.link}/staff`) }));
    }
    if (each.present.length) actions.append(make("button", { type: "button", text: "End the call", onclick: () => post(`${each.link}/end`) }));
  }
  const label = each.state === "ended" ? "cancelled" : each.state;
  return make("article", { class: `meeting${each.live ? "" : " over"}` },
    make("div", { class: "meeting-head" }, make("h3", { text: each.subject }), make("span", { class: `pill ${tone}`, text: label })),
    make("p", { class: "quiet", text: `${each.when}, ${each.organizer}` }),
    each.live ? make("p", { class: "quiet", text: `Lobby: ${each.lobby}` }) : null,
    people.childElementCount ? people : null, each.live ? actions : null);
}

/** Clients who wait, said at the top of the page too. */
function atTheDoor(each) {
  return each.waiting.map((who) => make("div", {}, make("span", { text: `${who.name} is waiting for ${each.organizer}` }), admit(each, who)));
}

function admit(each, who) {
  return make("button", { class: "main", type: "button", text: "Admit", onclick: () => post(`${each.link}/admit`, { participant_id: who.id }) });
}

function request(each) {
  const cut = each.status === null;
  const tone = cut || each.status >= 500 ? "bad" : each.status >= 400 ? "warn" : "good";
  const query = Object.entries(each.query).map(([name, value]) => `${name}=${value}`).join("&");
  const box = make("details", { class: "request" },
    make("summary", {}, make("span", { class: "method", text: each.method }),
      make("span", {}, make("span", { class: `pill ${tone}`, text: cut ? "cut" : String(each.status) })),
      make("span", { class: "path", text: each.short }), make("span", { class: "at", text: each.at })),
    make("p", { class: "whole", text: each.path + (query ? `?${query}` : "") }),
    make("div", { class: "both" },
      make("div", {}, make("h4", { text: "Sent" }), make("pre", { text: each.body ?? "nothing" })),
      make("div", {}, make("h4", { text: "Answered" }), make("pre", { text: each.answer ?? (cut ? "The connection was cut." : "nothing") }))));
  box.open = open.has(each.number);
  box.addEventListener("toggle", () => (box.open ? open.add(each.number) : open.delete(each.number)));
  return box;
}

function mail(each) {
  return make("div", { class: "mail" }, make("h3", { text: each.subject || "(no subject)" }),
    make("p", { class: "quiet", text: `${each.kind} to ${each.to}` }));
}

function empty(words) {
  return make("p", { class: "empty", text: words });
}

function fill(id, rows, otherwise) {
  byId(id).replaceChildren(...(rows.length ? rows : [otherwise]));
}

function show(seen) {
  byId("tenant").textContent = seen.tenant;
  const live = byId("live");
  live.className = `pill ${seen.faults ? "warn" : "good"}`;
  live.textContent = seen.faults ? `${seen.faults} scripted failure${seen.faults > 1 ? "s" : ""} to come` : "live";
  fill("phones", seen.phones.map(phone), noPhone());
  document.querySelectorAll(".texts").forEach((each) => { each.scrollTop = each.scrollHeight; });
  byId("waiting").replaceChildren(...seen.meetings.flatMap(atTheDoor));
  const scrolled = [...document.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  fill("days", seen.days.map(day), empty("Nobody works here."));
  document.querySelectorAll(".scroll").forEach((each, index) => { each.scrollLeft = scrolled[index] ?? 0; });
  fill("mails", seen.mails.map(mail), empty("No mail was sent."));
  fill("meetings", seen.meetings.map(meeting), empty("No meetings yet."));
  fill("requests", seen.requests.map(request), empty("Nothing was asked yet."));
  byId("total").textContent = seen.total ? `(${seen.total})` : "";
}

async function refresh() {
  try {
    const answer = await fetch("/emulator/view", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag");
      show(await answer.json());
    }
  } catch {
    tag = null;
    byId("live").className = "pill bad";
    byId("live").textContent = "not reachable";
  }
}

byId("reset").addEventListener("click", () => {
  const words =
    "Forget every request, event and message?\n\n" +
    "The bot calls its coming visits off with it, and tells no client. " +
    "(A bot that runs elsewhere keeps them, and will find them gone.)";
  if (confirm(words)) post("/emulator/reset");
});

(async function watch() {
  await refresh();
  setTimeout(watch, document.hidden ? 4000 : 1000);
})();
