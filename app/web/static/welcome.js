// Documents are sent one by one, each with its progress; then the page asks how far their reading is.
"use strict";

const drop = document.getElementById("drop");
const input = document.getElementById("files");
const sent = document.getElementById("sent");

drop.classList.add("alone"); // choosing is sending: the button is for a page without a script
input.required = false;
input.addEventListener("change", () => take(input.files));
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer.files);
});

async function take(files) {
  const paths = new URLSearchParams();
  for (const file of [...files]) {
    const path = await send(file);
    if (path) paths.append("file", path);
  }
  input.value = "";
  if (paths.size) htmx.ajax("GET", `/welcome/indexing?${paths}`, { target: "#indexing", swap: "outerHTML" });
}

function line(name) {
  const item = sent.appendChild(document.createElement("li"));
  const label = item.appendChild(document.createElement("span"));
  label.className = "file-name";
  label.textContent = name;
  const bar = item.appendChild(document.createElement("progress"));
  bar.setAttribute("aria-label", `Sending ${name}`);
  return { item, label, bar };
}

function send(file) {
  const { item, label, bar } = line(file.name);
  const refuse = (why) => {
    bar.remove();
    label.className = "ill";
    label.textContent = why;
  };
  if (file.size > Number(drop.dataset.most)) {
    refuse(`${file.name} is larger than ${Number(drop.dataset.most) >> 20} MB. Copy it into your documents folder by hand.`);
    return null;
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("files", file);
    request.upload.onprogress = (event) => { bar.max = event.total; bar.value = event.loaded; };
    request.onerror = () => { refuse(`${file.name} did not arrive: the service does not answer. Try it again.`); resolve(null); };
    request.onload = () => {
      const told = answer(request.responseText);
      if (request.status === 201) { item.remove(); resolve(told[0].path); return; }
      refuse([told.message, told.next_step].filter(Boolean).join(" ") || `${file.name} was not taken.`);
      resolve(null);
    };
    request.open("POST", "/api/v1/documents");
    request.send(form);
  });
}

function answer(text) {
  try { return JSON.parse(text); } catch { return {}; }
}
