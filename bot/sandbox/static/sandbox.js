// Looks whether something changed and replaces only the phones that look different.
// Without this script the page works by reloading.
"use strict";

const EVERY_MS = 1500;
const CLOCK_EVERY = 8;
let rounds = 0;
const served = new Map();

const parts = (root) => root.querySelectorAll(".phone, #clock");

function remember(root) {
  for (const part of parts(root)) served.set(part.id, part.innerHTML);
}

function inputs(part) {
  return part.querySelectorAll("input[id], select[id], details[id]");
}

function keep(part) {
  const values = new Map();
  for (const field of inputs(part)) values.set(field.id, [field.value, field.checked, field.open]);
  const list = part.querySelector(".entries");
  return { values, focus: part.contains(document.activeElement) ? document.activeElement.id : "", top: list ? list.scrollTop : 0 };
}

function restore(part, kept) {
  for (const field of inputs(part)) {
    const value = kept.values.get(field.id);
    if (value) [field.value, field.checked, field.open] = value;
  }
  const list = part.querySelector(".entries");
  if (list) list.scrollTop = kept.top;
  if (kept.focus) document.getElementById(kept.focus)?.focus();
}

function replace(fresh) {
  for (const part of parts(fresh)) {
    const old = document.getElementById(part.id);
    const html = part.innerHTML;
    if (!old || served.get(part.id) === html) continue;
    const kept = keep(old);
    old.replaceChildren(...part.childNodes);
    served.set(part.id, html);
    restore(old, kept);
  }
}

async function look() {
  const answer = await fetch("/sandbox/version");
  const version = String((await answer.json()).version);
  rounds += 1;
  if (version === document.body.dataset.version && rounds % CLOCK_EVERY) return;
  const page = await fetch(location.pathname + location.search);
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  replace(fresh);
  document.body.dataset.version = fresh.body.dataset.version;
}

async function keepLooking() {
  try {
    if (!document.hidden) await look();
  } catch {
    // The sandbox is away for a moment; the next round tries again.
  }
  setTimeout(keepLooking, EVERY_MS);
}

remember(document);
keepLooking();
