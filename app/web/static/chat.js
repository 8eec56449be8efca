// What the chat page does beyond htmx: no message twice, Enter sends, one press per button, the end in view.
"use strict";

const thread = document.getElementById("thread");
const say = document.getElementById("say");
const trouble = document.getElementById("trouble");
const STAYS_CHOOSABLE = new Set(["answer", "plan", "refusal", "error"]);

// Where nothing was said yet the page begins at its top, whatever has the focus.
if (!thread.childElementCount) say.focus({ preventScroll: true });

function articleId(html) {
  const found = /<article id="([^"]+)"/.exec(html);
  return found ? found[1] : null;
}

function retire(article, by) {
  if (article.dataset.kind === "decision" && STAYS_CHOOSABLE.has(by)) return;
  article.dataset.past = "";
  article.querySelectorAll("form button").forEach((button) => { button.disabled = true; });
}

function showEnd() {
  const last = thread.lastElementChild;
  if (last) last.scrollIntoView({ block: last.offsetHeight > innerHeight * 0.7 ? "start" : "end", behavior: "smooth" });
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

function grow() {
  say.style.height = "auto";
  say.style.height = `${say.scrollHeight}px`;
}

document.body.addEventListener("htmx:sseBeforeMessage", (event) => {
  const id = articleId(event.detail.data || "");
  if (id && document.getElementById(id)) event.preventDefault();
});

// The same message can come as the answer to a form and over the stream, in either order.
function place(article) {
  const twin = [...thread.children].find((other) => other !== article && other.id === article.id);
  if (twin) { article.remove(); return; }
  const at = (node) => Date.parse(node.querySelector(":scope > time").dateTime);
  while (article.previousElementSibling && at(article.previousElementSibling) > at(article)) {
    thread.insertBefore(article, article.previousElementSibling);
  }
}

function settle() {
  const last = thread.lastElementChild;
  if (!last) return;
  const kind = last.dataset.kind;
  document.getElementById("bar").hidden = kind !== "said" && kind !== "progress";
  if (kind === "said") return;
  thread.querySelectorAll("article.assistant").forEach((article) => {
    if (article !== last) retire(article, kind);
  });
}

new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeName === "ARTICLE");
  if (!added.length) return;
  document.getElementById("welcome")?.remove();
  added.filter((article) => article.isConnected).forEach(place);
  added.forEach(arm);
  settle();
  showEnd();
}).observe(thread, { childList: true });

document.body.addEventListener("htmx:oobAfterSwap", settle);

document.body.addEventListener("htmx:beforeRequest", (event) => {
  complain("");
  event.target.querySelectorAll("button").forEach((button) => {
    if (!button.classList.contains("send") && !button.classList.contains("stop")) button.disabled = true;
  });
  if (event.target.classList.contains("composer")) {
    event.target.dataset.sent = say.value;
    say.value = "";
    grow();
  }
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) return;
  const form = event.target;
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  if (form.classList.contains("composer") && !say.value) say.value = form.dataset.sent || "";
  complain(problemOf(event.detail.xhr) || "The assistant does not answer. Your words are still in the box; try again.");
});

document.body.addEventListener("htmx:sseError", () => complain("The connection is gone; trying again …"));
document.body.addEventListener("htmx:sseOpen", () => complain(""));

say.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (say.value.trim()) say.form.requestSubmit();
});
say.addEventListener("input", grow);

// "/" goes to the message box from anywhere; a chip can begin a sentence that the person ends.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  say.focus();
});
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-begin]");
  if (!chip) return;
  say.value = chip.dataset.begin;
  say.focus();
});

// Go counts only once it was in sight for a moment, and never from a key that is held down.
const ARMING = 800;
function arm(root) {
  root.querySelectorAll("[data-arms]:not(:disabled)").forEach((button) => {
    button.disabled = true;
    button.classList.add("arming");
    new IntersectionObserver(([entry], watch) => {
      if (!entry.isIntersecting) return;
      watch.disconnect();
      setTimeout(() => {
        button.classList.remove("arming");
        button.disabled = "past" in button.closest("article").dataset;
      }, ARMING);
    }).observe(button);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.target.matches("[data-arms]")) event.preventDefault();
});
arm(document);

// Speaking: the recording goes where voice notes go; what was not heard clearly is put into the box to be mended.
const mic = document.getElementById("mic");
const voice = document.getElementById("voice");
let recorder = null;
if (mic && navigator.mediaDevices && window.MediaRecorder) mic.hidden = false;

async function record() {
  const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  const parts = [];
  recorder = new MediaRecorder(sound);
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    sound.getTracks().forEach((track) => track.stop());
    const files = new DataTransfer();
    files.items.add(new File(parts, "recording", { type: recorder.mimeType }));
    voice.elements.recording.files = files.files;
    voice.elements.id.value = crypto.randomUUID();
    recorder = null;
    listening(false);
    voice.requestSubmit();
  };
  recorder.start();
  listening(true);
}

function listening(on) {
  complain("");
  mic.setAttribute("aria-pressed", String(on));
  mic.setAttribute("aria-label", on ? "Stop and send" : "Speak");
}

mic?.addEventListener("click", async () => {
  if (recorder) {
    recorder.stop();
  } else {
    try {
      await record();
    } catch {
      complain("The browser gives no microphone. Allow it for this page, or type.");
    }
  }
});
document.body.addEventListener("unclear", (event) => {
  say.value = event.detail.heard;
  grow();
  say.focus();
  complain(event.detail.heard ? "I am not sure that I heard this right. Mend it and send it." : "I heard nothing. Try again, or type.");
});
addEventListener("load", showEnd);
