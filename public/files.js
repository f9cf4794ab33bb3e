/** Uploads what is chosen or dropped, several at once, each in a row of its own. */
import { createTurns } from "./turns.js";
import { upload } from "./upload.js";
import { createRow, sizeOf } from "./upload-row.js";

const AT_ONCE = 3;

const form = document.querySelector("#upload");
const input = document.querySelector("#upload-file");
const status = document.querySelector("#upload-status");
const maxBytes = Number(form.dataset.maxBytes);
const inTurn = createTurns(AT_ONCE);
const running = new Set();

/** @param {File} file */
function add(file) {
  let abort = new AbortController();
  const row = createRow(file, () => {
    if (running.delete(row)) say(`The upload of “${file.name}” is cancelled.`);
    abort.abort();
    row.remove();
  });
  if (file.size > maxBytes)
    return refuse(row, file, `A file may have ${sizeOf(maxBytes)}: this one has ${sizeOf(file.size)}.`);
  const start = () => {
    abort = new AbortController();
    send(file, row, abort.signal, start);
  };
  start();
}

/**
 * @param {File} file
 * @param {ReturnType<typeof createRow>} row
 * @param {AbortSignal} signal
 * @param {() => void} again
 */
async function send(file, row, signal, again) {
  running.add(row);
  row.wait();
  try {
    const options = { signal, onProgress: row.progress, onSent: row.store };
    const { id } = await inTurn(() => upload(file, options));
    await showFile(id, row.element);
    row.remove();
    say(`“${file.name}” is uploaded.`);
  } catch (error) {
    if (!signal.aborted) refuse(row, file, error.message, again);
  } finally {
    running.delete(row);
  }
}

/**
 * Puts the file into the list, as the server shows it.
 *
 * @param {string} id
 * @param {Element} source Of each its own: HTMX drops requests where others of the same element are under way.
 */
async function showFile(id, source) {
  const swap = { source, target: "#files", swap: "afterbegin" };
  // It is uploaded, whether or not it can be shown: `messages.js` tells.
  await window.htmx.ajax("GET", `/files/${id}/row`, swap).catch(() => {});
}

/**
 * @param {ReturnType<typeof createRow>} row
 * @param {File} file
 * @param {string} reason
 * @param {(() => void)} [again]
 */
function refuse(row, file, reason, again) {
  row.fail(reason, again);
  say(`“${file.name}” is not uploaded. ${reason}`);
}

/** To who listens instead of looking. @param {string} text */
function say(text) {
  status.textContent = text;
}

input.addEventListener("change", () => {
  for (const file of input.files) add(file);
  form.reset();
});

form.addEventListener("submit", (event) => event.preventDefault());

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

/** @param {boolean} isOver */
const showDrop = (isOver) => document.body.classList.toggle("dropping", isOver);

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  showDrop(true);
});

document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) showDrop(false);
});

document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  showDrop(false);
  for (const item of event.dataTransfer.items) addItem(item);
});

/** @param {DataTransferItem} item */
function addItem(item) {
  const file = item.getAsFile();
  if (!file) return;
  if (item.webkitGetAsEntry()?.isDirectory) refuse(createRow(file), file, "That is a folder: drop the files in it.");
  else add(file);
}

// What is under way would be lost.
window.addEventListener("beforeunload", (event) => {
  if (running.size > 0) event.preventDefault();
});
