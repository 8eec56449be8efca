// What a run's page does beyond htmx: the time that passes, a screenshot large, printing.
"use strict";

const large = document.getElementById("large");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) { print(); return; }
  if (event.target === large) { large.close(); return; }
  const link = event.target.closest("a.thumb, a.shot");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  const picture = large.querySelector("img");
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  large.showModal();
});

// The server says how long it has taken; the page counts on from there until it says it again.
function lasting(seconds) {
  return seconds < 60 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

setInterval(() => {
  document.querySelectorAll("[data-seconds]").forEach((node) => {
    node.dataset.shown ??= performance.now();
    node.textContent = lasting(Number(node.dataset.seconds) + (performance.now() - Number(node.dataset.shown)) / 1000);
  });
}, 1000);

function ready() { document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; }); }
ready();
document.body.addEventListener("htmx:afterSettle", ready);
