// What the editors do beyond htmx: Ctrl+S saves, nothing unsaved is left by accident, lines with a fault are marked.
"use strict";

const form = document.getElementById("editor");
const text = document.getElementById("text");
const gutter = document.getElementById("gutter");
const MAC = navigator.platform.startsWith("Mac");
let kept = text.value;   // what the file holds, as far as this page knows
let sent = kept;
let leaving = false;

const at = (id) => document.getElementById(id);
const dirty = () => text.value !== kept;

function standing() {
  if (dirty()) at("standing").textContent = `Not saved yet (${MAC ? "⌘S" : "Ctrl+S"})`;
}

function complain(words) {
  at("trouble").textContent = words;
  at("trouble").hidden = !words;
}

text.addEventListener("input", () => { standing(); number(); });

addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  form.requestSubmit();
});

addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });
document.addEventListener("click", (event) => { if (event.target.closest("[data-discard]")) leaving = true; });

form.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== form) return;
  const bytes = new TextEncoder().encode(text.value).length;
  if (bytes > Number(form.dataset.largest)) {
    event.preventDefault();
    complain(`This text has ${bytes.toLocaleString("en")} bytes; a page can carry ${Number(form.dataset.largest).toLocaleString("en")}. It is still here: split it into two files.`);
    return;
  }
  sent = text.value;
  complain("");
});

form.addEventListener("htmx:afterRequest", (event) => {
  if (gutter) mark();
  if (event.target !== form) return;
  if (event.detail.successful) settled(at("outcome"));
  else complain(problemOf(event.detail.xhr) || "The service does not answer. Your text is still here; try again.");
});

function settled(outcome) {
  if ("saved" in outcome.dataset) kept = sent;
  else outcome.querySelector("button").focus();
  standing();
}


// Line numbers, where there is a gutter for them; the faults beside say which lines they mean.
function number() {
  if (!gutter) return;
  const lines = text.value.split("\n").length;
  while (gutter.children.length < lines) gutter.append(document.createElement("li"));
  while (gutter.children.length > lines) gutter.lastElementChild.remove();
  gutter.scrollTop = text.scrollTop;
}

function mark() {
  number();
  const marked = new Set([...document.querySelectorAll("#faults [data-line]")].map((one) => Number(one.dataset.line)));
  [...gutter.children].forEach((line, index) => line.classList.toggle("marked", marked.has(index + 1)));
}

function goTo(line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] || "").length);
  text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight);
}

if (gutter) {
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
  at("faults").addEventListener("click", (event) => {
    const fault = event.target.closest("button[data-line]");
    if (fault) goTo(Number(fault.dataset.line));
  });
  mark();
}
