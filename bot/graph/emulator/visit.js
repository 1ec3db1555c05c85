"use strict";

const byId = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/$/, "");
const key = `visit:${base}`;
let participant = sessionStorage.getItem(key) ?? "";

const WORDS = {
  outside: "Say who you are, and the staff will see that you are here.",
  lobby: "You are in the waiting room. Someone will let you in soon.",
  in: "You are in the visit.",
  left: "You have left. You can come back with the same link.",
  cancelled: "This visit was cancelled.",
};

function show(visit) {
  byId("title").textContent = visit.subject;
  const when = new Date(visit.starts_at).toLocaleString([], { weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  byId("about").textContent = `${when}, with ${visit.organizer}`;
  byId("words").textContent = WORDS[visit.status];
  byId("seat").textContent = visit.organizer.split(" ").map((part) => part[0]).join("").slice(0, 2);
  byId("seat").className = visit.status === "lobby" ? "seat waits" : "seat";
  byId("enter").hidden = !["outside", "left"].includes(visit.status);
  byId("leave").hidden = !["lobby", "in"].includes(visit.status);
}

async function refresh() {
  const answer = await fetch(`${base}/state?participant=${encodeURIComponent(participant)}`, { cache: "no-store" });
  if (answer.ok) show(await answer.json());
  else byId("words").textContent = "There is no visit behind this link.";
}

async function post(what, body) {
  const answer = await fetch(`${base}/${what}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return answer.ok ? answer.json() : {};
}

byId("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const entered = await post("enter", { name: byId("name").value.trim() || "Client" });
  participant = entered.participant_id ?? "";
  sessionStorage.setItem(key, participant);
  await refresh();
});

byId("leave").addEventListener("click", async () => {
  await post("leave", { participant_id: participant });
  await refresh();
});

(async function watch() {
  try { await refresh(); } catch { byId("words").textContent = "The emulator is not reachable."; }
  setTimeout(watch, 1000);
})();
