// What every page does: a drawer for citations, a side that folds, and the words of an error for the other scripts.
"use strict";

// What was wrong and what to do next, as the service says it; empty where it says nothing.
function problemOf(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText);
    return [problem.message, problem.next_step].filter(Boolean).join(" ");
  } catch {
    return "";
  }
}

// A citation opens its very lines beside what cites them; without JavaScript, or with a modifier key, it is a link.
const drawer = document.getElementById("drawer");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
  if (!link.getAttribute("href").startsWith("/files/")) return;
  event.preventDefault();
  const [address] = link.getAttribute("href").split("#");
  htmx.ajax("GET", address, { source: link, target: "#drawer-body", swap: "innerHTML" }).then(() => {
    if (!drawer.open) drawer.showModal();
    drawer.querySelector(".marked")?.scrollIntoView({ block: "center" });
  });
});

// A click beside the drawer closes it.
drawer.addEventListener("click", (event) => { if (event.target === drawer) drawer.close(); });

// On a narrow screen what stands at the side is folded.
const side = document.querySelector(".side");
const narrow = matchMedia("(max-width: 60rem)");
function fold() { if (side) side.open = !narrow.matches; }
narrow.addEventListener("change", fold);
fold();
