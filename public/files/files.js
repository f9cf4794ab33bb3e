/** Uploads files that are chosen or dropped, several at once, and shows each upload in a row. */
import { limitConcurrency, sizeOf, UploadRow, upload } from "./upload.js";

const MAX_CONCURRENT_UPLOADS = 3;

const form = document.querySelector("#upload");
const input = document.querySelector("#upload-file");
const enqueue = limitConcurrency(MAX_CONCURRENT_UPLOADS);

/** The rows of uploads that are waiting or in progress. @type {Set<UploadRow>} */
const running = new Set();

/**
 * @param {File} file
 * @param {boolean} [isFolder] Browsers present folders as files that cannot be read.
 */
function add(file, isFolder = false) {
  let abort = new AbortController();
  const row = new UploadRow(file, () => {
    if (running.delete(row)) say(`The upload of “${file.name}” was cancelled.`);
    abort.abort();
    row.remove();
  });
  const start = () => {
    abort = new AbortController();
    send(file, row, abort.signal, start);
  };
  const reason = isFolder ? "Folders cannot be uploaded. Drop the files in it instead." : sizeError(file);
  if (reason) refuse(row, file, reason);
  else start();
}

/** Checks the size before anything is sent. @param {File} file */
function sizeError({ size }) {
  const max = Number(form.dataset.maxBytes);
  return size > max ? `A file must not exceed ${sizeOf(max)}. This one is ${sizeOf(size)}.` : "";
}

/**
 * @param {File} file
 * @param {UploadRow} row
 * @param {AbortSignal} signal
 * @param {() => void} retry
 */
async function send(file, row, signal, retry) {
  running.add(row);
  row.wait();
  try {
    const options = { signal, onProgress: (sentBytes) => row.progress(sentBytes), onSent: () => row.store() };
    const { id } = await enqueue(() => upload(file, options));
    await showFile(id, row.element);
    row.remove();
    say(`“${file.name}” was uploaded.`);
  } catch (error) {
    if (!signal.aborted) refuse(row, file, error.message, retry);
  } finally {
    running.delete(row);
  }
}

/**
 * Fetches the list item of a file from the server and adds it to the list.
 *
 * @param {string} id
 * @param {Element} source An element without other requests: HTMX drops concurrent requests of one element.
 */
async function showFile(id, source) {
  const swap = { source, target: "#files", swap: "afterbegin" };
  // The upload has succeeded even if this fails; `messages.js` shows the failure.
  await window.htmx.ajax("GET", `/files/${id}/row`, swap).catch(() => {});
}

/**
 * @param {UploadRow} row
 * @param {File} file
 * @param {string} reason
 * @param {(() => void)} [retry]
 */
function refuse(row, file, reason, retry) {
  row.fail(reason, retry);
  say(`“${file.name}” was not uploaded. ${reason}`);
}

/** Announces to screen readers. Each message is a line, so that none is lost if several come at once. @param {string} text */
function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  document.querySelector("#upload-log").append(line);
}

/** Handles files that are dropped anywhere on the page. @param {(file: File, isFolder: boolean) => void} onFile */
function onDrop(onFile) {
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    showDropTarget(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) showDropTarget(false);
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showDropTarget(false);
    for (const item of event.dataTransfer.items) readItem(item, onFile);
  });
}

/** Text and links can be dragged as well. @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

/** @param {boolean} isOver */
function showDropTarget(isOver) {
  document.body.classList.toggle("dropping", isOver);
}

/**
 * @param {DataTransferItem} item
 * @param {(file: File, isFolder: boolean) => void} onFile
 */
function readItem(item, onFile) {
  const file = item.getAsFile();
  if (file) onFile(file, item.webkitGetAsEntry()?.isDirectory ?? false);
}

input.addEventListener("change", () => {
  for (const file of input.files) add(file);
  form.reset();
});

// All files have already been sent.
form.addEventListener("submit", (event) => event.preventDefault());

onDrop(add);

// Leaving the page would cancel uploads in progress.
window.addEventListener("beforeunload", (event) => {
  if (running.size > 0) event.preventDefault();
});
