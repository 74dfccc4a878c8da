// The dashboard keeps itself current: a stream of server-sent events, or a question every half minute where there is
// none. Whatever happens, the page says since when it is not live. Without this file it reloads itself.
import { show } from "./board_show.js";

const SILENCE = 25000; // two signs of life are missing
const HICCUP = 4000; // a server that starts anew is back before anybody needs to know
const POLL = 30000;
const STALE = 120000;

const board = document.getElementById("board");
const state = document.getElementById("board-state");
const words = state.querySelector("span");
const hour = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: board.dataset.zone });
let source = null;
let troubled = false;
let heard = Date.now();
let asked = Date.now();

const say = (name) => {
  const text = state.dataset[name].replace("{time}", hour.format(heard));
  if (words.textContent !== text) words.textContent = text;
  state.dataset.state = name;
};

const alive = (name) => {
  heard = Date.now();
  troubled = false;
  delete board.dataset.stale;
  say(name);
};

const take = (html, fingerprint) => {
  if (fingerprint !== board.dataset.shows) show(board, html);
  board.dataset.shows = fingerprint;
};

const connect = () => {
  source?.close();
  const address = new URL(board.dataset.stream, location.href);
  address.searchParams.set("shows", board.dataset.shows);
  source = new EventSource(address);
  source.addEventListener("board", (event) => { take(event.data, event.lastEventId); alive("live"); });
  source.addEventListener("beat", () => alive("live"));
  source.addEventListener("hello", (event) => { if (event.data !== board.dataset.version) location.reload(); });
  source.addEventListener("gone", () => location.reload());
  source.addEventListener("error", () => {
    troubled = true;
    // Closed for good (2): answered with something else than a stream, which is asked for again later.
    if (source.readyState === 2) source = null;
  });
};

const ask = async () => {
  asked = Date.now();
  try {
    const answer = await fetch(board.dataset.again, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) location.reload();
    if (!answer.ok) return;
    take(await answer.text(), answer.headers.get("ETag").replaceAll('"', ""));
    alive(source?.readyState === 1 ? "live" : "polling");
  } catch { /* no network: the line at the top says so */ }
};

const look = () => {
  const silent = Date.now() - heard;
  if (silent > (troubled && source ? HICCUP : SILENCE)) {
    if (source || silent > POLL + SILENCE) say("cut");
    if (silent > STALE) board.dataset.stale = "";
  }
  if (Date.now() - asked < POLL || (source && silent < SILENCE)) return;
  ask();
  if (window.EventSource) connect();
};

if (window.EventSource) connect();
setInterval(look, 1000);
